//! The registered claims of RFC 7519 §4.1, read with exact types: a claim of the wrong type is never an absent one.

use domain::{
    guard::{self, Guard},
    time::Timestamp,
};
use serde_json::{Map, Value};

use super::jws::is_plain;

/// How far ahead `iat` and `nbf` may lie, for clients whose clocks are fast. FAPI 2.0 §5.3.2.1 wants 10 s accepted and
/// more than 60 s refused.
pub const CLOCK_AHEAD_S: i64 = 60;
/// What a fast clock may add to the longest lifetime, seen from here.
pub const LIFETIME_LEEWAY_S: i64 = 10;
/// The longest `jti`, in bytes.
pub const MAX_JTI_BYTES: usize = 128;

/// Why the registered claims do not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// A required claim is absent.
    #[error("the claim `{name}` is missing")]
    Missing {
        /// The name met.
        name: &'static str,
    },
    /// A claim is of the wrong type or form.
    #[error("the claim `{name}` is malformed")]
    Malformed {
        /// The name met.
        name: &'static str,
    },
    /// Another issuer, or another spelling of ours.
    #[error("issued by {claimed:?}")]
    Issuer {
        /// What the token says.
        claimed: String,
    },
    /// Another audience, or a list.
    #[error("meant for {claimed}")]
    Audience {
        /// What the token says.
        claimed: Value,
    },
    /// `exp` has come.
    #[error("expired at {at_s}")]
    Expired {
        /// Seconds since 1970.
        at_s: i64,
    },
    /// `nbf` lies too far ahead.
    #[error("not valid before {from_s}")]
    NotYetValid {
        /// Seconds since 1970.
        from_s: i64,
    },
    /// `iat` lies too far ahead.
    #[error("issued in the future, at {at_s}")]
    IssuedAhead {
        /// Seconds since 1970.
        at_s: i64,
    },
    /// `exp` lies too far after `iat` or after now.
    #[error("lives longer than {limit_s} s")]
    LivesTooLong {
        /// The longest life, in seconds.
        limit_s: i64,
    },
}

/// The claims of one token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Registered<'c>(pub &'c Map<String, Value>);

impl<'c> Registered<'c> {
    pub fn text(self, name: &'static str) -> Result<&'c str, ClaimError> {
        let value = self.0.get(name).ok_or(ClaimError::Missing { name })?;
        value.as_str().ok_or(ClaimError::Malformed { name })
    }

    /// Reads whole seconds since 1970. A fraction, a text or a negative number is malformed.
    pub fn seconds(self, name: &'static str) -> Result<i64, ClaimError> {
        self.optional_seconds(name)?.ok_or(ClaimError::Missing { name })
    }

    pub fn optional_seconds(self, name: &'static str) -> Result<Option<i64>, ClaimError> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        value.as_i64().filter(|seconds| *seconds >= 0).map(Some).ok_or(ClaimError::Malformed { name })
    }

    /// Takes `expected` and no other spelling of it.
    pub fn expect_issuer(self, expected: &str) -> Result<(), ClaimError> {
        let claimed = self.text("iss")?;
        if claimed == expected || !guard::stands(Guard::Issuer) {
            Ok(())
        } else {
            Err(ClaimError::Issuer { claimed: claimed.to_owned() })
        }
    }

    /// Takes `expected` as a plain text; every array is refused, even one that names it.
    pub fn expect_audience(self, expected: &str) -> Result<(), ClaimError> {
        let claimed = self.0.get("aud").ok_or(ClaimError::Missing { name: "aud" })?;
        if claimed.as_str() == Some(expected) {
            Ok(())
        } else {
            Err(ClaimError::Audience { claimed: claimed.clone() })
        }
    }

    /// Reads `jti`: 1 to 128 letters, digits or `-._~:+=@/`, which are safe in logs and lookups.
    pub fn jti(self) -> Result<Box<str>, ClaimError> {
        let jti = self.text("jti")?;
        let parts_are_plain = jti.split('/').all(|part| part.is_empty() || is_plain(part, MAX_JTI_BYTES));
        if (1..=MAX_JTI_BYTES).contains(&jti.len()) && parts_are_plain {
            Ok(jti.into())
        } else {
            Err(ClaimError::Malformed { name: "jti" })
        }
    }

    /// Reads `exp`, and `iat` and `nbf` where they stand.
    pub fn window(self) -> Result<Window, ClaimError> {
        Ok(Window {
            expires_s: self.seconds("exp")?,
            issued_s: self.optional_seconds("iat")?,
            not_before_s: self.optional_seconds("nbf")?,
        })
    }
}

/// When a token counts; all in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub expires_s: i64,
    pub issued_s: Option<i64>,
    pub not_before_s: Option<i64>,
}

impl Window {
    /// Judges the moment: expiry to the second and without leeway, the future with that of [`CLOCK_AHEAD_S`].
    pub fn check_moment(&self, now: Timestamp) -> Result<(), ClaimError> {
        let now_s = now.seconds();
        let ahead_s = now_s.saturating_add(CLOCK_AHEAD_S);
        if self.expires_s <= now_s && guard::stands(Guard::TokenTerm) {
            return Err(ClaimError::Expired { at_s: self.expires_s });
        }
        match (self.not_before_s, self.issued_s) {
            (Some(from_s), _) if from_s > ahead_s => Err(ClaimError::NotYetValid { from_s }),
            (_, Some(at_s)) if at_s > ahead_s => Err(ClaimError::IssuedAhead { at_s }),
            _ => Ok(()),
        }
    }

    /// Judges the lifetime, from `iat` exactly and from now with [`LIFETIME_LEEWAY_S`].
    pub fn check_lifetime(&self, now: Timestamp, limit_s: i64) -> Result<(), ClaimError> {
        let left_s = self.expires_s.saturating_sub(now.seconds());
        let whole_s = self.issued_s.map_or(0, |issued_s| self.expires_s.saturating_sub(issued_s));
        if whole_s > limit_s || left_s > limit_s + LIFETIME_LEEWAY_S {
            return Err(ClaimError::LivesTooLong { limit_s });
        }
        Ok(())
    }
}
