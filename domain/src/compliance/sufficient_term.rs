//! The sufficient term for gathering information (4.8.1.4): set by itself from the requirement and the profile, and
//! returned with its parts, so that the business sees why.

use jiff::{
    civil::Date,
    tz::{Offset, TimeZone},
};
use serde::{Deserialize, Serialize};

use super::Profile;
use crate::{
    clerk::Clerk,
    requirement::{
        condition::{Facts, Truth},
        model::Requirement,
        risk::RiskModel,
    },
    text::Text,
    time::Timestamp,
};

/// A term in working days, with what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SufficientTerm {
    /// How many working days; the sum of the parts.
    #[cfg_attr(feature = "schema", schema(example = 20))]
    pub working_days: u32,
    /// What it is made of.
    pub parts: Vec<TermPart>,
}

/// A part of a term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TermPart {
    /// What it stands for: `base`, `evidence`, the code of an allowance, `legal-minimum`, `legal-maximum`, `legal-term`.
    #[cfg_attr(feature = "schema", schema(example = "base"))]
    pub code: String,
    /// Why.
    pub title: Text,
    /// How much it adds; negative where the law cuts the term.
    #[cfg_attr(feature = "schema", schema(example = 10))]
    pub working_days: i64,
}

/// What the law says of a term, in working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LegalBounds {
    /// Never shorter.
    pub least: Option<u32>,
    /// Never longer.
    pub most: Option<u32>,
}

/// The term that suffices to gather what shows that the requirement is met: the base, the longest time that a piece of
/// evidence takes, and what the profile adds; never shorter than the law's least term nor longer than its greatest.
/// A fact that is not known adds nothing.
pub fn sufficient_term(
    model: &RiskModel,
    requirement: &Requirement,
    profile: &Profile,
    day: Date,
    bounds: LegalBounds,
) -> SufficientTerm {
    let mut term = SufficientTerm { working_days: 0, parts: Vec::new() };
    let base = *model.terms.preparation_working_days.on(day);
    term.add("base", Text::new("Основной срок на подготовку", "The base term for preparing"), base.into());
    let longest =
        requirement.evidence.iter().filter(|spec| spec.lead_days > 0).max_by_key(|spec| spec.lead_days);
    if let Some(spec) = longest {
        let title = Text {
            ru: format!("Получение подтверждения: {}", spec.title.ru),
            en: format!("Obtaining the evidence: {}", spec.title.en),
        };
        term.add("evidence", title, spec.lead_days.into());
    }
    for allowance in &model.allowances {
        if allowance.when.truth(Facts(profile)) == Truth::True {
            term.add(&allowance.code, allowance.title.clone(), (*allowance.working_days.on(day)).into());
        }
    }
    term.bound(bounds);
    term
}

impl SufficientTerm {
    /// A term that the law sets as a whole.
    pub fn legal(working_days: u32, title: Text) -> Self {
        let mut term = Self { working_days: 0, parts: Vec::new() };
        term.add("legal-term", title, working_days.into());
        term
    }

    fn add(&mut self, code: &str, title: Text, working_days: i64) {
        self.parts.push(TermPart { code: code.to_owned(), title, working_days });
        self.working_days = u32::try_from(i64::from(self.working_days) + working_days).unwrap_or(0);
    }

    fn bound(&mut self, bounds: LegalBounds) {
        if let Some(least) = bounds.least.filter(|least| *least > self.working_days) {
            let title = Text::new("До наименьшего срока по закону", "Up to the least term of the law");
            self.add("legal-minimum", title, i64::from(least) - i64::from(self.working_days));
        }
        if let Some(most) = bounds.most.filter(|most| *most < self.working_days) {
            let title = Text::new(
                "Не дольше наибольшего срока по закону",
                "No longer than the greatest term of the law",
            );
            self.add("legal-maximum", title, i64::from(most) - i64::from(self.working_days));
        }
    }
}

/// Where a term ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermEnd {
    /// Its last day.
    pub last_day: Date,
    /// When that day is over: what happens then is late.
    pub over_at: Timestamp,
}

impl TermEnd {
    /// The end of a term of working days that was set off at `start`, by the clocks of a zone.
    pub fn of(clerk: &Clerk, zone: &TimeZone, start: Timestamp, working_days: u32) -> Self {
        let first = day_in(zone, start);
        Self::on(clerk.calendar.add_working_days(first, working_days), zone)
    }

    /// The end of a term whose last day is known.
    pub fn on(last_day: Date, zone: &TimeZone) -> Self {
        let end = last_day.tomorrow().and_then(|next| next.to_zoned_datetime(zone.clone()));
        Self { last_day, over_at: end.map_or(jiff::Timestamp::MAX, |end| end.timestamp()).into() }
    }
}

/// The day that the clocks of a zone show.
pub fn day_in(zone: &TimeZone, at: Timestamp) -> Date {
    let at = jiff::Timestamp::from_microsecond(at.micros())
        .expect("a timestamp holds only microseconds that jiff has accepted");
    zone.to_datetime(at).date()
}

