use diesel::{
    dsl::max,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Nullable, Text},
};
use domain::{
    event::{Audience, Event, HistoryFilter, NewEvent},
    ids::{ApplicationId, AuthorityId, BusinessId},
    mandate::Holder,
    page::{Page, PageRequest},
    ports::store::{Events, StoreError},
    time::Timestamp,
};

use super::{Transaction, all, cut, numeric_key, one_past, sequence};
use crate::{
    conn::{Conn, each},
    rows::{event::EventRow, moment_or_none, to_json},
    schema::events,
};

/// Takes the first few events of each business and the first few of these, so that neither a business with a long
/// history nor a cursor far behind the head makes the answer dear. Parameters: the application; a JSON list of
/// businesses or null; the place; a JSON list of kinds or null; the limit; the moment; the bit of the right.
const OF_APPLICATION_ON_SQLITE: &str = "
SELECT * FROM events WHERE sequence IN (
    SELECT candidate.sequence FROM mandates AS held CROSS JOIN events AS candidate
    WHERE held.application_id = ?1 AND held.ended_at IS NULL AND held.status = 'in_force'
      AND held.valid_from <= ?6 AND (held.valid_until IS NULL OR held.valid_until > ?6) AND held.rights & ?7 <> 0
      AND (?2 IS NULL OR held.business_id IN (SELECT value FROM json_each(?2)))
      AND candidate.sequence IN (
        SELECT own.sequence FROM events AS own
        WHERE own.business_id = held.business_id AND own.sequence > ?3
          AND (?4 IS NULL OR own.kind IN (SELECT value FROM json_each(?4)))
        ORDER BY own.sequence LIMIT ?5))
ORDER BY sequence LIMIT ?5";

/// The same question in PostgreSQL's words. SQLite counts `$1` by its first place in the text, `?1` by its number.
const OF_APPLICATION_ON_POSTGRES: &str = "
SELECT found.* FROM mandates AS held CROSS JOIN LATERAL (
    SELECT * FROM events AS own
    WHERE own.business_id = held.business_id AND own.sequence > $3
      AND ($4 IS NULL OR own.kind IN (SELECT json_array_elements_text($4::json)))
    ORDER BY own.sequence LIMIT $5) AS found
WHERE held.application_id = $1 AND held.ended_at IS NULL AND held.status = 'in_force'
  AND held.valid_from <= $6 AND (held.valid_until IS NULL OR held.valid_until > $6) AND held.rights & $7 <> 0
  AND ($2 IS NULL OR held.business_id IN (SELECT json_array_elements_text($2::json)))
ORDER BY found.sequence LIMIT $5";

/// Adds a condition where there is a value. A query's type is another for each database, so no function takes it.
macro_rules! narrow {
    ($list:ident, $column:ident, $value:expr) => {
        if let Some(value) = $value {
            $list = $list.filter(events::$column.eq(value));
        }
    };
}

/// How many of the last events can be dated later than a moment that is now.
const LATELY: i64 = 10_000;

