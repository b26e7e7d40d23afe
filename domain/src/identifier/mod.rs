//! State identifiers of businesses, people and bank accounts: INN, OGRN, OGRNIP, KPP, SNILS, BIK and account numbers.
//!
//! Each type is a proof: a value exists only if its length, characters and check digits are right. The text keeps its
//! leading zeros. Whether the register knows the number is not decided here, and the region inside a number tells where
//! it was issued, never where the business works.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is not the identifier that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// All characters are allowed, but there are too few or too many of them.
    #[error("expected {expected}, found {found}")]
    WrongLength {
        /// The allowed lengths in words.
        expected: &'static str,
        /// How many characters the trimmed text has.
        found: usize,
    },
    /// A character that this identifier cannot have in this place.
    #[error("character {at} is not allowed there")]
    WrongCharacter {
        /// The place in the trimmed text, counted from 1.
        at: usize,
    },
    /// The number does not begin as numbers of this kind do.
    #[error("expected a number that starts with {expected}")]
    WrongPrefix {
        /// The allowed beginnings in words.
        expected: &'static str,
    },
    /// A digit was mistyped: the check digits do not follow from the others.
    #[error("the check digits do not match")]
    WrongCheckDigit,
}

/// Everything of a newtype over `Box<str>` except its `parse`.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $pattern:literal, $example:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "schema", schema(value_type = String, pattern = $pattern, example = $example))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The canonical text: no blanks and no separators.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdentifierError;

            fn from_str(text: &str) -> Result<Self, IdentifierError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdentifierError;

            fn try_from(text: String) -> Result<Self, IdentifierError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(identifier: $name) -> String {
                identifier.0.into()
            }
        }

        #[cfg(test)]
        impl $name {
            /// What the wire schema shows.
            pub(super) const EXAMPLE: &'static str = $example;
        }
    };
}

mod bank;
mod inn;
mod kpp;
mod ogrn;
mod snils;

pub use bank::{Account, Bik};
pub use inn::{Inn, InnKind};
pub use kpp::Kpp;
pub use ogrn::{Ogrn, Ogrnip};
pub use snils::Snils;

/// The tax office that does not exist; every synthetic INN and KPP names it.
const SANDBOX_TAX_OFFICE: &str = "9600";
/// The same office's region, as OGRN and OGRNIP carry it in digits 4 and 5.
const SANDBOX_REGION: &str = "96";

/// Cuts ordinary, no-break, narrow no-break and figure spaces off both ends.
fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_ascii_whitespace() || is_no_break(c))
}

fn is_no_break(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

/// Trims the text and demands ASCII digits only, as many as one of `lengths`; `expected` says the same in words.
fn digits<'t>(text: &'t str, lengths: &[usize], expected: &'static str) -> Result<&'t str, IdentifierError> {
    let text = trim(text);
    if let Some(at) = text.chars().position(|c| !c.is_ascii_digit()) {
        return Err(IdentifierError::WrongCharacter { at: at + 1 });
    }
    let found = text.len();
    if lengths.contains(&found) { Ok(text) } else { Err(IdentifierError::WrongLength { expected, found }) }
}

/// Refuses the tax office 0000, which would let a number of zeros pass the arithmetic.
fn tax_office(text: &str) -> Result<(), IdentifierError> {
    if text.starts_with("0000") {
        return Err(IdentifierError::WrongPrefix { expected: "the code of a tax office" });
    }
    Ok(())
}

fn values(digits: &str) -> impl Iterator<Item = u32> {
    digits.bytes().map(|digit| u32::from(digit - b'0'))
}

/// Sums each digit times its weight; digits without a weight do not count.
fn weighted<'w>(digits: &str, weights: impl IntoIterator<Item = &'w u32>) -> u32 {
    values(digits).zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// The number modulo `modulus`, then modulo 10.
fn remainder(digits: &str, modulus: u32) -> u32 {
    values(digits).fold(0, |rest, digit| (rest * 10 + digit) % modulus) % 10
}

/// Whether the text ends with this one check digit or these two.
fn ends_with_check(digits: &str, check: impl fmt::Display) -> Result<(), IdentifierError> {
    if digits.ends_with(&check.to_string()) { Ok(()) } else { Err(IdentifierError::WrongCheckDigit) }
}

#[cfg(test)]
mod tests;
