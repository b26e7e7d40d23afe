//! Proactive service (4.5.3 to 4.5.7): consents, offers that rest on them, word of what becomes possible, scenarios with
//! the business's place in them.
//!
//! Everything a business has here is kept as [`crate::record`]s. What the gateway does of itself begins in [`look`].
//! Read first: [`consent`], then [`offer`].

use serde_json::Value;

use crate::{
    compliance::Refusal,
    error::{Fix, Violation},
    page::PageRequest,
    text::Text,
};

pub mod consent;
pub mod look;
pub mod offer;
pub mod scenario;
pub mod terms;
pub mod watch;

/// How many values a refusal names at most.
const NAMED: usize = 30;

/// As many rows as a business can sensibly have of one kind and state.
fn all_at_once() -> PageRequest {
    PageRequest { after: None, limit: 1000 }
}

/// A code that the catalogue does not have.
fn unknown_code<'c>(pointer: &str, code: &str, known: impl Iterator<Item = &'c str>, list: &str) -> Refusal {
    let fix = Text::new(format!("Возьмите код из {list}."), format!("Take a code from {list}."));
    Refusal::Invalid(vec![Violation {
        pointer: pointer.into(),
        code: "unknown-code".into(),
        detail: Text::new(format!("Кода «{code}» нет."), format!("There is no code “{code}”.")),
        fix: Fix { allowed: known.take(NAMED).map(Value::from).collect(), ..Fix::say(fix) },
    }])
}