impl Events for Transaction<'_> {
    /// Primary key. The place is the next one of this transaction; the writer stores the last one before it commits,
    /// and forgets the places of a unit that is undone.
    fn append(&mut self, event: &NewEvent) -> Result<i64, StoreError> {
        let Some(head) = self.head else {
            return Err(self.spoil(StoreError::Unavailable("a unit that reads may not write".into())));
        };
        let row = EventRow::at_place(head + 1, event);
        self.ask(|conn| each!(conn, c => diesel::insert_into(events::table).values(&row).execute(c)))?;
        self.head = Some(head + 1);
        Ok(head + 1)
    }

    /// As [`Self::append`]; one statement on PostgreSQL, where each travels.
    fn append_all(&mut self, events: &[NewEvent]) -> Result<(), StoreError> {
        let Some(head) = self.head else {
            return Err(self.spoil(StoreError::Unavailable("a unit that reads may not write".into())));
        };
        let places = head + 1..;
        let rows: Vec<EventRow> =
            places.zip(events).map(|(place, event)| EventRow::at_place(place, event)).collect();
        self.ask(|conn| match conn {
            Conn::Sqlite(c) => rows
                .iter()
                .try_for_each(|row| diesel::insert_into(events::table).values(row).execute(c).map(|_| ())),
            Conn::Postgres(_) if rows.is_empty() => Ok(()),
            Conn::Postgres(c) => diesel::insert_into(events::table).values(&rows).execute(c).map(|_| ()),
        })?;
        self.head = Some(head + rows.len() as i64);
        Ok(())
    }

    fn after(
        &mut self,
        audience: &Audience,
        after: i64,
        kinds: &[&str],
        limit: u32,
    ) -> Result<Vec<Event>, StoreError> {
        let rows = match audience {
            Audience::Application { holder, businesses } => {
                self.of_application(holder, businesses.as_deref(), after, kinds, limit)?
            }
            Audience::Authority(authority) => self.of_authority(authority, after, kinds, limit)?,
        };
        all(rows)
    }

    /// Primary key, over the last places alone.
    fn acted_after(
        &mut self,
        business: &BusinessId,
        application: &ApplicationId,
        after: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let from = self.head()?.saturating_sub(LATELY);
        let at: Option<i64> = self.ask(|conn| {
            each!(conn, c => events::table
                .filter(events::sequence.gt(from))
                .filter(events::business_id.eq(business.as_str()))
                .filter(events::application_id.eq(application.as_str()))
                .filter(events::at.gt(after.micros()))
                .select(max(events::at))
                .get_result(c))
        })?;
        moment_or_none("events.at", at)
    }

    /// Primary key; a unit that writes knows it.
    fn head(&mut self) -> Result<i64, StoreError> {
        match self.head {
            Some(head) => Ok(head),
            None => self.ask(sequence::last),
        }
    }

    /// Index `events_subject` where a subject is named, else `events_business`; backwards.
    fn history(
        &mut self,
        business: &BusinessId,
        filter: &HistoryFilter,
        page: &PageRequest,
    ) -> Result<Page<Event>, StoreError> {
        let HistoryFilter { situation, service, touchpoint, application, kinds, subject, from, until } =
            filter;
        let before = numeric_key(page)?.unwrap_or(i64::MAX);
        let (from, until) =
            (from.map_or(i64::MIN, Timestamp::micros), until.map_or(i64::MAX, Timestamp::micros));
        let rows = self.ask(|conn| {
            each!(conn, c => {
                let mut list = events::table
                    .filter(events::business_id.eq(business.as_str()))
                    .filter(events::sequence.lt(before))
                    .filter(events::at.ge(from).and(events::at.lt(until)))
                    .order(events::sequence.desc())
                    .limit(one_past(page))
                    .select(EventRow::as_select())
                    .into_boxed();
                narrow!(list, situation, situation);
                narrow!(list, service, service);
                narrow!(list, touchpoint, touchpoint.map(<&str>::from));
                narrow!(list, application_id, application.as_ref().map(|id| id.as_str()));
                narrow!(list, subject, subject);
                if !kinds.is_empty() {
                    list = list.filter(events::kind.eq_any(kinds.iter().map(|kind| kind.name())));
                }
                list.load(c)
            })
        })?;
        cut(rows, page, |event: &Event| event.sequence.to_string())
    }
}

impl Transaction<'_> {
    /// Index `mandates_in_force`, then `events_business` per business.
    fn of_application(
        &mut self,
        holder: &Holder,
        businesses: Option<&[BusinessId]>,
        after: i64,
        kinds: &[&str],
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        let businesses = businesses.map(|ids| to_json(&ids));
        let kinds = (!kinds.is_empty()).then(|| to_json(&kinds));
        self.ask(|conn| {
            let sql = match conn {
                Conn::Sqlite(_) => OF_APPLICATION_ON_SQLITE,
                Conn::Postgres(_) => OF_APPLICATION_ON_POSTGRES,
            };
            each!(conn, c => sql_query(sql)
                .bind::<Text, _>(holder.application.as_str())
                .bind::<Nullable<Text>, _>(businesses)
                .bind::<BigInt, _>(after)
                .bind::<Nullable<Text>, _>(kinds)
                .bind::<BigInt, _>(i64::from(limit))
                .bind::<BigInt, _>(holder.at.micros())
                .bind::<BigInt, _>(holder.right.bit())
                .load(c))
        })
    }

    /// Index `events_authority`.
    fn of_authority(
        &mut self,
        authority: &AuthorityId,
        after: i64,
        kinds: &[&str],
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        self.ask(|conn| {
            each!(conn, c => {
                let mut feed = events::table
                    .filter(events::authority_id.eq(authority.as_str()))
                    .filter(events::sequence.gt(after))
                    .order(events::sequence)
                    .limit(i64::from(limit))
                    .select(EventRow::as_select())
                    .into_boxed();
                if !kinds.is_empty() {
                    feed = feed.filter(events::kind.eq_any(kinds.iter().copied()));
                }
                feed.load(c)
            })
        })
    }
}
