use diesel::prelude::*;
use domain::{
    business::{Business, ProfileVersion},
    ids::BusinessId,
    mandate::Holder,
    page::{Page, PageRequest},
    ports::store::{Businesses, StoreError},
};

use super::{Transaction, cut, inserted, mandate::held, numeric_key, one_past};
use crate::{
    conn::each,
    rows::business::{BusinessRow, ProfileVersionRow},
    schema::{businesses, mandates, profile_versions},
};

impl Businesses for Transaction<'_> {
    /// Primary key and unique index `businesses_inn`.
    fn insert(&mut self, business: &Business) -> Result<(), StoreError> {
        let row = BusinessRow::from(business);
        let rows = self.ask(|conn| insert_new!(conn, businesses::table, &row))?;
        inserted(rows)
    }

    /// Primary key.
    fn find(&mut self, id: &BusinessId) -> Result<Option<Business>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => businesses::table
                .find(id.as_str())
                .select(BusinessRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Business::try_from).transpose()
    }

    /// Unique index `businesses_inn`.
    fn by_inn(&mut self, inn: &str) -> Result<Option<Business>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => businesses::table
                .filter(businesses::inn.eq(inn))
                .select(BusinessRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Business::try_from).transpose()
    }

    /// Primary key.
    fn version(&mut self, id: &BusinessId) -> Result<Option<i64>, StoreError> {
        self.ask(|conn| {
            each!(conn, c => businesses::table
                .find(id.as_str())
                .select(businesses::version)
                .get_result(c)
                .optional())
        })
    }

    /// Index `mandates_in_force` in its order, then primary key.
    fn of_application(&mut self, holder: &Holder, page: &PageRequest) -> Result<Page<Business>, StoreError> {
        let after = page.after.as_deref().unwrap_or("");
        let rows = self.ask(|conn| {
            each!(conn, c => held!(mandates::table
                .inner_join(businesses::table.on(businesses::id.eq(mandates::business_id))), holder)
                .filter(mandates::business_id.gt(after))
                .order(mandates::business_id)
                .limit(one_past(page))
                .select(BusinessRow::as_select())
                .load(c))
        })?;
        cut(rows, page, |business: &Business| business.id.to_string())
    }

    /// Primary key, in its order.
    fn all(&mut self, page: &PageRequest) -> Result<Page<Business>, StoreError> {
        let after = page.after.as_deref().unwrap_or("");
        let rows = self.ask(|conn| {
            each!(conn, c => businesses::table
                .filter(businesses::id.gt(after))
                .order(businesses::id)
                .limit(one_past(page))
                .select(BusinessRow::as_select())
                .load(c))
        })?;
        cut(rows, page, |business: &Business| business.id.to_string())
    }

    /// Primary key.
    fn update(&mut self, business: &Business, expected: i64) -> Result<bool, StoreError> {
        let row = BusinessRow::from(business);
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(businesses::table)
                .filter(businesses::id.eq(business.id.as_str()))
                .filter(businesses::version.eq(expected))
                .set(&row)
                .execute(c))
        })?;
        Ok(rows == 1)
    }

    /// Primary key.
    fn insert_profile_version(&mut self, version: &ProfileVersion) -> Result<(), StoreError> {
        let row = ProfileVersionRow::from(version);
        let rows = self.ask(|conn| insert_new!(conn, profile_versions::table, &row))?;
        inserted(rows)
    }

    /// Primary key, backwards.
    fn profile_versions(
        &mut self,
        business: &BusinessId,
        page: &PageRequest,
    ) -> Result<Page<ProfileVersion>, StoreError> {
        let before = numeric_key(page)?.unwrap_or(i64::MAX);
        let rows = self.ask(|conn| {
            each!(conn, c => profile_versions::table
                .filter(profile_versions::business_id.eq(business.as_str()))
                .filter(profile_versions::version.lt(before))
                .order(profile_versions::version.desc())
                .limit(one_past(page))
                .select(ProfileVersionRow::as_select())
                .load(c))
        })?;
        cut(rows, page, |known: &ProfileVersion| known.version.to_string())
    }
}
