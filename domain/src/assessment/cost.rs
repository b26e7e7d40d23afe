//! The cost calculator («калькулятор издержек», 4.7.3.2/5): I = Σ (T·W + A)·q, computed in decimals and rounded once.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{error::Violation, text::Text};

use super::{
    bounds,
    number::{Money, Number},
};

/// One information element of a requirement: what is done for it, how often, with what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CostElement {
    /// What is done.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 200))]
    pub name: String,
    /// Hours for one time (T), up to 100 000.
    pub hours: Number,
    /// Pay of an hour without contributions; this or `monthly_wage` where hours are spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hourly_wage: Option<Number>,
    /// Monthly pay without contributions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly_wage: Option<Number>,
    /// Contributions as a share of the pay; the default in force where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contributions: Option<Number>,
    /// What is bought for one time.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_items = 50))]
    pub purchases: Vec<Purchase>,
    /// Times a year (q), up to 100 000.
    pub times_per_year: Number,
}

/// Something bought for a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Purchase {
    /// What it is.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 200))]
    pub name: String,
    /// Price of one.
    pub price: Number,
    /// Years it serves; 1 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_life_years: Option<Number>,
    /// How many; 1 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Number>,
}

/// Everything that was computed, so that anybody can recompute it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Costing {
    /// The formula in words.
    pub formula: Text,
    /// Each element with what was computed for it.
    pub elements: Vec<ElementCosting>,
    /// The cost of a year.
    pub total: Money,
    /// The defaults that stood in for what was not given.
    pub defaults: Vec<UsedDefault>,
}

/// One element as computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ElementCosting {
    /// What was given.
    pub given: CostElement,
    /// Pay of an hour with contributions (W).
    #[cfg_attr(feature = "schema", schema(example = "651"))]
    pub wage_per_hour: Number,
    /// Pay for one time (T·W).
    #[cfg_attr(feature = "schema", schema(example = "2604"))]
    pub labour: Number,
    /// The share of each purchase in one time, in the order given.
    pub purchases: Vec<Number>,
    /// Purchases for one time (A).
    pub purchases_total: Number,
    /// One time (T·W + A).
    #[cfg_attr(feature = "schema", schema(example = "4604"))]
    pub once: Number,
    /// A year ((T·W + A)·q), not rounded.
    #[cfg_attr(feature = "schema", schema(example = "18416"))]
    pub per_year: Number,
}

/// The defaults of the calculator with the days from which they hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostRates {
    /// The day on which the facts were checked.
    pub as_of: Date,
    /// ISO 4217.
    pub currency: String,
    /// The formula in words.
    pub formula: Text,
    /// The defaults.
    pub parameters: Vec<Parameter>,
}

/// What can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ParameterName {
    /// Contributions as a share of the pay.
    Contributions,
    /// Working hours a month.
    HoursAMonth,
}

/// A default over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Which.
    pub name: ParameterName,
    /// Its name for people.
    pub title: Text,
    /// Its values.
    pub values: Vec<Rate>,
}

/// A value of a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// From this day on.
    pub valid_from: Date,
    /// The value.
    pub value: Number,
    /// Where it comes from.
    pub source: Text,
}

/// A default that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UsedDefault {
    /// Which.
    pub name: ParameterName,
    /// Its name for people.
    pub title: Text,
    /// Its value.
    pub value: Number,
    /// From which day on it holds.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2025-01-01"))]
    pub valid_from: Date,
    /// Where it comes from.
    pub source: Text,
}

impl CostRates {
    /// Computes the cost of a year by the defaults in force on `day`.
    ///
    /// # Errors
    /// Everything that is out of bounds, each with its place beneath `at`.
    pub fn cost(&self, elements: &[CostElement], day: Date, at: &str) -> Result<Costing, Vec<Violation>> {
        let violations = bounds::check(elements, at);
        if !violations.is_empty() {
            return Err(violations);
        }
        let mut defaults = Vec::new();
        let mut total = Decimal::ZERO;
        let mut computed = Vec::new();
        for element in elements {
            let (costing, per_year) = self.element(element, day, &mut defaults);
            computed.push(costing);
            total += per_year;
        }
        let total = Money { amount: Number::money(total), currency: self.currency.clone() };
        Ok(Costing { formula: self.formula.clone(), elements: computed, total, defaults })
    }

    fn element(
        &self,
        given: &CostElement,
        day: Date,
        defaults: &mut Vec<UsedDefault>,
    ) -> (ElementCosting, Decimal) {
        let wage = self.wage(given, day, defaults);
        let labour = given.hours.value() * wage;
        let shares: Vec<Decimal> = given.purchases.iter().map(share).collect();
        let purchases: Decimal = shares.iter().sum();
        let once = labour + purchases;
        let per_year = once * given.times_per_year.value();
        let costing = ElementCosting {
            given: given.clone(),
            wage_per_hour: Number::exact(wage),
            labour: Number::exact(labour),
            purchases: shares.into_iter().map(Number::exact).collect(),
            purchases_total: Number::exact(purchases),
            once: Number::exact(once),
            per_year: Number::exact(per_year),
        };
        (costing, per_year)
    }

    /// The pay of an hour with contributions.
    fn wage(&self, given: &CostElement, day: Date, defaults: &mut Vec<UsedDefault>) -> Decimal {
        let mut default = |name| self.default(name, day, defaults);
        let plain = match (given.hourly_wage, given.monthly_wage) {
            (Some(hourly), _) => hourly.value(),
            (None, Some(monthly)) => monthly.value() / default(ParameterName::HoursAMonth).max(Decimal::ONE),
            (None, None) => return Decimal::ZERO,
        };
        let contributions = given.contributions.map(Number::value);
        plain * (Decimal::ONE + contributions.unwrap_or_else(|| default(ParameterName::Contributions)))
    }

