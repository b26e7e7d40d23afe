use diesel::prelude::*;
use domain::{
    digest::Digest,
    ids::ApplicationId,
    ports::store::{Access, StoreError, StoredKey},
    time::Timestamp,
};

use super::{Transaction, all, inserted};
use crate::{
    conn::each,
    rows::access::{AssertionRow, ProofRow, RevocationRow, SigningKeyRow},
    schema::{assertions, proofs, revocations, signing_keys},
};

impl Access for Transaction<'_> {
    /// Primary key.
    fn use_assertion(
        &mut self,
        client: &ApplicationId,
        jti: &str,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = AssertionRow::new(client, jti, until);
        let rows = self.ask(|conn| insert_new!(conn, assertions::table, &row))?;
        Ok(rows == 1)
    }

    /// Primary key.
    fn use_proof(&mut self, name: &Digest, until: Timestamp) -> Result<bool, StoreError> {
        let row = ProofRow::new(name, until);
        let rows = self.ask(|conn| insert_new!(conn, proofs::table, &row))?;
        Ok(rows == 1)
    }

    /// What ends at `now` has ended. Indexes `assertions_until`, `proofs_until` and `revocations_until`.
    fn forget_expired(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let now = now.micros();
        let used = self.ask(|conn| {
            each!(conn, c => diesel::delete(assertions::table.filter(assertions::until.le(now))).execute(c))
        })?;
        let proven = self.ask(
            |conn| each!(conn, c => diesel::delete(proofs::table.filter(proofs::until.le(now))).execute(c)),
        )?;
        let revoked = self.ask(|conn| {
            each!(conn, c => diesel::delete(revocations::table.filter(revocations::until.le(now))).execute(c))
        })?;
        Ok(used + proven + revoked)
    }

    /// Primary key.
    fn revoke(&mut self, jti: &str, until: Timestamp) -> Result<(), StoreError> {
        let row = RevocationRow::new(jti, until);
        self.ask(|conn| insert_new!(conn, revocations::table, &row))?;
        Ok(())
    }

    /// Index `revocations_until`.
    fn revocations(&mut self, now: Timestamp) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => revocations::table
                .filter(revocations::until.gt(now.micros()))
                .order(revocations::until)
                .select(RevocationRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Primary key.
    fn insert_key(&mut self, key: &StoredKey) -> Result<(), StoreError> {
        let row = SigningKeyRow::from(key);
        let rows = self.ask(|conn| insert_new!(conn, signing_keys::table, &row))?;
        inserted(rows)
    }

    /// The whole table, which holds a handful of rows.
    fn keys(&mut self) -> Result<Vec<StoredKey>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => signing_keys::table
                .order((signing_keys::created_at.desc(), signing_keys::kid.desc()))
                .select(SigningKeyRow::as_select())
                .load(c))
        })?;
        all(rows)
    }
}
