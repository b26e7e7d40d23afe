//! INN, the taxpayer's number.

use super::*;

const LEGAL: [u32; 9] = [2, 4, 10, 3, 5, 9, 4, 6, 8];
const PERSON: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

identifier! {
    /// INN («ИНН»): 10 digits of a legal entity or 12 of a person, check digits right.
    Inn, "^([0-9]{10}|[0-9]{12})$", "9600989390"
}

/// Whom an INN belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InnKind {
    /// A company or another organisation: 10 digits.
    LegalEntity,
    /// A person, registered as a sole proprietor or not: 12 digits.
    Person,
}

impl Inn {
    /// Accepts 10 or 12 ASCII digits with blanks around them. Refuses the tax office 0000.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = digits(text, &[10, 12], "10 or 12 digits")?;
        tax_office(text)?;
        if text.len() == 10 {
            ends_with_check(text, check_digit(&text[..9], &LEGAL))?;
        } else {
            let first = check_digit(&text[..10], &PERSON[1..]);
            let second = check_digit(&text[..11], &PERSON);
            ends_with_check(text, format_args!("{first}{second}"))?;
        }
        Ok(Self(text.into()))
    }

    /// Whether this is the number of an organisation or of a person.
    pub fn kind(&self) -> InnKind {
        if self.0.len() == 10 { InnKind::LegalEntity } else { InnKind::Person }
    }

    /// Whether the number is synthetic (tax office 9600) and so has no place in a live gateway.
    pub fn is_sandbox(&self) -> bool {
        self.0.starts_with(SANDBOX_TAX_OFFICE)
    }

    /// Makes a synthetic legal entity's number for the sandbox; seeds that differ modulo 100 000 give different numbers.
    pub fn synthesise(seed: u32) -> Self {
        let body = format!("{SANDBOX_TAX_OFFICE}{:05}", seed % 100_000);
        let check = check_digit(&body, &LEGAL);
        Self(format!("{body}{check}").into())
    }
}

fn check_digit(body: &str, weights: &[u32]) -> u32 {
    weighted(body, weights) % 11 % 10
}
