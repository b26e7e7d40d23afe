//! Applications: the OAuth clients of the gateway.

use crate::{
    actor::Side,
    digest::Digest,
    ids::{ApplicationId, AuthorityId},
    time::Timestamp,
};

/// An OAuth client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its client id.
    pub id: ApplicationId,
    /// How its maker calls it.
    pub name: String,
    /// Which side it stands on.
    pub side: Side,
    /// The authority whose back office it is; None on the business side.
    pub authority: Option<AuthorityId>,
    /// How it proves itself at the token endpoint.
    pub authentication: Authentication,
    /// The scopes it may be given, separated by spaces.
    pub scopes: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Since when it gets no tokens and its tokens count no longer; None while it may call.
    pub suspended_at: Option<Timestamp>,
}

/// How a client proves itself at the token endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// `client_secret_basic`, sandbox only: the digest of a random 256-bit secret.
    Secret(Digest),
    /// `private_key_jwt`: the client's public keys, a JWK set as JSON.
    Keys(String),
    /// `self_signed_tls_client_auth`: the SHA-256 of each certificate the client may present, several while it changes them.
    Certificates(Vec<Digest>),
    /// `tls_client_auth`: the subject of its certificate from the operator's certification authority, as RFC 4514 writes it.
    Subject(String),
}
