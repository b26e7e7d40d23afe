//! OAuth clients at the token endpoint: who they are, what they may be given, and how they come to be.
//!
//! Answers and refusals here are those of the OAuth RFCs, not problem documents.

mod authenticate;
mod metadata;
mod possess;
mod refusal;
mod register;
mod token;

pub use metadata::metadata;
pub use refusal::{OAuthRefusal, OAuthReply, Revoked};
pub use register::{RegisterError, register, scopes_of};
pub use token::{introspect, issue, revoke};
