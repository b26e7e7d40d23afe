//! A reader of JSON objects that refuses what two parsers could read differently.
//!
//! `serde_json` keeps the last of two equal keys in silence. Here a repeated key at any level, in any spelling
//! (`"aud"` and `"\u0061ud"`), ends the reading.

use std::{cell::RefCell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// How deep objects and arrays may nest, the outer object included.
const MAX_DEPTH: usize = 32;

/// Why bytes are not an object that can be trusted to mean one thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The bytes are not exactly one JSON object in UTF-8 without a byte order mark.
    #[error("not one JSON object in UTF-8")]
    NotAnObject,
    /// An object names a key twice.
    #[error("the key {key:?} stands twice")]
    DuplicateKey {
        /// The key after unescaping.
        key: String,
    },
    /// Objects and arrays nest deeper than 32 levels.
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

/// Reads exactly one JSON object.
///
/// # Errors
///
/// Names the first fault; nothing is returned of a faulty text.
pub fn read_object(bytes: &[u8]) -> Result<Map<String, Value>, JsonError> {
    let fault = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = Strict { depth: 1, fault: &fault }.deserialize(&mut deserializer);
    let whole = read.and_then(|value| deserializer.end().map(|()| value));
    match whole {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) | Err(_) => Err(fault.into_inner().unwrap_or(JsonError::NotAnObject)),
    }
}

/// Reads one value at `depth`, leaving the reason of a refusal in `fault` (serde's errors carry prose only).
#[derive(Clone, Copy)]
struct Strict<'f> {
    depth: usize,
    fault: &'f RefCell<Option<JsonError>>,
}

impl Strict<'_> {
    fn inner<E: Error>(self) -> Result<Self, E> {
        if self.depth > MAX_DEPTH {
            Err(self.refuse(JsonError::TooDeep))
        } else {
            Ok(Self { depth: self.depth + 1, ..self })
        }
    }

    fn refuse<E: Error>(self, fault: JsonError) -> E {
        let error = E::custom(&fault);
        self.fault.replace(Some(fault));
        error
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(self.refuse(JsonError::DuplicateKey { key }));
            }
            let value = members.next_value_seed(inner)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_reads_as_serde_json_reads_it() {
        let text = r#"{"a":[1,-2,1.5,"x",null,true,{}],"b":{"c":"\u00e9"}}"#;
        let expected: Map<String, Value> = serde_json::from_str(text).expect("JSON");
        assert_eq!(read_object(text.as_bytes()), Ok(expected));
    }

    #[test]
    fn what_two_parsers_could_read_differently_is_refused() {
        let twice = |key: &str| JsonError::DuplicateKey { key: key.to_owned() };
        let deep = |levels: usize| format!(r#"{{"a":{}1{}}}"#, "[".repeat(levels), "]".repeat(levels));
        let cases: &[(&[u8], JsonError)] = &[
            (br#"{"aud":1,"aud":1}"#, twice("aud")),
            (br#"{"aud":1,"\u0061ud":2}"#, twice("aud")),
            (br#"{"a":[{"b":1,"b":1}]}"#, twice("b")),
            (b"[]", JsonError::NotAnObject),
            (b"", JsonError::NotAnObject),
            (b"{} {}", JsonError::NotAnObject),
            (b"{}x", JsonError::NotAnObject),
            (b"\xef\xbb\xbf{}", JsonError::NotAnObject),
            (b"\xff\xfe{\0}\0", JsonError::NotAnObject),
            (b"{\"a\":\"\xff\"}", JsonError::NotAnObject),
            (br#"{"a":"\ud800"}"#, JsonError::NotAnObject),
            (br#"{"a":NaN}"#, JsonError::NotAnObject),
            (br#"{"a":1e999}"#, JsonError::NotAnObject),
        ];
        for (bytes, expected) in cases {
            assert_eq!(read_object(bytes), Err(expected.clone()), "{}", String::from_utf8_lossy(bytes));
        }
        assert!(read_object(deep(31).as_bytes()).is_ok());
        assert_eq!(read_object(deep(32).as_bytes()), Err(JsonError::TooDeep));
        assert!(read_object("{\"a\":".repeat(100_000).as_bytes()).is_err());
    }
}
