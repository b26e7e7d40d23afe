//! Access tokens (RFC 9068): what the gateway writes into one, and what it reads back.

use domain::{
    actor::Side,
    ids::{ApplicationId, AuthorityId, BusinessId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    binding::Binding,
    jws::{Algorithm, JwsError, KeySource, MAX_TOKEN_BYTES, Policy, Unverified},
    keys::{ACCESS_TOKEN, KeyRing, SigningKey},
    registered::{ClaimError, Registered, Window},
    scope::{ScopeError, ScopeSet},
};

/// The longest life of an access token, in seconds (security.md, row B1).
pub const MAX_TOKEN_LIFE_S: i64 = 15 * 60;

const POLICY: Policy = Policy {
    max_bytes: MAX_TOKEN_BYTES,
    algorithms: &[Algorithm::EdDsa, Algorithm::Ed25519],
    types: &[ACCESS_TOKEN],
    type_optional: false,
    key: KeySource::Registered,
};

/// On what terms tokens are issued and taken. The sandbox has other terms than the live gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The `iss` of every token: the authorization server's issuer identifier (RFC 8414).
    pub issuer: String,
    /// The `aud` of every token: the gateway's public base URL.
    pub audience: String,
    /// How long a token lives, in seconds; at most [`MAX_TOKEN_LIFE_S`].
    pub lifetime_s: u32,
}

/// Whose data a token reaches (RFC 9396 `authorization_details`, or the private claims of an authority).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Every business whose mandate the application holds at the moment of a request.
    AllMandates,
    /// These businesses and no others; the mandates are still checked at every request.
    Businesses(Vec<BusinessId>),
    /// What is addressed to this authority.
    Authority(AuthorityId),
}

impl Reach {
    /// Reads `authorization_details` as a token request gives them: a JSON array of one detail of our type.
    pub fn from_details(text: &str) -> Option<Self> {
        let [detail] = serde_json::from_str::<[Detail; 1]>(text).ok()?;
        detail.reach()
    }

    /// The side of the gateway the holder stands on.
    pub fn side(&self) -> Side {
        match self {
            Self::AllMandates | Self::Businesses(_) => Side::Business,
            Self::Authority(_) => Side::Authority,
        }
    }
}

/// What an application was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The application.
    pub client: ApplicationId,
    /// Whose data.
    pub reach: Reach,
    /// For what.
    pub scopes: ScopeSet,
    /// What the holder has to show beside the token; None for a bearer token, which only the sandbox gives.
    pub binding: Option<Binding>,
}

/// Why a token is not issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The terms ask for too long a life.
    #[error("a life of {lifetime_s} s, at most {MAX_TOKEN_LIFE_S} s are allowed")]
    Lifetime {
        /// What was asked for, in seconds.
        lifetime_s: u32,
    },
    /// The set of scopes is empty.
    #[error("no scope is granted")]
    NoScope,
    /// A scope is not for the side of the grant.
    #[error("the scopes {scopes} are not all for the side {}", <&str>::from(*side))]
    Side {
        /// The scopes of the grant.
        scopes: ScopeSet,
        /// The side of the grant.
        side: Side,
    },
    /// The list of businesses is empty.
    #[error("the list of businesses is empty; no token reaches nothing")]
    NoBusiness,
    /// The token would not pass the door.
    #[error(
        "the token would have {bytes} bytes, at most {limit} are allowed: name fewer businesses, or all mandates"
    )]
    TooLarge {
        /// The length met.
        bytes: usize,
        /// The longest allowed.
        limit: usize,
    },
}

/// Why an access token is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Form, header, key or signature.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// A registered or private claim.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// The claim `scope`.
    #[error("scope: {0}")]
    Scope(#[from] ScopeError),
    /// `sub` names somebody else than `client_id`.
    #[error("`sub` is {subject:?}, not the application {client}")]
    Subject {
        /// What `sub` says.
        subject: String,
        /// The application that is named.
        client: ApplicationId,
    },
    /// The application was suspended.
    #[error("the application is suspended")]
    Suspended,
    /// The name of the token is on the list of revocations.
    #[error("revoked")]
    Revoked,
}

