use diesel::prelude::*;
use domain::{
    ids::{ApplicationId, BusinessId},
    mandate::Mandate,
    ports::store::{Mandates, StoreError},
};

use super::{Transaction, inserted};
use crate::{conn::each, rows::mandate::MandateRow, schema::mandates};

impl Mandates for Transaction<'_> {
    /// Primary key and unique index `mandates_in_force`: a second one in force for the same pair is a conflict.
    fn insert(&mut self, mandate: &Mandate) -> Result<(), StoreError> {
        let row = MandateRow::from(mandate);
        let rows = self.ask(|conn| insert_new!(conn, mandates::table, &row))?;
        inserted(rows)
    }

    /// Unique index `mandates_in_force`.
    fn in_force(
        &mut self,
        application: &ApplicationId,
        business: &BusinessId,
    ) -> Result<Option<Mandate>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => mandates::table
                .filter(mandates::application_id.eq(application.as_str()))
                .filter(mandates::business_id.eq(business.as_str()))
                .filter(mandates::ended_at.is_null())
                .select(MandateRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Mandate::try_from).transpose()
    }
}
