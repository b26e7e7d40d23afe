//! The guards of access by name, so that a test can leave one out and see that the matrix of access notices.
//!
//! A release build cannot leave any out: there [`stands`] is constantly true.

#[cfg(debug_assertions)]
use std::sync::atomic::{AtomicU8, Ordering};

/// What keeps a caller out.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Guard {
    /// A token's term.
    TokenTerm,
    /// A token's issuer: the sandbox's tokens are not the live gateway's.
    Issuer,
    /// The list of revoked tokens.
    Revocation,
    /// The list of suspended applications.
    Suspension,
    /// The key or the certificate that a token is bound to.
    Possession,
    /// The scope that an operation asks for.
    Scope,
    /// The businesses that a token names.
    Reach,
    /// The mandate for a business.
    Mandate,
    /// The term of a mandate.
    MandateTerm,
    /// The powers of a mandate.
    Power,
    /// Whether the business still exists.
    Principal,
    /// The key under which an act happens once.
    IdempotencyKey,
}

/// The place of the guard that is left out, counted from 1; 0 where all stand.
#[cfg(debug_assertions)]
static LEFT_OUT: AtomicU8 = AtomicU8::new(0);

/// Whether a guard is asked.
#[cfg(debug_assertions)]
pub fn stands(guard: Guard) -> bool {
    LEFT_OUT.load(Ordering::Relaxed) != guard as u8 + 1
}

/// Whether a guard is asked: always.
#[cfg(not(debug_assertions))]
pub const fn stands(_: Guard) -> bool {
    true
}

/// Leaves a guard out until another or none is named.
#[cfg(debug_assertions)]
pub fn leave_out(guard: Option<Guard>) {
    LEFT_OUT.store(guard.map_or(0, |guard| guard as u8 + 1), Ordering::Relaxed);
}
