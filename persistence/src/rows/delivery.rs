use diesel::prelude::*;
use domain::{
    inbox::Lease,
    ports::store::StoreError,
    webhook::delivery::{Delivery, Subject},
};

use super::{corrupt, from_json, moment, moment_or_none, parsed, to_json};
use crate::schema::webhook_deliveries;

/// A message on its way to an endpoint: an event has a sequence and a business, a message about an endpoint has neither.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = webhook_deliveries, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct DeliveryRow {
    id: String,
    webhook_id: String,
    message_id: String,
    sequence: Option<i64>,
    kind: String,
    business_id: Option<String>,
    about_id: Option<String>,
    state: String,
    tries: i64,
    attempts: String,
    due_at: i64,
    lease_id: Option<String>,
    lease_until: Option<i64>,
    created_at: i64,
    finished_at: Option<i64>,
}

impl From<&Delivery> for DeliveryRow {
    fn from(delivery: &Delivery) -> Self {
        let Delivery {
            id,
            webhook,
            message,
            subject,
            state,
            tries,
            attempts,
            due_at,
            lease,
            created_at,
            finished_at,
        } = delivery;
        let lease = lease.as_ref().map(|Lease { id, until }| (id.to_string(), until.micros()));
        let (lease_id, lease_until) = lease.unzip();
        let (sequence, business_id, about_id) = match subject {
            Subject::Event { sequence, kind: _, business } => {
                (Some(*sequence), Some(business.to_string()), None)
            }
            Subject::Own(_, about) => (None, None, Some(about.to_string())),
        };
        Self {
            id: id.to_string(),
            webhook_id: webhook.to_string(),
            message_id: message.to_string(),
            sequence,
            kind: subject.kind().to_owned(),
            business_id,
            about_id,
            state: <&str>::from(*state).to_owned(),
            tries: *tries,
            attempts: to_json(attempts),
            due_at: due_at.micros(),
            lease_id,
            lease_until,
            created_at: created_at.micros(),
            finished_at: finished_at.map(|at| at.micros()),
        }
    }
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = StoreError;

    fn try_from(row: DeliveryRow) -> Result<Self, StoreError> {
        let lease = match (row.lease_id, row.lease_until) {
            (Some(id), Some(until)) => Some(Lease {
                id: parsed("webhook_deliveries.lease_id", &id)?,
                until: moment("webhook_deliveries.lease_until", until)?,
            }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(corrupt("webhook_deliveries.lease_until")),
        };
        let subject = match (row.sequence, row.business_id, row.about_id) {
            (Some(sequence), Some(business), None) => Subject::Event {
                sequence,
                kind: row.kind,
                business: parsed("webhook_deliveries.business_id", &business)?,
            },
            (None, None, Some(about)) => Subject::Own(
                parsed("webhook_deliveries.kind", &row.kind)?,
                parsed("webhook_deliveries.about_id", &about)?,
            ),
            (_, _, _) => return Err(corrupt("webhook_deliveries.sequence")),
        };
        Ok(Self {
            id: parsed("webhook_deliveries.id", &row.id)?,
            webhook: parsed("webhook_deliveries.webhook_id", &row.webhook_id)?,
            message: parsed("webhook_deliveries.message_id", &row.message_id)?,
            subject,
            state: parsed("webhook_deliveries.state", &row.state)?,
            tries: row.tries,
            attempts: from_json("webhook_deliveries.attempts", &row.attempts)?,
            due_at: moment("webhook_deliveries.due_at", row.due_at)?,
            lease,
            created_at: moment("webhook_deliveries.created_at", row.created_at)?,
            finished_at: moment_or_none("webhook_deliveries.finished_at", row.finished_at)?,
        })
    }
}