/// Issues an access token.
///
/// `jti` names the token for revocation and comes from the caller, as does the moment.
///
/// # Errors
///
/// Refuses terms and grants whose token the door would not take back.
pub fn issue(
    key: &SigningKey,
    terms: &Terms,
    grant: &Grant,
    jti: &str,
    now: Timestamp,
) -> Result<String, IssueError> {
    check_grant(terms, grant)?;
    let now_s = now.seconds();
    let wire = Wire {
        iss: &terms.issuer,
        sub: &grant.client,
        client_id: &grant.client,
        aud: &terms.audience,
        exp: now_s + i64::from(terms.lifetime_s),
        iat: now_s,
        nbf: now_s,
        jti,
        scope: grant.scopes.to_string(),
        side: grant.reach.side().into(),
        authority_id: match &grant.reach {
            Reach::Authority(authority) => Some(authority),
            Reach::AllMandates | Reach::Businesses(_) => None,
        },
        authorization_details: Detail::of(&grant.reach).map(|detail| [detail]),
        cnf: grant.binding.map(Binding::to_claim),
    };
    let token = key.sign(ACCESS_TOKEN, &wire);
    if token.len() > MAX_TOKEN_BYTES {
        return Err(IssueError::TooLarge { bytes: token.len(), limit: MAX_TOKEN_BYTES });
    }
    Ok(token)
}

fn check_grant(terms: &Terms, grant: &Grant) -> Result<(), IssueError> {
    let side = grant.reach.side();
    if i64::from(terms.lifetime_s) > MAX_TOKEN_LIFE_S {
        return Err(IssueError::Lifetime { lifetime_s: terms.lifetime_s });
    }
    if grant.scopes.is_empty() {
        return Err(IssueError::NoScope);
    }
    if !grant.scopes.fits(side) {
        return Err(IssueError::Side { scopes: grant.scopes, side });
    }
    if grant.reach == Reach::Businesses(Vec::new()) {
        return Err(IssueError::NoBusiness);
    }
    Ok(())
}

#[derive(Serialize)]
struct Wire<'g> {
    iss: &'g str,
    sub: &'g ApplicationId,
    client_id: &'g ApplicationId,
    aud: &'g str,
    exp: i64,
    iat: i64,
    nbf: i64,
    jti: &'g str,
    scope: String,
    side: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authority_id: Option<&'g AuthorityId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<[Detail; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Value>,
}

/// The one type of authorization detail (RFC 9396 §2) the gateway knows.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Detail {
    r#type: DetailType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    businesses: Option<Vec<BusinessId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    all: Option<bool>,
}

#[derive(Serialize, Deserialize)]
enum DetailType {
    #[serde(rename = "shlyuz_business")]
    Business,
}

