use diesel::prelude::*;
use domain::{
    ids::{AccessRequestId, ApplicationId},
    mandate::access::AccessRequest,
    page::{Page, PageRequest},
    ports::store::{AccessRequests, AskedBy, StoreError},
    time::Timestamp,
};

use super::{Transaction, all, cut, inserted, one_past};
use crate::{conn::each, rows::access_request::AccessRequestRow, schema::access_requests};

/// The requests of a party.
macro_rules! of_party {
    ($party:expr) => {{
        let requests = access_requests::table.select(AccessRequestRow::as_select()).into_boxed();
        match $party {
            AskedBy::Application(application) => {
                requests.filter(access_requests::application_id.eq(application.as_str()))
            }
            AskedBy::Business { inn, ogrn } => {
                requests.filter(access_requests::inn.eq(inn)).filter(access_requests::ogrn.eq(ogrn))
            }
        }
    }};
}

impl AccessRequests for Transaction<'_> {
    /// Primary key and unique indexes `access_requests_reference` and `access_requests_waiting`.
    fn insert(&mut self, request: &AccessRequest) -> Result<(), StoreError> {
        let row = AccessRequestRow::from(request);
        let rows = self.ask(|conn| insert_new!(conn, access_requests::table, &row))?;
        inserted(rows)
    }

    /// Primary key.
    fn find(&mut self, party: &AskedBy, id: &AccessRequestId) -> Result<Option<AccessRequest>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => of_party!(party)
                .filter(access_requests::id.eq(id.as_str()))
                .get_result(c)
                .optional())
        })?;
        row.map(AccessRequest::try_from).transpose()
    }

    /// Unique index `access_requests_reference`.
    fn by_reference(
        &mut self,
        application: &ApplicationId,
        reference: &str,
    ) -> Result<Option<AccessRequest>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => access_requests::table
                .filter(access_requests::application_id.eq(application.as_str()))
                .filter(access_requests::reference.eq(reference))
                .select(AccessRequestRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(AccessRequest::try_from).transpose()
    }

    /// Unique index `access_requests_waiting`.
    fn waiting(
        &mut self,
        application: &ApplicationId,
        inn: &str,
    ) -> Result<Option<AccessRequest>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => access_requests::table
                .filter(access_requests::application_id.eq(application.as_str()))
                .filter(access_requests::inn.eq(inn))
                .filter(access_requests::answered_at.is_null())
                .select(AccessRequestRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(AccessRequest::try_from).transpose()
    }

    /// Primary key.
    fn update(&mut self, request: &AccessRequest) -> Result<bool, StoreError> {
        let row = AccessRequestRow::from(request);
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(access_requests::table)
                .filter(access_requests::id.eq(request.id.as_str()))
                .filter(access_requests::version.eq(request.version - 1))
                .set(&row)
                .execute(c))
        })?;
        Ok(rows == 1)
    }

    /// Index `access_requests_application` or `access_requests_business`, backwards.
    fn list(&mut self, party: &AskedBy, page: &PageRequest) -> Result<Page<AccessRequest>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => {
                let mut list = of_party!(party).order(access_requests::id.desc()).limit(one_past(page));
                if let Some(after) = &page.after {
                    list = list.filter(access_requests::id.lt(after));
                }
                list.load(c)
            })
        })?;
        cut(rows, page, |request: &AccessRequest| request.id.to_string())
    }

    /// Index `access_requests_expiry`.
    fn over(&mut self, now: Timestamp, limit: u32) -> Result<Vec<AccessRequest>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => access_requests::table
                .filter(access_requests::answered_at.is_null())
                .filter(access_requests::expires_at.le(now.micros()))
                .order((access_requests::expires_at, access_requests::id))
                .limit(i64::from(limit))
                .select(AccessRequestRow::as_select())
                .load(c))
        })?;
        all(rows)
    }
}
