//! Test businesses: full profiles with synthetic numbers that no register holds.
//!
//! All facts are named as the catalogue's rules and forms know them, so every service can be tried with them.

use domain::{
    identifier::{Inn, Kpp, Ogrn},
    text::Text,
};
use serde_json::{Map, Value, json};

use crate::{
    numbers::{ogrnip, person_inn},
    verdicts::text,
};

/// What a test business does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// A company that runs a café; twelve employees.
    Cafe,
    /// A company that runs a shop; eight employees.
    Shop,
    /// A sole trader who writes software; no employees.
    SoleTraderIt,
    /// A company that runs taxis; forty employees.
    TaxiPark,
    /// A company that produces and exports food; eighty-five employees.
    Producer,
}

/// A test business that was made up, not yet known to any store.
#[derive(Debug, Clone, PartialEq)]
pub struct TestBusiness {
    /// Every fact by name, identity included.
    pub facts: Map<String, Value>,
}

/// What tells one profile from another.
struct Trade {
    code: &'static str,
    ru: &'static str,
    en: &'static str,
    name: &'static str,
    okved_main: &'static str,
    okved_additional: &'static [&'static str],
    employees: u32,
    annual_revenue: &'static str,
    msp_category: &'static str,
    tax_regime: &'static str,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 5] = [Self::Cafe, Self::Shop, Self::SoleTraderIt, Self::TaxiPark, Self::Producer];

    /// The profile of that code; None where there is none.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.code() == code)
    }

    /// Its stable code.
    pub fn code(self) -> &'static str {
        self.trade().code
    }

    /// What it stands for.
    pub fn meaning(self) -> Text {
        text(self.trade().ru, self.trade().en)
    }

    fn trade(self) -> &'static Trade {
        match self {
            Self::Cafe => &CAFE,
            Self::Shop => &SHOP,
            Self::SoleTraderIt => &SOLE_TRADER_IT,
            Self::TaxiPark => &TAXI_PARK,
            Self::Producer => &PRODUCER,
        }
    }

    fn is_sole_trader(self) -> bool {
        match self {
            Self::SoleTraderIt => true,
            Self::Cafe | Self::Shop | Self::TaxiPark | Self::Producer => false,
        }
    }
}

/// The codes of all profiles with what they stand for, for `/sandbox/scenarios`.
pub fn profiles() -> Vec<(&'static str, Text)> {
    Profile::ALL.into_iter().map(|profile| (profile.code(), profile.meaning())).collect()
}

impl TestBusiness {
    /// The sandbox's own business, the same in every sandbox: a café with INN 9600989390.
    pub fn default_cafe() -> Self {
        let identity = json!({
            "kind": "legal_entity", "inn": "9600989390", "ogrn": "1189696590984", "kpp": "960001001",
            "name": "ООО «Кафе Шлюз»",
        });
        Self::of(&CAFE, identity, company_facts("2018-05-10"))
    }

    /// Makes up a business. Equal seeds make equal businesses; of companies and of sole traders alike, seeds that
    /// differ modulo 100 000 have different INN.
    pub fn synthesise(profile: Profile, seed: u32) -> Self {
        let trade = profile.trade();
        if profile.is_sole_trader() {
            let identity = json!({
                "kind": "sole_trader", "inn": person_inn(seed), "ogrn": ogrnip(21, seed),
                "name": format!("{} № {seed}", trade.name),
            });
            return Self::of(trade, identity, sole_trader_facts("2021-03-15"));
        }
        let identity = json!({
            "kind": "legal_entity", "inn": Inn::synthesise(seed), "ogrn": Ogrn::synthesise(seed),
            "kpp": Kpp::synthesise(seed), "name": format!("ООО «{} № {seed}»", trade.name),
        });
        Self::of(trade, identity, company_facts("2025-02-03"))
    }

    /// The same business with another number of employees.
    #[must_use]
    pub fn with_employees(mut self, employees: u32) -> Self {
        self.facts.insert("employees".into(), employees.into());
        self
    }

    fn of(trade: &Trade, identity: Value, form: Value) -> Self {
        let activity = json!({
            "okved_main": trade.okved_main,
            "okved_additional": trade.okved_additional,
            "region": "77",
            "employees": trade.employees,
            "annual_revenue": trade.annual_revenue,
            "msp_category": trade.msp_category,
            "tax_regime": trade.tax_regime,
            "contact": { "email": "granted@magic.test", "phone": "+79990000001" },
            "address": {
                "region": "77", "postal_code": "101000", "locality": "г. Москва", "street": "ул. Учебная",
                "house": "1", "flat": "2",
            },
            "in_liquidation": false,
            "tax_debt": "0.00",
        });
        let facts = [identity, form, activity].into_iter().filter_map(|facts| match facts {
            Value::Object(facts) => Some(facts),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
        });
        Self { facts: facts.flatten().collect() }
    }
}

fn company_facts(registered_on: &str) -> Value {
    json!({
        "okopf": "12300",
        "registered_on": registered_on,
        "head": {
            "last_name": "Тестова", "first_name": "Анна", "middle_name": "Петровна",
            "position": "Генеральный директор",
        },
        "bank": { "bik": "040200901", "account": "40702810400009990001", "bank_name": "Учебный банк" },
    })
}

