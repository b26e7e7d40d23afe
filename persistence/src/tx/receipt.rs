use diesel::prelude::*;
use domain::{
    digest::Digest,
    ids::{ApplicationId, BusinessId, ReceiptId},
    ports::store::{Receipts, StoreError},
    receipt::Receipt,
};

use super::{Transaction, all, inserted};
use crate::{
    conn::each,
    rows::receipt::ReceiptRow,
    schema::{mandates, receipts},
};

/// The most receipts that a search returns.
const MOST: i64 = 100;

impl Receipts for Transaction<'_> {
    /// Primary key.
    fn insert(&mut self, receipt: &Receipt) -> Result<(), StoreError> {
        let row = ReceiptRow::from(receipt);
        let rows = self.ask(|conn| insert_new!(conn, receipts::table, &row))?;
        inserted(rows)
    }

    /// Primary key, then index `mandates_in_force`.
    fn find(&mut self, application: &ApplicationId, id: &ReceiptId) -> Result<Option<Receipt>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => receipts::table
                .inner_join(mandates::table.on(mandates::business_id.eq(receipts::business_id)))
                .filter(receipts::id.eq(id.as_str()))
                .filter(mandates::application_id.eq(application.as_str()))
                .filter(mandates::ended_at.is_null())
                .select(ReceiptRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Receipt::try_from).transpose()
    }

    /// Indexes `receipts_digest` and `receipts_body_digest`, then `mandates_in_force`.
    fn by_digest(
        &mut self,
        application: &ApplicationId,
        digest: &Digest,
    ) -> Result<Vec<Receipt>, StoreError> {
        let digest = digest.as_bytes().as_slice();
        let rows = self.ask(|conn| {
            each!(conn, c => receipts::table
                .inner_join(mandates::table.on(mandates::business_id.eq(receipts::business_id)))
                .filter(receipts::digest.eq(digest).or(receipts::body_digest.assume_not_null().eq(digest)))
                .filter(mandates::application_id.eq(application.as_str()))
                .filter(mandates::ended_at.is_null())
                .order((receipts::sequence.desc(), receipts::id.desc()))
                .limit(MOST)
                .select(ReceiptRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Index `receipts_key`, backwards.
    fn by_key(&mut self, application: &ApplicationId, key: &str) -> Result<Vec<Receipt>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => receipts::table
                .filter(receipts::application_id.eq(application.as_str()))
                .filter(receipts::idempotency_key.eq(key))
                .order((receipts::sequence.desc(), receipts::id.desc()))
                .limit(MOST)
                .select(ReceiptRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Index `receipts_subject`.
    fn of_subject(&mut self, business: &BusinessId, subject: &str) -> Result<Vec<Receipt>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => receipts::table
                .filter(receipts::subject.eq(subject))
                .filter(receipts::business_id.eq(business.as_str()))
                .order((receipts::sequence, receipts::id))
                .select(ReceiptRow::as_select())
                .load(c))
        })?;
        all(rows)
    }
}
