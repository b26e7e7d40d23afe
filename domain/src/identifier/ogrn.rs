//! OGRN and OGRNIP, the numbers of the state registers of legal entities and of sole proprietors.

use super::*;

identifier! {
    /// OGRN («ОГРН»): 13 digits of a legal entity, the first 1 or 5, check digit right.
    Ogrn, "^[15][0-9]{12}$", "1189696590984"
}

identifier! {
    /// OGRNIP («ОГРНИП»): 15 digits of a sole proprietor, the first 3, check digit right.
    Ogrnip, "^3[0-9]{14}$", "318966839216004"
}

impl Ogrn {
    /// Accepts 13 ASCII digits with blanks around them. Refuses record numbers (ГРН), which start with other digits.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = digits(text, &[13], "13 digits")?;
        if !text.starts_with(['1', '5']) {
            return Err(IdentifierError::WrongPrefix { expected: "1 or 5" });
        }
        ends_with_check(text, remainder(&text[..12], 11))?;
        Ok(Self(text.into()))
    }

    /// Whether the number is synthetic (region 96) and so has no place in a live gateway.
    pub fn is_sandbox(&self) -> bool {
        &self.0[3..5] == SANDBOX_REGION
    }

    /// Makes a synthetic number for the sandbox; seeds that differ modulo 10 000 000 give different numbers.
    pub fn synthesise(seed: u32) -> Self {
        let body = format!("125{SANDBOX_REGION}{:07}", seed % 10_000_000);
        let check = remainder(&body, 11);
        Self(format!("{body}{check}").into())
    }
}

impl Ogrnip {
    /// Accepts 15 ASCII digits with blanks around them.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = digits(text, &[15], "15 digits")?;
        if !text.starts_with('3') {
            return Err(IdentifierError::WrongPrefix { expected: "3" });
        }
        ends_with_check(text, remainder(&text[..14], 13))?;
        Ok(Self(text.into()))
    }

    /// Whether the number is synthetic (region 96) and so has no place in a live gateway.
    pub fn is_sandbox(&self) -> bool {
        &self.0[3..5] == SANDBOX_REGION
    }
}
