//! SNILS, the number of a person's pension account.

use super::*;

/// Numbers up to this one were issued before the check digits.
const LAST_UNCHECKED: u32 = 1_001_998;
/// Where separators stand in `XXX-XXX-XXX YY`, counted from 0.
const HYPHENS: [usize; 2] = [3, 7];
const SPACE: usize = 11;
const PRINTED_LENGTH: usize = 14;

identifier! {
    /// SNILS («СНИЛС»): 11 digits, check digits right; kept without separators.
    Snils, "^([0-9]{11}|[0-9]{3}-[0-9]{3}-[0-9]{3} [0-9]{2})$", "99933731793"
}

impl Snils {
    /// Accepts 11 ASCII digits or the printed form `XXX-XXX-XXX YY` with blanks around it.
    ///
    /// The check digits of numbers up to 001-001-998 have no rule and may be any; number 0 is refused.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = join(trim(text))?;
        let text = digits(&text, &[11], "11 digits")?;
        let number = values(&text[..9]).fold(0, |number, digit| number * 10 + digit);
        if number == 0 {
            return Err(IdentifierError::WrongPrefix { expected: "a number above 000-000-000" });
        }
        if number > LAST_UNCHECKED {
            let check = weighted(&text[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100;
            ends_with_check(text, format_args!("{check:02}"))?;
        }
        Ok(Self(text.into()))
    }

    /// The form on paper: `XXX-XXX-XXX YY`.
    pub fn printed(&self) -> String {
        let text = &self.0;
        format!("{}-{}-{} {}", &text[..3], &text[3..6], &text[6..9], &text[9..])
    }

    /// Whether the number is synthetic (block 999) and so has no place in a live gateway.
    pub fn is_sandbox(&self) -> bool {
        self.0.starts_with("999")
    }
}

/// Takes the separators out of the printed form; leaves a text without hyphens alone.
///
/// Places are checked here, because they are those of the text that the caller sent.
fn join(text: &str) -> Result<String, IdentifierError> {
    if !text.contains('-') {
        return Ok(text.to_owned());
    }
    let fits = |at: usize, c: char| match at {
        at if HYPHENS.contains(&at) => c == '-',
        SPACE => c == ' ' || is_no_break(c),
        _ => c.is_ascii_digit(),
    };
    if let Some((at, _)) = text.chars().enumerate().find(|(at, c)| !fits(*at, *c)) {
        return Err(IdentifierError::WrongCharacter { at: at + 1 });
    }
    let found = text.chars().count();
    if found != PRINTED_LENGTH {
        return Err(IdentifierError::WrongLength { expected: "11 digits or XXX-XXX-XXX YY", found });
    }
    Ok(text.chars().filter(char::is_ascii_digit).collect())
}
