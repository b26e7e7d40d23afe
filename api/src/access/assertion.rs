//! Client assertions (`private_key_jwt`, RFC 7523 as FAPI 2.0 tightens it): how an application proves who it is.
//!
//! Two steps, because the application's keys are found by the name it claims:
//! [`PresentedAssertion::read`], then [`PresentedAssertion::verify`] with those keys,
//! or [`PresentedAssertion::refuse_unknown_client`] where there is no such application.

use std::sync::LazyLock;

use domain::{ids::ApplicationId, time::Timestamp};

use super::{
    jwks::PublicKeys,
    jws::{Algorithm, Header, JwsError, KeySource, MAX_TOKEN_BYTES, Policy, Unverified},
    registered::{ClaimError, Registered},
};

/// The longest life of a client assertion, in seconds (security.md, row B1).
pub const MAX_ASSERTION_LIFE_S: i64 = 5 * 60;

const POLICY: Policy = Policy {
    max_bytes: MAX_TOKEN_BYTES,
    algorithms: &[Algorithm::EdDsa, Algorithm::Ed25519, Algorithm::Es256, Algorithm::Ps256],
    types: &["jwt", "client-authentication+jwt"],
    type_optional: true,
    key: KeySource::Registered,
};

/// Public keys whose private halves were thrown away when they were made.
static DECOYS: LazyLock<PublicKeys> = LazyLock::new(|| {
    PublicKeys::read(include_bytes!("decoy_keys.json"))
        .expect("the file holds three sound keys; a test reads it")
});

/// Why a client assertion is refused; at the token endpoint all are `invalid_client`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// Form, header, key or signature.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// A registered claim.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// `sub` names somebody else than `iss`.
    #[error("`sub` is {subject:?}, not the application {client}")]
    Subject {
        /// What `sub` says.
        subject: String,
        /// The application that is named.
        client: ApplicationId,
    },
    /// No such application is registered.
    #[error("there is no application {client}")]
    UnknownClient {
        /// The application that is named.
        client: ApplicationId,
    },
}

/// A checked assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// The application that signed.
    pub client: ApplicationId,
    /// Names the assertion within the application; the caller refuses a second one until it has expired.
    pub jti: Box<str>,
    /// From this moment on the assertion is refused without looking at `jti`.
    pub expires_at: Timestamp,
}

/// A well-formed assertion that names an application and has proved nothing.
#[derive(Debug)]
pub struct PresentedAssertion<'t> {
    jws: Unverified<'t>,
    client: ApplicationId,
}

impl<'t> PresentedAssertion<'t> {
    /// Reads an assertion's form and the application it names in both `iss` and `sub`.
    ///
    /// # Errors
    ///
    /// Names the first failure of the form, the header, `iss` or `sub`.
    pub fn read(text: &'t str) -> Result<Self, AssertionError> {
        let jws = Unverified::read(text, &POLICY)?;
        let claims = Registered(jws.claimed());
        let client: ApplicationId =
            claims.text("iss")?.parse().map_err(|_| ClaimError::Malformed { name: "iss" })?;
        let subject = claims.text("sub")?;
        if subject != client.as_str() {
            return Err(AssertionError::Subject { subject: subject.to_owned(), client });
        }
        Ok(Self { jws, client })
    }

    /// The application whose keys the assertion has to be checked with.
    pub fn client(&self) -> &ApplicationId {
        &self.client
    }

    /// Checks the signature with the application's registered keys, then every claim.
    ///
    /// `issuer` is the authorization server's issuer identifier, the only audience taken (RFC 7523bis).
    /// Whether `jti` was seen before is for the caller's store to say.
    ///
    /// # Errors
    ///
    /// Names the first failure. No key found takes as long as a wrong signature.
    pub fn verify(
        self,
        keys: &PublicKeys,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Assertion, AssertionError> {
        let Header { algorithm, kid, jwk: _ } = self.jws.header();
        let key = match keys.choose(kid.as_deref(), *algorithm) {
            Ok(key) => key,
            Err(error) => {
                self.spend_a_check();
                return Err(error.into());
            }
        };
        let verified = self.jws.verify(|_| Ok(key))?;
        let claims = Registered(&verified.claims);
        claims.expect_audience(issuer)?;
        let window = claims.window()?;
        window.check_moment(now)?;
        window.check_lifetime(now, MAX_ASSERTION_LIFE_S)?;
        let expires_at = Timestamp::from_micros(window.expires_s.saturating_mul(1_000_000))
            .ok_or(ClaimError::Malformed { name: "exp" })?;
        Ok(Assertion { client: self.client, jti: claims.jti()?, expires_at })
    }

    /// The refusal for an application that is not registered, after the time that a wrong signature takes
    /// (security.md, row C11).
    pub fn refuse_unknown_client(self) -> AssertionError {
        self.spend_a_check();
        AssertionError::UnknownClient { client: self.client }
    }

    fn spend_a_check(&self) {
        let decoy = DECOYS.choose(Some("decoy"), self.jws.header().algorithm);
        self.jws.spend_a_check(decoy.expect("there is a decoy for every algorithm; a test asks for each"));
    }
}