    /// The default in force on `day`, noted as used. The earliest stands in for days before it.
    fn default(&self, name: ParameterName, day: Date, defaults: &mut Vec<UsedDefault>) -> Decimal {
        let Some(parameter) = self.parameters.iter().find(|parameter| parameter.name == name) else {
            return Decimal::ZERO;
        };
        let rate = super::in_force(&parameter.values, day, |rate| rate.valid_from);
        let Some(Rate { valid_from, value, source }) = rate else { return Decimal::ZERO };
        if !defaults.iter().any(|used| used.name == name) {
            let (title, source) = (parameter.title.clone(), source.clone());
            defaults.push(UsedDefault { name, title, value: *value, valid_from: *valid_from, source });
        }
        value.value()
    }
}

fn share(purchase: &Purchase) -> Decimal {
    let quantity = purchase.quantity.map_or(Decimal::ONE, Number::value);
    let years = purchase.service_life_years.map_or(Decimal::ONE, Number::value);
    purchase.price.value() * quantity / years
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rates() -> CostRates {
        serde_json::from_str(include_str!("../../data/registry/cost.json")).expect("the program's data")
    }

    fn number(text: &str) -> Number {
        text.parse().expect("a number")
    }

    fn element(hours: &str, times: &str) -> CostElement {
        CostElement {
            name: "Отчёт".into(),
            hours: number(hours),
            hourly_wage: Some(number("500")),
            monthly_wage: None,
            contributions: None,
            purchases: Vec::new(),
            times_per_year: number(times),
        }
    }

    fn day() -> Date {
        jiff::civil::date(2026, 11, 23)
    }

    #[test]
    fn the_printed_example_comes_out() {
        let paper = Purchase {
            name: "Бумага".into(),
            price: number("2000"),
            service_life_years: None,
            quantity: None,
        };
        let given = CostElement { purchases: vec![paper], ..element("4", "4") };
        let costing = rates().cost(&[given], day(), "").expect("in bounds");
        assert_eq!(costing.total.amount.to_string(), "18416.00");
        let part = &costing.elements[0];
        let shown = [part.wage_per_hour, part.labour, part.purchases_total, part.once, part.per_year];
        assert_eq!(shown.map(|number| number.to_string()), ["651", "2604", "2000", "4604", "18416"]);
        assert_eq!(costing.defaults.len(), 1);
        assert_eq!(
            (costing.defaults[0].name, costing.defaults[0].value),
            (ParameterName::Contributions, number("0.302"))
        );
    }

    #[test]
    fn a_monthly_wage_is_divided_by_the_hours_in_force() {
        let given =
            CostElement { hourly_wage: None, monthly_wage: Some(number("82165.00")), ..element("1", "1") };
        let on = |day| {
            rates().cost(std::slice::from_ref(&given), day, "").expect("in bounds").total.amount.to_string()
        };
        assert_eq!(on(day()), "651.00");
        assert_eq!(on(jiff::civil::date(2024, 6, 1)), "648.67");
    }

    #[test]
    fn half_a_kopeck_is_rounded_up_once_at_the_end() {
        let half = CostElement {
            contributions: Some(number("0")),
            hourly_wage: Some(number("0.01")),
            ..element("0.5", "1")
        };
        let total = |elements: &[CostElement]| {
            rates().cost(elements, day(), "").expect("in bounds").total.amount.to_string()
        };
        assert_eq!(total(std::slice::from_ref(&half)), "0.01");
        assert_eq!(total(&[half.clone(), half]), "0.01", "two halves are one kopeck, not two");
    }

    fn digits(most: u64) -> impl Strategy<Value = Number> {
        (0..=most, 0..10_000_u32).prop_map(|(whole, part)| number(&format!("{whole}.{part:04}")))
    }

    prop_compose! {
        fn purchase()(price in digits(2_000_000_000_000), life in proptest::option::of(digits(200)),
            quantity in proptest::option::of(digits(2_000_000))) -> Purchase {
            Purchase { name: "p".into(), price, service_life_years: life, quantity }
        }
    }

    prop_compose! {
        fn any_element()(hours in digits(200_000), hourly in proptest::option::of(digits(20_000_000)),
            monthly in proptest::option::of(digits(2_000_000_000)), contributions in proptest::option::of(digits(6)),
            purchases in proptest::collection::vec(purchase(), 0..4), times in digits(200_000)) -> CostElement {
            CostElement { name: "e".into(), hours, hourly_wage: hourly, monthly_wage: monthly, contributions, purchases, times_per_year: times }
        }
    }

    proptest! {
        #[test]
        fn no_input_overflows_or_costs_less_than_nothing(elements in proptest::collection::vec(any_element(), 0..6)) {
            match rates().cost(&elements, day(), "/elements") {
                Ok(costing) => {
                    prop_assert!(costing.total.amount.value() >= Decimal::ZERO);
                    let sum: Decimal = costing.elements.iter().map(|part| part.per_year.value()).sum();
                    prop_assert!((sum - costing.total.amount.value()).abs() <= Decimal::new(6, 3));
                }
                Err(violations) => prop_assert!(violations.iter().all(|one| one.pointer.starts_with("/elements"))),
            }
        }
    }
}
