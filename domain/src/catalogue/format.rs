//! The custom formats of forms: identifiers of the state with their check digits, and telephone numbers.

use std::fmt;

use crate::identifier::{Account, Bik, IdentifierError, Inn, InnKind, Kpp, Ogrn, Ogrnip, Snils};

/// Why a text has not the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A digit was mistyped.
    CheckDigit,
    /// Too few or too many characters.
    Length,
    /// Characters, or a beginning, that cannot be.
    Characters,
}

/// A format that JSON Schema does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum CustomFormat {
    Inn,
    InnLegal,
    InnPerson,
    Ogrn,
    Ogrnip,
    Kpp,
    Snils,
    Bik,
    BankAccount,
    #[strum(serialize = "phone-e164")]
    Phone,
}

impl CustomFormat {
    /// What is wrong with the text, if anything. Blanks and separators that a person's eye forgives are flaws here.
    pub(super) fn flaw(self, text: &str) -> Option<Flaw> {
        match self {
            Self::Inn => canonical(text, Inn::parse(text)),
            Self::InnLegal => inn_of(InnKind::LegalEntity, text),
            Self::InnPerson => inn_of(InnKind::Person, text),
            Self::Ogrn => canonical(text, Ogrn::parse(text)),
            Self::Ogrnip => canonical(text, Ogrnip::parse(text)),
            Self::Kpp => canonical(text, Kpp::parse(text)),
            Self::Snils => canonical(text, Snils::parse(text)),
            Self::Bik => canonical(text, Bik::parse(text)),
            Self::BankAccount => canonical(text, Account::parse(text)),
            Self::Phone => phone(text),
        }
    }
}

fn canonical<T: fmt::Display>(text: &str, parsed: Result<T, IdentifierError>) -> Option<Flaw> {
    match parsed {
        Ok(identifier) if identifier.to_string() == text => None,
        Ok(_) | Err(IdentifierError::WrongCharacter { .. } | IdentifierError::WrongPrefix { .. }) => {
            Some(Flaw::Characters)
        }
        Err(IdentifierError::WrongLength { .. }) => Some(Flaw::Length),
        Err(IdentifierError::WrongCheckDigit) => Some(Flaw::CheckDigit),
    }
}

fn inn_of(kind: InnKind, text: &str) -> Option<Flaw> {
    match Inn::parse(text) {
        Ok(inn) if inn.kind() != kind => Some(Flaw::Length),
        parsed => canonical(text, parsed),
    }
}

/// E.164: a plus, then 7 to 15 digits of which the first is not zero.
fn phone(text: &str) -> Option<Flaw> {
    let Some(digits) = text.strip_prefix('+') else { return Some(Flaw::Characters) };
    if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Flaw::Characters);
    }
    if (7..=15).contains(&digits.len()) { None } else { Some(Flaw::Length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaw(format: &str, text: &str) -> Option<Flaw> {
        format.parse::<CustomFormat>().expect("a known format").flaw(text)
    }

    #[test]
    fn a_flaw_says_what_is_wrong() {
        assert_eq!(flaw("inn", "9600989390"), None);
        assert_eq!(flaw("inn-legal", "9600989390"), None);
        assert_eq!(flaw("inn-legal", "9600989391"), Some(Flaw::CheckDigit));
        assert_eq!(flaw("inn-person", "9600989390"), Some(Flaw::Length));
        assert_eq!(flaw("inn", " 9600989390"), Some(Flaw::Characters));
        assert_eq!(flaw("bank-account", "1234"), Some(Flaw::Length));
        assert_eq!(flaw("bik", "990000000"), Some(Flaw::Characters));
    }

    #[test]
    fn a_telephone_number_is_e164() {
        assert_eq!(flaw("phone-e164", "+79990000000"), None);
        assert_eq!(flaw("phone-e164", "89990000000"), Some(Flaw::Characters));
        assert_eq!(flaw("phone-e164", "+7"), Some(Flaw::Length));
        assert_eq!(flaw("phone-e164", "+7 999 000"), Some(Flaw::Characters));
    }
}
