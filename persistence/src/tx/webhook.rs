use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use domain::{
    ids::{ApplicationId, WebhookId},
    page::{Page, PageRequest},
    ports::store::{StoreError, Webhooks},
    time::Timestamp,
    webhook::{Webhook, WebhookState},
};

use super::{Transaction, all, cut, inserted, one_past, updated};
use crate::{
    conn::each,
    rows::webhook::WebhookRow,
    schema::{webhook_deliveries, webhooks},
};

impl Webhooks for Transaction<'_> {
    /// Primary key.
    fn insert(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        let row = WebhookRow::from(webhook);
        let rows = self.ask(|conn| insert_new!(conn, webhooks::table, &row))?;
        inserted(rows)
    }

    /// Primary key.
    fn find(&mut self, application: &ApplicationId, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
        let found = Webhooks::by_id(self, id)?;
        Ok(found.filter(|webhook| webhook.application == *application))
    }

    /// Primary key.
    fn by_id(&mut self, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => webhooks::table
                .find(id.as_str())
                .filter(webhooks::removed_at.is_null())
                .select(WebhookRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Webhook::try_from).transpose()
    }

    /// Primary key.
    fn update(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        let row = WebhookRow::from(webhook);
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(webhooks::table)
                .filter(webhooks::id.eq(webhook.id.as_str()))
                .set(&row)
                .execute(c))
        })?;
        updated(rows, "webhooks")
    }

    /// Index `webhooks_application`, backwards.
    fn list(&mut self, application: &ApplicationId, page: &PageRequest) -> Result<Page<Webhook>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => {
                let mut list = webhooks::table
                    .filter(webhooks::application_id.eq(application.as_str()))
                    .filter(webhooks::removed_at.is_null())
                    .order(webhooks::id.desc())
                    .limit(one_past(page))
                    .select(WebhookRow::as_select())
                    .into_boxed();
                if let Some(after) = &page.after {
                    list = list.filter(webhooks::id.lt(after));
                }
                list.load(c)
            })
        })?;
        cut(rows, page, |webhook: &Webhook| webhook.id.to_string())
    }

    /// Index `webhooks_state`.
    fn behind(&mut self, head: i64) -> Result<Vec<Webhook>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => webhooks::table
                .filter(webhooks::removed_at.is_null())
                .filter(webhooks::state.eq(<&str>::from(WebhookState::Active)))
                .filter(webhooks::place.lt(head))
                .order(webhooks::id)
                .select(WebhookRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Index `webhooks_state`, then `webhook_deliveries_due` per endpoint up to the first that is free.
    fn waiting(&mut self, now: Timestamp, wall: Timestamp) -> Result<Vec<Webhook>, StoreError> {
        let (now, wall) = (now.micros(), wall.micros());
        let rows = self.ask(|conn| {
            each!(conn, c => webhooks::table
                .filter(webhooks::removed_at.is_null())
                .filter(webhooks::state.ne(<&str>::from(WebhookState::Disabled)))
                .filter(exists(webhook_deliveries::table
                    .filter(webhook_deliveries::webhook_id.eq(webhooks::id))
                    .filter(webhook_deliveries::finished_at.is_null())
                    .filter(webhook_deliveries::due_at.le(now))
                    .filter(webhook_deliveries::lease_until.is_null()
                        .or(webhook_deliveries::lease_until.assume_not_null().le(wall)))))
                .order(webhooks::id)
                .select(WebhookRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// All removed ones, of which there are few.
    fn forget_removed(&mut self) -> Result<usize, StoreError> {
        self.ask(|conn| {
            each!(conn, c => diesel::delete(webhooks::table
                .filter(webhooks::removed_at.is_not_null())
                .filter(not(exists(webhook_deliveries::table
                    .filter(webhook_deliveries::webhook_id.eq(webhooks::id))))))
                .execute(c))
        })
    }
}
