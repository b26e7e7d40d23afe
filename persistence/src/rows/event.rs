use diesel::prelude::*;
use domain::{
    event::{Event, NewEvent},
    ports::store::StoreError,
};

use super::{from_json, moment, parsed, parsed_or_none, to_json};
use crate::schema::events;

/// An event at its place in the sequence.
#[derive(Insertable, Queryable, QueryableByName, Selectable, AsChangeset)]
#[diesel(table_name = events, primary_key(sequence))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct EventRow {
    sequence: i64,
    id: String,
    kind: String,
    at: i64,
    business_id: String,
    authority_id: Option<String>,
    subject: String,
    application_id: Option<String>,
    touchpoint: String,
    service: Option<String>,
    situation: Option<String>,
    data: String,
    ground: Option<String>,
}

impl EventRow {
    /// The row for `event` at the place `sequence`.
    pub(crate) fn at_place(sequence: i64, event: &NewEvent) -> Self {
        let NewEvent {
            id,
            kind,
            at,
            business,
            authority,
            subject,
            application,
            ground,
            touchpoint,
            service,
            situation,
            data,
        } = event;
        Self {
            sequence,
            id: id.to_string(),
            kind: kind.name().to_owned(),
            at: at.micros(),
            business_id: business.to_string(),
            authority_id: authority.as_ref().map(ToString::to_string),
            subject: subject.clone(),
            application_id: application.as_ref().map(ToString::to_string),
            touchpoint: <&str>::from(*touchpoint).to_owned(),
            service: service.clone(),
            situation: situation.clone(),
            data: to_json(data),
            ground: ground.as_ref().map(to_json),
        }
    }
}

impl TryFrom<EventRow> for Event {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        let EventRow {
            sequence,
            id,
            kind,
            at,
            business_id,
            authority_id,
            subject,
            application_id,
            touchpoint,
            service,
            situation,
            data,
            ground,
        } = row;
        let event = NewEvent {
            id: parsed("events.id", &id)?,
            kind: parsed("events.kind", &kind)?,
            at: moment("events.at", at)?,
            business: parsed("events.business_id", &business_id)?,
            authority: parsed_or_none("events.authority_id", authority_id.as_deref())?,
            subject,
            application: parsed_or_none("events.application_id", application_id.as_deref())?,
            ground: ground.map(|ground| from_json("events.ground", &ground)).transpose()?,
            touchpoint: parsed("events.touchpoint", &touchpoint)?,
            service,
            situation,
            data: from_json("events.data", &data)?,
        };
        Ok(Self { sequence, event })
    }
}
