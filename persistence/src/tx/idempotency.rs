use diesel::prelude::*;
use domain::{
    idempotency::Remembered,
    ids::ApplicationId,
    ports::store::{Idempotency, StoreError},
};

use super::{Transaction, inserted};
use crate::{conn::each, rows::idempotency::RememberedRow, schema::remembered_replies};

impl Idempotency for Transaction<'_> {
    /// Primary key.
    fn find(&mut self, application: &ApplicationId, key: &str) -> Result<Option<Remembered>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => remembered_replies::table
                .find((application.as_str(), key))
                .select(RememberedRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Remembered::try_from).transpose()
    }

    /// Primary key.
    fn insert(&mut self, remembered: &Remembered) -> Result<(), StoreError> {
        let row = RememberedRow::from(remembered);
        let rows = self.ask(|conn| insert_new!(conn, remembered_replies::table, &row))?;
        inserted(rows)
    }
}
