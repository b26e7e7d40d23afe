//! The strict reader of JSON: what two parsers could read differently is refused (security.md F37, F38).
//!
//! One pass without building values: duplicate keys, depth, NUL, numbers that would be rounded. Syntax, lone
//! surrogates, byte order marks and trailing bytes are serde_json's own refusals. The typed pass comes after it.

use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// What is wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Not JSON.
    Syntax,
    /// A key stands twice in one object.
    DuplicateKey,
    /// More levels than allowed.
    TooDeep,
    /// A string holds U+0000.
    Nul,
    /// A number that no 64-bit integer and no double holds exactly.
    NumberRange,
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What.
    pub flaw: Flaw,
    /// JSON Pointer to the place, as far as it was read.
    pub pointer: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

/// Reads JSON to its end and keeps nothing.
///
/// # Errors
/// The first [`Refusal`].
pub fn check(bytes: &[u8], depth: u32) -> Result<(), Refusal> {
    let mut trail = Trail { flaw: Flaw::Syntax, steps: Vec::new() };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Check { trail: &mut trail, levels: depth }.deserialize(&mut reader);
    read.and_then(|()| reader.end()).map_err(|error| Refusal {
        flaw: trail.flaw,
        pointer: trail.pointer(),
        line: error.line(),
        column: error.column(),
    })
}

/// Collects the way to a flaw while the readers return, innermost step first: a good body pays nothing for it.
struct Trail {
    flaw: Flaw,
    steps: Vec<String>,
}

impl Trail {
    fn pointer(&self) -> String {
        self.steps.iter().rev().fold(String::new(), |pointer, step| pointer + "/" + &escape(step))
    }
}

/// Escapes one step of a JSON Pointer (RFC 6901 section 3).
pub fn escape(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

struct Check<'t> {
    trail: &'t mut Trail,
    levels: u32,
}

impl Check<'_> {
    fn refuse<E: serde::de::Error>(self, flaw: Flaw) -> E {
        self.trail.flaw = flaw;
        E::custom("refused")
    }

    /// Sorting beats hashing for the few keys of an object, and no input makes it slow.
    fn refuse_repeated<E: serde::de::Error>(self, mut keys: Vec<Cow<'_, str>>) -> Result<(), E> {
        keys.sort_unstable();
        match keys.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => {
                self.trail.steps.push(pair[0].to_string());
                Err(self.refuse(Flaw::DuplicateKey))
            }
            None => Ok(()),
        }
    }

    fn deeper<E: serde::de::Error>(&mut self) -> Result<u32, E> {
        self.levels.checked_sub(1).ok_or_else(|| {
            self.trail.flaw = Flaw::TooDeep;
            E::custom("refused")
        })
    }
}

impl<'de> DeserializeSeed<'de> for Check<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Check<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        if i64::try_from(number).is_ok() { Ok(()) } else { Err(self.refuse(Flaw::NumberRange)) }
    }

    /// An integer arrives here only when it was too large for 64 bits, and then it was rounded.
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        const EXACT: f64 = (1_u64 << f64::MANTISSA_DIGITS) as f64;
        if number.abs() < EXACT { Ok(()) } else { Err(self.refuse(Flaw::NumberRange)) }
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        if text.contains('\0') { Err(self.refuse(Flaw::Nul)) } else { Ok(()) }
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let levels = self.deeper()?;
        for index in 0_usize.. {
            match items.next_element_seed(Check { trail: self.trail, levels }) {
                Ok(Some(())) => {}
                Ok(None) => break,
                Err(error) => {
                    self.trail.steps.push(index.to_string());
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let levels = self.deeper()?;
        let mut keys: Vec<Cow<'de, str>> = Vec::with_capacity(8);
        while let Some(key) = members.next_key_seed(Key)? {
            let checked = if key.contains('\0') {
                self.trail.flaw = Flaw::Nul;
                Err(A::Error::custom("refused"))
            } else {
                members.next_value_seed(Check { trail: self.trail, levels })
            };
            if let Err(error) = checked {
                self.trail.steps.push(key.into_owned());
                return Err(error);
            }
            keys.push(key);
        }
        self.refuse_repeated(keys)
    }
}

/// Reads a key, borrowed from the input unless it is written with escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(json: &str) -> (Flaw, String) {
        let refusal = check(json.as_bytes(), 32).expect_err(json);
        (refusal.flaw, refusal.pointer)
    }

    #[test]
    fn ambiguous_json_is_refused_at_its_place() {
        let table = [
            (r#"{"a":1,"a":2}"#, Flaw::DuplicateKey, "/a"),
            (r#"{"a":1,"\u0061":2}"#, Flaw::DuplicateKey, "/a"),
            (r#"{"x":[{"b":{"c":1,"c":1}}]}"#, Flaw::DuplicateKey, "/x/0/b/c"),
            (r#"{"a/b":{"~":"\u0000"}}"#, Flaw::Nul, "/a~1b/~0"),
            (r#"{"a\u0000":1}"#, Flaw::Nul, "/a\0"),
            (r#"[1e400]"#, Flaw::Syntax, "/0"),
            (r#"[1180591620717411303424]"#, Flaw::NumberRange, "/0"),
            (r#"{"n":-1180591620717411303424}"#, Flaw::NumberRange, "/n"),
            (r#"{"n":9223372036854775808}"#, Flaw::NumberRange, "/n"),
            (r#"{"n":1e16}"#, Flaw::NumberRange, "/n"),
            (r#"["\ud800"]"#, Flaw::Syntax, "/0"),
            (r#"["\udc00\ud800"]"#, Flaw::Syntax, "/0"),
            ("\u{feff}{}", Flaw::Syntax, ""),
            ("{} {}", Flaw::Syntax, ""),
            ("{}x", Flaw::Syntax, ""),
            (r#"{"a":NaN}"#, Flaw::Syntax, "/a"),
            (r#"{"a":1,}"#, Flaw::Syntax, ""),
            ("", Flaw::Syntax, ""),
        ];
        for (json, flaw, pointer) in table {
            assert_eq!(refused(json), (flaw, pointer.to_owned()), "{json}");
        }
        assert!(check(b"[\"\xff\"]", 32).is_err(), "not UTF-8");
    }

    #[test]
    fn thirty_two_levels_pass_and_thirty_three_do_not() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(check(nested(32).as_bytes(), 32), Ok(()));
        assert_eq!(refused(&nested(33)).0, Flaw::TooDeep);
        assert_eq!(refused(&nested(100_000)).0, Flaw::TooDeep);
    }

    #[test]
    fn plain_json_passes() {
        let json = r#"{"a":[1,-9223372036854775808,9223372036854775807,0.1,1e3,true,null],"б":{"a":"\ud83d\ude00"}}"#;
        assert_eq!(check(json.as_bytes(), 32), Ok(()));
    }
}
