//! KPP, the reason for which a tax office registered an organisation.

use super::*;

identifier! {
    /// KPP («КПП»): tax office, reason (two digits or Latin capitals), ordinal; no check digit.
    ///
    /// An organisation may have several; a sole proprietor has none.
    Kpp, "^[0-9]{4}[0-9A-Z]{2}[0-9]{3}$", "960001001"
}

impl Kpp {
    /// Accepts 9 characters with blanks around them: ASCII digits, and Latin capitals in places 5 and 6.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = trim(text);
        if let Some((at, _)) = text.chars().enumerate().find(|(at, c)| !is_allowed(*at, *c)) {
            return Err(IdentifierError::WrongCharacter { at: at + 1 });
        }
        if text.len() != 9 {
            return Err(IdentifierError::WrongLength { expected: "9 characters", found: text.len() });
        }
        tax_office(text)?;
        Ok(Self(text.into()))
    }

    /// Whether the code is synthetic (tax office 9600) and so has no place in a live gateway.
    pub fn is_sandbox(&self) -> bool {
        self.0.starts_with(SANDBOX_TAX_OFFICE)
    }

    /// Makes a synthetic code for the sandbox, registered by location; seeds that differ modulo 999 give different codes.
    pub fn synthesise(seed: u32) -> Self {
        Self(format!("{SANDBOX_TAX_OFFICE}01{:03}", seed % 999 + 1).into())
    }
}

fn is_allowed(at: usize, c: char) -> bool {
    c.is_ascii_digit() || ((4..6).contains(&at) && c.is_ascii_uppercase())
}
