use diesel::prelude::*;
use domain::{
    digest::Digest,
    ids::ApplicationId,
    ports::store::{StoreError, StoredKey},
    time::Timestamp,
};

use super::{digest_bytes, moment};
use crate::schema::{assertions, proofs, revocations, signing_keys};

/// A client assertion that was used.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = assertions, primary_key(client_id, jti))]
pub(crate) struct AssertionRow {
    client_id: String,
    jti: String,
    until: i64,
}

impl AssertionRow {
    /// The row for one use of `jti` by `client`.
    pub(crate) fn new(client: &ApplicationId, jti: &str, until: Timestamp) -> Self {
        Self { client_id: client.to_string(), jti: jti.to_owned(), until: until.micros() }
    }
}

/// A DPoP proof that was used.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = proofs, primary_key(name))]
pub(crate) struct ProofRow {
    name: Vec<u8>,
    until: i64,
}

impl ProofRow {
    /// The row for one use of a proof.
    pub(crate) fn new(name: &Digest, until: Timestamp) -> Self {
        Self { name: digest_bytes(name), until: until.micros() }
    }
}

/// A revoked token.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = revocations, primary_key(jti))]
pub(crate) struct RevocationRow {
    jti: String,
    until: i64,
}

impl RevocationRow {
    /// The row for the revocation of `jti`.
    pub(crate) fn new(jti: &str, until: Timestamp) -> Self {
        Self { jti: jti.to_owned(), until: until.micros() }
    }
}

impl TryFrom<RevocationRow> for (String, Timestamp) {
    type Error = StoreError;

    fn try_from(row: RevocationRow) -> Result<Self, StoreError> {
        let RevocationRow { jti, until } = row;
        Ok((jti, moment("revocations.until", until)?))
    }
}

/// A signing key. No Debug: it holds a private key.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = signing_keys, primary_key(kid))]
pub(crate) struct SigningKeyRow {
    kid: String,
    pkcs8: Vec<u8>,
    created_at: i64,
}

impl From<&StoredKey> for SigningKeyRow {
    fn from(key: &StoredKey) -> Self {
        let StoredKey { kid, pkcs8, created_at } = key;
        Self { kid: kid.clone(), pkcs8: pkcs8.clone(), created_at: created_at.micros() }
    }
}

impl TryFrom<SigningKeyRow> for StoredKey {
    type Error = StoreError;

    fn try_from(row: SigningKeyRow) -> Result<Self, StoreError> {
        let SigningKeyRow { kid, pkcs8, created_at } = row;
        Ok(Self { kid, pkcs8, created_at: moment("signing_keys.created_at", created_at)? })
    }
}
