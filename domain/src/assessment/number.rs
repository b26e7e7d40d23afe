//! Decimal numbers: strings on the wire, never floats.

use std::{fmt, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// A sum in roubles and kopecks, or an exact intermediate result; a decimal string on the wire, never a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = DecimalNumber, value_type = String, pattern = r"^[0-9]{1,15}(\.[0-9]{1,10})?$", example = "2000.00"))]
pub struct Number(Decimal);

/// The text is not a decimal number from 0 on, of at most 15 digits before the point and 10 behind it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a decimal number in a string, such as \"2000.00\", from 0 on, at most 15 digits and 10 behind the point"
)]
pub struct NumberError;

impl Number {
    /// The number, cut to what the wire shows.
    pub fn exact(value: Decimal) -> Self {
        Self(value.round_dp_with_strategy(10, RoundingStrategy::MidpointAwayFromZero).normalize())
    }

    /// A sum in kopeck precision, half up.
    pub fn money(value: Decimal) -> Self {
        let mut rounded = value.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        rounded.rescale(2);
        Self(rounded)
    }

    /// The value.
    pub fn value(self) -> Decimal {
        self.0
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(whole, 15) || !digits(part, 10) {
            return Err(NumberError);
        }
        Decimal::from_str_exact(text).map(Self).map_err(|_| NumberError)
    }
}

impl TryFrom<String> for Number {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.to_string()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A sum with its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Money {
    /// Kopeck precision.
    #[cfg_attr(feature = "schema", schema(example = "18416.00"))]
    pub amount: Number,
    /// ISO 4217.
    #[cfg_attr(feature = "schema", schema(example = "RUB"))]
    pub currency: String,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Number {
        text.parse().expect("a number")
    }

    #[test]
    fn what_a_number_is() {
        for bad in
            ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "NaN", "1234567890123456", "0.12345678901", "١"]
        {
            assert_eq!(bad.parse::<Number>(), Err(NumberError), "{bad}");
        }
        assert_eq!(number("0012.50").to_string(), "12.50");
    }

    proptest! {
        #[test]
        fn any_text_is_a_number_or_is_refused(text in ".{0,24}") {
            if let Ok(number) = text.parse::<Number>() {
                prop_assert!(number.value() >= Decimal::ZERO);
            }
        }
    }
}