fn sole_trader_facts(registered_on: &str) -> Value {
    json!({
        "okopf": "50102",
        "registered_on": registered_on,
        "head": {
            "last_name": "Примеров", "first_name": "Иван", "middle_name": "Сергеевич",
            "position": "Индивидуальный предприниматель",
        },
        "bank": { "bik": "040200902", "account": "40802810100009990004", "bank_name": "Учебный банк" },
    })
}

const CAFE: Trade = Trade {
    code: "cafe",
    ru: "ООО, кафе: 12 работников, УСН «доходы»",
    en: "A company with a café: 12 employees, simplified taxation of income",
    name: "Кафе",
    okved_main: "56.10",
    okved_additional: &["56.30", "47.25"],
    employees: 12,
    annual_revenue: "45000000.00",
    msp_category: "micro",
    tax_regime: "usn_income",
};

const SHOP: Trade = Trade {
    code: "shop",
    ru: "ООО, магазин: 8 работников, УСН «доходы минус расходы»",
    en: "A company with a shop: 8 employees, simplified taxation of income less expenses",
    name: "Магазин",
    okved_main: "47.11",
    okved_additional: &["47.25"],
    employees: 8,
    annual_revenue: "60000000.00",
    msp_category: "micro",
    tax_regime: "usn_income_expense",
};

const SOLE_TRADER_IT: Trade = Trade {
    code: "sole-trader-it",
    ru: "Индивидуальный предприниматель, разработка программ: без работников, УСН «доходы»",
    en: "A sole trader who writes software: no employees, simplified taxation of income",
    name: "ИП Примеров",
    okved_main: "62.01",
    okved_additional: &["62.02"],
    employees: 0,
    annual_revenue: "4800000.00",
    msp_category: "micro",
    tax_regime: "usn_income",
};

const TAXI_PARK: Trade = Trade {
    code: "taxi-park",
    ru: "ООО, таксопарк: 40 работников, УСН «доходы минус расходы»",
    en: "A company with taxis: 40 employees, simplified taxation of income less expenses",
    name: "Таксопарк",
    okved_main: "49.32",
    okved_additional: &["52.29"],
    employees: 40,
    annual_revenue: "180000000.00",
    msp_category: "small",
    tax_regime: "usn_income_expense",
};

const PRODUCER: Trade = Trade {
    code: "producer",
    ru: "ООО, пищевое производство с экспортом: 85 работников, общий режим",
    en: "A company that produces and exports food: 85 employees, general taxation",
    name: "Производство",
    okved_main: "10.85",
    okved_additional: &["10.71", "46.90"],
    employees: 85,
    annual_revenue: "640000000.00",
    msp_category: "small",
    tax_regime: "osn",
};

#[cfg(test)]
mod tests {
    use domain::identifier::{Account, Bik, Ogrnip};

    use super::*;

    fn fact<'f>(business: &'f TestBusiness, pointer: &str) -> &'f str {
        let (name, rest) = pointer.split_once('/').unwrap_or((pointer, ""));
        let value = business.facts.get(name).expect("a fact of that name");
        let value = if rest.is_empty() { value } else { &value[rest] };
        value.as_str().expect("a text")
    }

    #[test]
    fn the_default_cafe_is_the_documented_one() {
        let cafe = TestBusiness::default_cafe();
        assert_eq!(fact(&cafe, "inn"), "9600989390");
        assert_eq!(fact(&cafe, "okved_main"), "56.10");
        assert_eq!(cafe.facts["employees"], 12);
        assert_eq!(fact(&cafe, "annual_revenue"), "45000000.00");
        assert_eq!(fact(&cafe, "registered_on"), "2018-05-10");
        assert_eq!(cafe.facts["in_liquidation"], false);
        assert!(Ogrn::parse(fact(&cafe, "ogrn")).is_ok_and(|ogrn| ogrn.is_sandbox()));
    }

    #[test]
    fn every_made_up_business_has_right_numbers_in_unused_ranges() {
        for profile in Profile::ALL {
            for seed in [0, 1, 98_939, 99_999, 4_000_000_000] {
                let business = TestBusiness::synthesise(profile, seed);
                assert!(Inn::parse(fact(&business, "inn")).is_ok_and(|inn| inn.is_sandbox()), "{seed}");
                let account = Account::parse(fact(&business, "bank/account")).expect("20 digits");
                let bik = Bik::parse(fact(&business, "bank/bik")).expect("9 digits");
                assert!(account.matches(&bik) && bik.is_sandbox());
                if profile.is_sole_trader() {
                    assert!(Ogrnip::parse(fact(&business, "ogrn")).is_ok());
                    assert!(!business.facts.contains_key("kpp"));
                } else {
                    assert!(Ogrn::parse(fact(&business, "ogrn")).is_ok());
                    assert!(Kpp::parse(fact(&business, "kpp")).is_ok());
                }
            }
        }
    }

    #[test]
    fn equal_seeds_make_equal_businesses_and_others_differ() {
        let made = |seed| TestBusiness::synthesise(Profile::Shop, seed);
        assert_eq!(made(7), made(7));
        assert_ne!(fact(&made(7), "inn"), fact(&made(8), "inn"));
        assert_eq!(made(7).with_employees(16).facts["employees"], 16);
    }

    #[test]
    fn codes_read_back_and_are_explained() {
        for (code, meaning) in profiles() {
            assert_eq!(Profile::parse(code).map(Profile::code), Some(code));
            assert!(!meaning.ru.is_empty() && !meaning.en.is_empty());
        }
        assert_eq!(Profile::parse("bank"), None);
    }
}
