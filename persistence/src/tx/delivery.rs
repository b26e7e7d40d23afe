use diesel::prelude::*;
use domain::{
    ids::{DeliveryId, EventId, WebhookId},
    page::{Page, PageRequest},
    ports::store::{Deliveries, StoreError},
    time::Timestamp,
    webhook::delivery::{Delivery, DeliveryState},
};

use super::{Transaction, all, cut, inserted, one_past, updated};
use crate::{
    conn::each,
    rows::delivery::DeliveryRow,
    schema::{webhook_deliveries, webhooks},
};

impl Deliveries for Transaction<'_> {
    /// Primary key and unique index `webhook_deliveries_message`.
    fn insert(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        let row = DeliveryRow::from(delivery);
        let rows = self.ask(|conn| insert_new!(conn, webhook_deliveries::table, &row))?;
        inserted(rows)
    }

    /// Primary key.
    fn find(&mut self, webhook: &WebhookId, id: &DeliveryId) -> Result<Option<Delivery>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => webhook_deliveries::table
                .find(id.as_str())
                .filter(webhook_deliveries::webhook_id.eq(webhook.as_str()))
                .select(DeliveryRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Delivery::try_from).transpose()
    }

    /// Unique index `webhook_deliveries_message`.
    fn of_message(&mut self, webhook: &WebhookId, message: &EventId) -> Result<Option<Delivery>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => webhook_deliveries::table
                .filter(webhook_deliveries::webhook_id.eq(webhook.as_str()))
                .filter(webhook_deliveries::message_id.eq(message.as_str()))
                .select(DeliveryRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Delivery::try_from).transpose()
    }

    /// Primary key. The row must belong to the same endpoint.
    fn update(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        let row = DeliveryRow::from(delivery);
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(webhook_deliveries::table)
                .filter(webhook_deliveries::id.eq(delivery.id.as_str()))
                .filter(webhook_deliveries::webhook_id.eq(delivery.webhook.as_str()))
                .set(&row)
                .execute(c))
        })?;
        updated(rows, "webhook_deliveries")
    }

    /// Index `webhook_deliveries_list`, `webhook_deliveries_state` where a state is asked for; backwards.
    fn list(
        &mut self,
        webhook: &WebhookId,
        state: Option<DeliveryState>,
        page: &PageRequest,
    ) -> Result<Page<Delivery>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => {
                let mut list = webhook_deliveries::table
                    .filter(webhook_deliveries::webhook_id.eq(webhook.as_str()))
                    .order(webhook_deliveries::id.desc())
                    .limit(one_past(page))
                    .select(DeliveryRow::as_select())
                    .into_boxed();
                if let Some(state) = state {
                    list = list.filter(webhook_deliveries::state.eq(<&str>::from(state)));
                }
                if let Some(after) = &page.after {
                    list = list.filter(webhook_deliveries::id.lt(after));
                }
                list.load(c)
            })
        })?;
        cut(rows, page, |delivery: &Delivery| delivery.id.to_string())
    }

    /// Index `webhook_deliveries_due`.
    fn pending(&mut self, webhook: &WebhookId) -> Result<i64, StoreError> {
        self.ask(|conn| {
            each!(conn, c => webhook_deliveries::table
                .filter(webhook_deliveries::webhook_id.eq(webhook.as_str()))
                .filter(webhook_deliveries::finished_at.is_null())
                .count()
                .get_result(c))
        })
    }

    /// Index `webhook_deliveries_line`.
    fn own(&mut self, webhook: &WebhookId) -> Result<Vec<Delivery>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => webhook_deliveries::table
                .filter(webhook_deliveries::webhook_id.eq(webhook.as_str()))
                .filter(webhook_deliveries::finished_at.is_null())
                .filter(webhook_deliveries::sequence.is_null())
                .order(webhook_deliveries::id)
                .select(DeliveryRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Index `webhook_deliveries_line`.
    fn first_in_line(&mut self, webhook: &WebhookId) -> Result<Option<Delivery>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => webhook_deliveries::table
                .filter(webhook_deliveries::webhook_id.eq(webhook.as_str()))
                .filter(webhook_deliveries::finished_at.is_null())
                .filter(webhook_deliveries::sequence.is_not_null())
                .order(webhook_deliveries::sequence)
                .limit(1)
                .select(DeliveryRow::as_select())
                .load(c))
        })?;
        Ok(all(row)?.pop())
    }

    /// Index `webhook_deliveries_due`.
    fn first_due(
        &mut self,
        webhook: &WebhookId,
        now: Timestamp,
        wall: Timestamp,
    ) -> Result<Option<Delivery>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => webhook_deliveries::table
                .filter(webhook_deliveries::webhook_id.eq(webhook.as_str()))
                .filter(webhook_deliveries::finished_at.is_null())
                .filter(webhook_deliveries::sequence.is_not_null())
                .filter(webhook_deliveries::due_at.le(now.micros()))
                .filter(webhook_deliveries::lease_until.is_null()
                    .or(webhook_deliveries::lease_until.assume_not_null().le(wall.micros())))
                .order((webhook_deliveries::due_at, webhook_deliveries::id))
                .limit(1)
                .select(DeliveryRow::as_select())
                .load(c))
        })?;
        Ok(all(row)?.pop())
    }

    /// Index `webhook_deliveries_finished`; of removed endpoints, index `webhook_deliveries_list`.
    fn forget(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        self.ask(|conn| {
            each!(conn, c => {
                let removed = webhooks::table.filter(webhooks::removed_at.is_not_null()).select(webhooks::id);
                let mut ids: Vec<String> = webhook_deliveries::table
                    .filter(webhook_deliveries::finished_at.lt(before.micros()))
                    .limit(i64::from(limit))
                    .select(webhook_deliveries::id)
                    .load(c)?;
                ids.extend(webhook_deliveries::table
                    .filter(webhook_deliveries::webhook_id.eq_any(removed))
                    .limit(i64::from(limit))
                    .select(webhook_deliveries::id)
                    .load::<String>(c)?);
                diesel::delete(webhook_deliveries::table.filter(webhook_deliveries::id.eq_any(&ids))).execute(c)
            })
        })
    }
}