impl Detail {
    fn of(reach: &Reach) -> Option<Self> {
        match reach {
            Reach::AllMandates => {
                Some(Self { r#type: DetailType::Business, businesses: None, all: Some(true) })
            }
            Reach::Businesses(businesses) => {
                Some(Self { r#type: DetailType::Business, businesses: Some(businesses.clone()), all: None })
            }
            Reach::Authority(_) => None,
        }
    }

    fn reach(self) -> Option<Reach> {
        match (self.businesses, self.all) {
            (None, Some(true)) => Some(Reach::AllMandates),
            (Some(businesses), None) if !businesses.is_empty() => Some(Reach::Businesses(businesses)),
            _ => None,
        }
    }
}

/// An access token whose every claim was checked. Only [`super::cache::TokenVerifier`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedToken {
    grant: Grant,
    jti: Box<str>,
    kid: Box<str>,
    window: Window,
}

impl VerifiedToken {
    /// The application that holds the token.
    pub fn client(&self) -> &ApplicationId {
        &self.grant.client
    }

    /// Whose data the token reaches.
    pub fn reach(&self) -> &Reach {
        &self.grant.reach
    }

    /// What the token may be used for.
    pub fn scopes(&self) -> ScopeSet {
        self.grant.scopes
    }

    /// What its holder has to show; None for a bearer token.
    pub fn binding(&self) -> Option<Binding> {
        self.grant.binding
    }

    /// The token's name, for revocation and for the journal.
    pub fn jti(&self) -> &str {
        &self.jti
    }

    /// The name of the key that signed.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The first second, since 1970, at which the token counts no longer.
    pub fn expires_s(&self) -> i64 {
        self.window.expires_s
    }

    /// Judges the moment alone, for a token that was read earlier.
    ///
    /// # Errors
    ///
    /// Expired, or not yet valid because the clock was set back.
    pub(super) fn check_moment(&self, now: Timestamp) -> Result<(), TokenError> {
        Ok(self.window.check_moment(now)?)
    }
}

/// Reads an access token of this gateway. Revocation is judged by [`super::cache::TokenVerifier`], the door to use.
///
/// # Errors
///
/// Names the first claim that does not hold; all of them are `invalid_token` to the caller.
pub(super) fn read(
    token: &str,
    ring: &KeyRing,
    terms: &Terms,
    now: Timestamp,
) -> Result<VerifiedToken, TokenError> {
    let unverified = Unverified::read(token, &POLICY)?;
    let verified = unverified.verify(|header| ring.choose(header.kid.as_deref(), header.algorithm))?;
    let kid = verified.header.kid.ok_or(JwsError::KeyUnknown)?;
    let claims = Registered(&verified.claims);
    claims.expect_issuer(&terms.issuer)?;
    claims.expect_audience(&terms.audience)?;
    claims.seconds("iat")?;
    claims.seconds("nbf")?;
    let window = claims.window()?;
    window.check_moment(now)?;
    window.check_lifetime(now, MAX_TOKEN_LIFE_S)?;
    let binding = Binding::read(&verified.claims)?;
    let client = read_client(claims)?;
    let scopes = ScopeSet::parse_known(claims.text("scope")?)?;
    Ok(VerifiedToken {
        grant: Grant { client, reach: read_reach(claims)?, scopes, binding },
        jti: claims.jti()?,
        kid,
        window,
    })
}

/// In the client credentials grant the subject is the application itself (RFC 9068 §2.2).
fn read_client(claims: Registered<'_>) -> Result<ApplicationId, TokenError> {
    let name = "client_id";
    let client: ApplicationId = claims.text(name)?.parse().map_err(|_| ClaimError::Malformed { name })?;
    let subject = claims.text("sub")?;
    if subject == client.as_str() {
        Ok(client)
    } else {
        Err(TokenError::Subject { subject: subject.to_owned(), client })
    }
}

fn read_reach(claims: Registered<'_>) -> Result<Reach, ClaimError> {
    match claims.text("side")? {
        "business" => {
            refuse_claim(claims.0, "authority_id")?;
            read_businesses(claims)
        }
        "authority" => {
            refuse_claim(claims.0, "authorization_details")?;
            let name = "authority_id";
            let authority = claims.text(name)?.parse().map_err(|_| ClaimError::Malformed { name })?;
            Ok(Reach::Authority(authority))
        }
        _ => Err(ClaimError::Malformed { name: "side" }),
    }
}

/// A claim of the other side makes the token ambiguous.
fn refuse_claim(claims: &Map<String, Value>, name: &'static str) -> Result<(), ClaimError> {
    if claims.contains_key(name) { Err(ClaimError::Malformed { name }) } else { Ok(()) }
}

fn read_businesses(claims: Registered<'_>) -> Result<Reach, ClaimError> {
    let name = "authorization_details";
    let details = claims.0.get(name).ok_or(ClaimError::Missing { name })?;
    let read = <[Detail; 1]>::deserialize(details).map_err(|_| ClaimError::Malformed { name })?;
    let [detail] = read;
    detail.reach().ok_or(ClaimError::Malformed { name })
}
