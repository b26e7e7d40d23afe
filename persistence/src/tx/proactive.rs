use diesel::prelude::*;
use domain::{
    business::Business,
    ids::BusinessId,
    ports::store::{Looks, StoreError},
};

use super::{Transaction, all};
use crate::{
    conn::each,
    rows::business::BusinessRow,
    schema::{businesses, looks},
};

impl Looks for Transaction<'_> {
    /// Primary key.
    fn begin(&mut self, business: &BusinessId) -> Result<(), StoreError> {
        let row = (looks::business_id.eq(business.as_str()), looks::frontier.eq(""));
        let rows = self.ask(|conn| insert_new!(conn, looks::table, row))?;
        if rows == 0 { Looks::touch(self, business) } else { Ok(()) }
    }

    /// Primary key.
    fn touch(&mut self, business: &BusinessId) -> Result<(), StoreError> {
        self.settle(business, "")
    }

    /// Index `looks_frontier` in its order, then the primary key of businesses.
    fn behind(&mut self, frontier: &str, limit: u32) -> Result<Vec<Business>, StoreError> {
        let rows: Vec<BusinessRow> = self.ask(|conn| {
            each!(conn, c => looks::table
                .inner_join(businesses::table.on(businesses::id.eq(looks::business_id)))
                .filter(looks::frontier.lt(frontier))
                .order((looks::frontier, looks::business_id))
                .limit(i64::from(limit))
                .select(BusinessRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Primary key.
    fn settle(&mut self, business: &BusinessId, frontier: &str) -> Result<(), StoreError> {
        self.ask(|conn| {
            each!(conn, c => diesel::update(looks::table.find(business.as_str()))
                .set(looks::frontier.eq(frontier))
                .execute(c))
        })?;
        Ok(())
    }
}
