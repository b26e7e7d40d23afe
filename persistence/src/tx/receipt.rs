use diesel::prelude::*;
use domain::{
    digest::Digest,
    ids::{ApplicationId, BusinessId, ReceiptId},
    mandate::Holder,
    ports::store::{Receipts, StoreError},
    receipt::Receipt,
};

use super::{Transaction, all, inserted, mandate::held};
use crate::{
    conn::each,
    rows::receipt::ReceiptRow,
    schema::{events, mandates, receipts, remembered_replies},
};

/// The most receipts that a search returns.
const MOST: i64 = 100;

impl Receipts for Transaction<'_> {
    /// Primary key: an event has one receipt at most.
    fn insert(&mut self, receipt: &Receipt) -> Result<(), StoreError> {
        let row = ReceiptRow::from(receipt);
        let rows = self.ask(|conn| insert_new!(conn, receipts::table, &row))?;
        inserted(rows)
    }

    /// Index `receipts_id`, then `mandates_in_force`.
    fn find(&mut self, holder: &Holder, id: &ReceiptId) -> Result<Option<Receipt>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => held!(receipts::table
                .inner_join(mandates::table.on(mandates::business_id.eq(receipts::business_id))), holder)
                .filter(receipts::id.eq(id.as_str()))
                .select(ReceiptRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Receipt::try_from).transpose()
    }

    /// Indexes `receipts_digest` and `receipts_body_digest`, then `mandates_in_force`.
    fn by_digest(&mut self, holder: &Holder, digest: &Digest) -> Result<Vec<Receipt>, StoreError> {
        let digest = digest.as_bytes().as_slice();
        let rows = self.ask(|conn| {
            each!(conn, c => held!(receipts::table
                .inner_join(mandates::table.on(mandates::business_id.eq(receipts::business_id))), holder)
                .filter(receipts::digest.eq(digest).or(receipts::body_digest.assume_not_null().eq(digest)))
                .order(receipts::sequence.desc())
                .limit(MOST)
                .select(ReceiptRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Primary key of the remembered reply, which knows the places of its events, then the primary key of receipts,
    /// backwards. Other units' receipts do not stand between: units run one after the other.
    fn by_key(&mut self, application: &ApplicationId, key: &str) -> Result<Vec<Receipt>, StoreError> {
        let places: Option<(i64, i64)> = self.ask(|conn| {
            each!(conn, c => remembered_replies::table
                .find((application.as_str(), key))
                .select((remembered_replies::events_after, remembered_replies::events_upto))
                .get_result(c)
                .optional())
        })?;
        let Some((after, upto)) = places else { return Ok(Vec::new()) };
        let rows = self.ask(|conn| {
            each!(conn, c => receipts::table
                .filter(receipts::sequence.gt(after))
                .filter(receipts::sequence.le(upto))
                .order(receipts::sequence.desc())
                .limit(MOST)
                .select(ReceiptRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Index `events_subject`, then primary key.
    fn of_subject(&mut self, business: &BusinessId, subject: &str) -> Result<Vec<Receipt>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => receipts::table
                .inner_join(events::table)
                .filter(events::subject.eq(subject))
                .filter(events::business_id.eq(business.as_str()))
                .order(receipts::sequence)
                .select(ReceiptRow::as_select())
                .load(c))
        })?;
        all(rows)
    }
}