/// The zone by whose clocks the business's terms end: that of its region, or Moscow's.
pub fn zone(model: &RiskModel, profile: &Profile) -> TimeZone {
    let region = profile.get("region").and_then(serde_json::Value::as_str);
    let hours = region.and_then(|region| model.zones.get(region)).copied();
    let offset = hours.and_then(|hours| Offset::from_hours(hours).ok());
    TimeZone::fixed(offset.unwrap_or(Offset::constant(3)))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use jiff::civil::date;
    use serde_json::{Value, json};

    use super::*;
    use crate::requirement::{builtin::builtin, document::RegistryKind};

    fn shipped(kind: RegistryKind) -> Value {
        builtin().into_iter().find(|one| one.kind == kind).expect("it is shipped").body
    }

    /// Read once: the files of the program are long.
    static MODEL: LazyLock<RiskModel> =
        LazyLock::new(|| serde_json::from_value(shipped(RegistryKind::Risk)).expect("it holds"));
    static REQUIREMENT: LazyLock<Value> = LazyLock::new(|| shipped(RegistryKind::Requirement));

    /// Any requirement of the program, with evidence that takes so long to obtain.
    fn requirement(lead_days: &[u32]) -> Requirement {
        let mut body = REQUIREMENT.clone();
        let title = json!({ "ru": "Протокол", "en": "Protocol" });
        let spec = |days: &u32| json!({ "code": "e", "title": title, "resource": null, "valid_days": null, "lead_days": days });
        body["evidence"] = lead_days.iter().map(spec).collect();
        serde_json::from_value(body).expect("a requirement")
    }

    fn term(lead_days: &[u32], profile: Value, least: Option<u32>, most: Option<u32>) -> SufficientTerm {
        let profile = profile.as_object().expect("an object").clone();
        sufficient_term(
            &MODEL,
            &requirement(lead_days),
            &profile,
            date(2026, 11, 23),
            LegalBounds { least, most },
        )
    }

    #[test]
    fn the_term_is_the_sum_of_its_parts() {
        // Base 10; evidence by its lead time; micro business 5; no staff 3; remote region 3.
        let micro = json!({ "msp_category": "micro", "employees": 4, "region": "77" });
        let alone = json!({ "msp_category": "micro", "employees": 0, "region": "14" });
        let table = [
            (&[][..], json!({}), None, None, 10, "base"),
            (&[0, 0], json!({}), None, None, 10, "base"),
            (&[5, 30, 10], json!({}), None, None, 40, "base evidence"),
            (&[], micro.clone(), None, None, 15, "base micro-business"),
            (&[15], micro.clone(), None, None, 30, "base evidence micro-business"),
            (&[1], alone, None, None, 22, "base evidence micro-business no-staff remote-region"),
            (&[], json!({}), Some(20), None, 20, "base legal-minimum"),
            (&[45], json!({}), Some(20), None, 55, "base evidence"),
            (&[45], json!({}), None, Some(30), 30, "base evidence legal-maximum"),
            (&[], micro, Some(20), Some(20), 20, "base micro-business legal-minimum"),
            (&[], json!({}), None, Some(3), 3, "base legal-maximum"),
        ];
        for (leads, profile, least, most, expected, parts) in table {
            let term = term(leads, profile, least, most);
            let named: Vec<&str> = term.parts.iter().map(|part| part.code.as_str()).collect();
            assert_eq!((term.working_days, named.join(" ").as_str()), (expected, parts));
        }
    }

    #[test]
    fn every_term_lies_within_the_law_and_equals_its_parts() {
        for seed in 0_u32..2000 {
            let leads = [seed % 47, seed / 3 % 11];
            let least = (seed % 5 == 0).then_some(seed % 70);
            let most = (seed % 3 == 0).then_some(seed % 70 + 5);
            let category = ["micro", "small", "none"][seed as usize % 3];
            let profile = json!({ "employees": seed % 2, "msp_category": category });
            let term = term(&leads, profile, least, most);
            let sum: i64 = term.parts.iter().map(|part| part.working_days).sum();
            assert_eq!(sum, i64::from(term.working_days), "{seed}");
            assert!(
                least.is_none_or(|least| term.working_days >= least.min(most.unwrap_or(least))),
                "{seed}"
            );
            assert!(most.is_none_or(|most| term.working_days <= most), "{seed}");
        }
    }

    #[test]
    fn a_term_ends_by_the_clocks_of_the_region() {
        let at = |profile: Value| zone(&MODEL, profile.as_object().expect("an object"));
        assert_eq!(at(json!({ "region": "41" })), TimeZone::fixed(Offset::constant(12)));
        assert_eq!(at(json!({ "region": "39" })), TimeZone::fixed(Offset::constant(2)));
        for moscow in [json!({}), json!({ "region": "77" }), json!({ "region": "zz" })] {
            assert_eq!(at(moscow), TimeZone::fixed(Offset::constant(3)));
        }
    }
}
