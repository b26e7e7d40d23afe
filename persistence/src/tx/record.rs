use diesel::{dsl::max, prelude::*};
use domain::{
    ids::{AuthorityId, BusinessId},
    page::{Page, PageRequest},
    ports::store::{Records, StoreError},
    record::{Record, RecordFilter, RecordKind},
    time::Timestamp,
};

use super::{Transaction, all, cut, inserted, one_past, updated};
use crate::{conn::each, rows::record::RecordRow, schema::records};

impl Records for Transaction<'_> {
    /// Primary key.
    fn insert(&mut self, record: &Record) -> Result<(), StoreError> {
        let row = RecordRow::from(record);
        let rows = self.ask(|conn| insert_new!(conn, records::table, &row))?;
        inserted(rows)
    }

    /// Primary key.
    fn find(
        &mut self,
        business: &BusinessId,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Record>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => records::table
                .find(id)
                .filter(records::business_id.eq(business.as_str()))
                .filter(records::kind.eq(<&str>::from(kind)))
                .select(RecordRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Record::try_from).transpose()
    }

    /// Primary key.
    fn find_addressed(
        &mut self,
        authority: &AuthorityId,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<Record>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => records::table
                .find(id)
                .filter(records::authority_id.eq(authority.as_str()))
                .filter(records::kind.eq(<&str>::from(kind)))
                .select(RecordRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Record::try_from).transpose()
    }

    /// Primary key.
    fn find_published(&mut self, kind: RecordKind, id: &str) -> Result<Option<Record>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => records::table
                .find(id)
                .filter(records::kind.eq(<&str>::from(kind)))
                .select(RecordRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Record::try_from).transpose()
    }

    /// Primary key. The row must belong to the same business and be at the version before.
    fn update(&mut self, record: &Record) -> Result<(), StoreError> {
        let row = RecordRow::from(record);
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(records::table)
                .filter(records::id.eq(&record.id))
                .filter(records::business_id.eq(record.business.as_str()))
                .filter(records::version.eq(record.version - 1))
                .set(&row)
                .execute(c))
        })?;
        updated(rows, "records")
    }

    /// Index `records_business`, backwards.
    fn list(
        &mut self,
        business: &BusinessId,
        kind: RecordKind,
        filter: &RecordFilter,
        page: &PageRequest,
    ) -> Result<Page<Record>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => {
                let mut query = records::table
                    .filter(records::business_id.eq(business.as_str()))
                    .filter(records::kind.eq(<&str>::from(kind)))
                    .into_boxed();
                if let Some(requirement) = &filter.requirement {
                    query = query.filter(records::requirement.eq(requirement));
                }
                if let Some(state) = &filter.state {
                    query = query.filter(records::state.eq(state));
                }
                if let Some(after) = &page.after {
                    query = query.filter(records::id.lt(after));
                }
                query.order(records::id.desc()).limit(one_past(page)).select(RecordRow::as_select()).load(c)
            })
        })?;
        cut(rows, page, |record: &Record| record.id.clone())
    }

    /// Index `records_requirement`, then primary key: ids sort by birth.
    fn latest(&mut self, business: &BusinessId, kind: RecordKind) -> Result<Vec<Record>, StoreError> {
        let ids: Vec<Option<String>> = self.ask(|conn| {
            each!(conn, c => records::table
                .filter(records::business_id.eq(business.as_str()))
                .filter(records::kind.eq(<&str>::from(kind)))
                .filter(records::requirement.is_not_null())
                .group_by(records::requirement)
                .select(max(records::id))
                .load(c))
        })?;
        let ids: Vec<String> = ids.into_iter().flatten().collect();
        let rows = self.ask(|conn| {
            each!(conn, c => records::table
                .filter(records::id.eq_any(&ids))
                .order(records::requirement)
                .select(RecordRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Index `records_authority` in its order.
    fn of_authority(
        &mut self,
        authority: &AuthorityId,
        kind: RecordKind,
        filter: &RecordFilter,
        page: &PageRequest,
    ) -> Result<Page<Record>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => {
                let mut query = records::table
                    .filter(records::authority_id.eq(authority.as_str()))
                    .filter(records::kind.eq(<&str>::from(kind)))
                    .filter(records::id.gt(page.after.as_deref().unwrap_or("")))
                    .into_boxed();
                if let Some(requirement) = &filter.requirement {
                    query = query.filter(records::requirement.eq(requirement));
                }
                if let Some(state) = &filter.state {
                    query = query.filter(records::state.eq(state));
                }
                query.order(records::id).limit(one_past(page)).select(RecordRow::as_select()).load(c)
            })
        })?;
        cut(rows, page, |record: &Record| record.id.clone())
    }

    /// Index `records_due` in its order.
    fn due(&mut self, kind: RecordKind, now: Timestamp, limit: u32) -> Result<Vec<Record>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => records::table
                .filter(records::kind.eq(<&str>::from(kind)))
                .filter(records::due_at.le(now.micros()))
                .order((records::due_at, records::id))
                .limit(i64::from(limit))
                .select(RecordRow::as_select())
                .load(c))
        })?;
        all(rows)
    }
}
