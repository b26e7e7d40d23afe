//! Rows as the tables hold them, and what they stand for. What does not fit the domain is [`StoreError::Corrupt`],
//! which names the column and never the value.

use std::str::FromStr;

use domain::{digest::Digest, ports::store::StoreError, time::Timestamp};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) mod access;
pub(crate) mod access_request;
pub(crate) mod application;
pub(crate) mod assessment;
pub(crate) mod attachment;
pub(crate) mod business;
pub(crate) mod catalogue;
pub(crate) mod delivery;
pub(crate) mod draft_act;
pub(crate) mod event;
pub(crate) mod idempotency;
pub(crate) mod inbox;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod mandate;
pub(crate) mod receipt;
pub(crate) mod record;
pub(crate) mod registry;
pub(crate) mod submission;
pub(crate) mod webhook;

type Fit<T> = Result<T, StoreError>;

fn corrupt(column: &str) -> StoreError {
    StoreError::Corrupt(column.to_owned())
}

/// Reads a moment from microseconds.
pub(crate) fn moment(column: &str, micros: i64) -> Fit<Timestamp> {
    Timestamp::from_micros(micros).ok_or_else(|| corrupt(column))
}

/// Reads a moment that may be missing.
pub(crate) fn moment_or_none(column: &str, micros: Option<i64>) -> Fit<Option<Timestamp>> {
    micros.map(|micros| moment(column, micros)).transpose()
}

/// Reads an id or a name of a closed list.
pub(crate) fn parsed<T: FromStr>(column: &str, text: &str) -> Fit<T> {
    text.parse().map_err(|_| corrupt(column))
}

/// Reads an id or a name that may be missing.
pub(crate) fn parsed_or_none<T: FromStr>(column: &str, text: Option<&str>) -> Fit<Option<T>> {
    text.map(|text| parsed(column, text)).transpose()
}

/// Reads the 32 bytes of a digest.
pub(crate) fn digest(column: &str, bytes: &[u8]) -> Fit<Digest> {
    bytes.try_into().map(Digest::from_bytes).map_err(|_| corrupt(column))
}

/// The 32 bytes of a digest.
pub(crate) fn digest_bytes(digest: &Digest) -> Vec<u8> {
    digest.as_bytes().to_vec()
}

/// Reads a JSON text.
pub(crate) fn from_json<T: DeserializeOwned>(column: &str, text: &str) -> Fit<T> {
    serde_json::from_str(text).map_err(|_| corrupt(column))
}

/// Writes a JSON text.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("the domain's documents have text keys and no failing parts")
}
