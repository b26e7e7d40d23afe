//! Who may call: tokens, client assertions, secrets, scopes, keys and signatures.
//!
//! # The way of a request
//!
//! 1. An application proves itself at the token endpoint with an [`assertion`] signed by one of its own keys ([`jwks`]),
//!    in the sandbox also with a [`secret`]. The endpoint's store refuses a `jti` it has seen.
//! 2. [`claims::issue`] writes an access token (RFC 9068), signed by the active key of a [`keys::KeyRing`], that says
//!    for what ([`scope::ScopeSet`]) and whose data ([`claims::Reach`]).
//! 3. Every later request goes through [`cache::TokenVerifier::verify`], the only door for access tokens. A token seen
//!    before costs a digest and a lookup; the moment, the keys and revocation are judged each time.
//! 4. A token that is bound ([`binding`]) counts only beside a proof of its key ([`dpop`], with a [`nonce`] of ours and
//!    seen for the first time, [`replay`]) or over a connection with its certificate; `crate::possession` joins the three.
//! 5. [`keys::KeyRing::sign_receipt`] signs receipts; [`receipt::verify_receipt`] checks them anywhere, offline.
//!
//! # Where a rule lives
//!
//! | rule | file |
//! | --- | --- |
//! | form, header, algorithm, `typ`, `crit`, choice of the key (security.md §3 A) | [`jws`], [`jwks`] |
//! | no repeated JSON keys, no deep nesting | [`json`] |
//! | Ed25519 keys are points of large order | `edwards` |
//! | `iss`, `aud`, `exp`, `nbf`, `iat`, `jti` (§3 B) | [`registered`] |
//! | proofs of a key: request, moment, token (§3 D) | [`dpop`], [`nonce`], [`replay`] |
//! | what else an access token or an assertion must say (§3 B, C) | [`claims`], [`assertion`] |
//!
//! Nothing here reads a clock or draws random bytes: both are arguments. Every refusal is a named variant for the
//! journal; callers hear one constant answer. Nothing here opens a connection, whatever a header asks for.

pub mod assertion;
pub mod binding;
pub mod cache;
pub mod certificate;
pub mod claims;
pub mod dpop;
mod edwards;
pub mod json;
pub mod jwks;
pub mod jws;
pub mod keys;
pub mod nonce;
pub mod note;
pub mod receipt;
pub mod registered;
pub mod replay;
pub mod scope;
pub mod secret;
pub mod thumbprint;

#[cfg(test)]
mod matrix;
