//! What supervisors publish of their practice (4.8.1.3/5): digests of how requirements are applied, and explanations.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    browse::{ForeignKey, Found, behind, one_past, ranked},
    registry::Registry,
};
use crate::{
    ids::AuthorityId,
    page::{Page, PageRequest},
    ports::search::{RequirementSearch, Sought},
    text::Text,
};

/// What a publication is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum PracticeKind {
    /// A digest of the practice of a period («обобщение правоприменительной практики», 248-ФЗ, article 47).
    Digest,
    /// An explanation of how a requirement is to be met («руководство по соблюдению», 247-ФЗ, article 14).
    Explanation,
}

/// A publication of a supervisor about its practice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// Stable code.
    pub code: String,
    /// What it is.
    pub kind: PracticeKind,
    /// The supervisor that publishes it.
    pub authority: AuthorityId,
    /// Name.
    pub title: Text,
    /// What it says.
    pub text: Text,
    /// The requirements it is about, by code.
    pub requirements: Vec<String>,
    /// The kinds of activity it is about, by OKVED 2; empty for all.
    pub activities: Vec<String>,
    /// Whose practice it generalises; None for an explanation.
    pub period: Option<PracticePeriod>,
    /// The day on which the supervisor published it.
    pub published_on: Date,
    /// Where the supervisor published it.
    pub link: Option<String>,
}

/// The days whose practice a digest generalises, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PracticePeriod {
    /// The first.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2025-01-01"))]
    pub from: Date,
    /// The last.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2025-12-31"))]
    pub until: Date,
}

/// A publication with the version of its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The publication.
    pub practice: Practice,
    /// The version of its document.
    pub version: i64,
    /// The edition of the registry that brought this version.
    pub edition: i64,
}

/// Which publications; nothing set means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PracticeFilter {
    /// Of this kind.
    pub kind: Option<PracticeKind>,
    /// Published by this supervisor.
    pub supervisor: Option<AuthorityId>,
    /// About this requirement, by code.
    pub requirement: Option<String>,
    /// For a business with this kind of activity.
    pub activity: Option<String>,
    /// About practice of this day or later.
    pub from: Option<Date>,
    /// About practice of this day or earlier.
    pub until: Option<Date>,
}

impl Practice {
    /// The days it is about: its period, or the day of an explanation.
    fn days(&self) -> PracticePeriod {
        self.period.unwrap_or(PracticePeriod { from: self.published_on, until: self.published_on })
    }

    fn concerns(&self, activity: &str) -> bool {
        // A code that begins like another one lies beneath it, whichever of the two is asked for.
        let akin = |code: &String| code.starts_with(activity) || activity.starts_with(code.as_str());
        self.activities.is_empty() || self.activities.iter().any(akin)
    }
}

impl PracticeFilter {
    fn fits(&self, practice: &Practice) -> bool {
        let days = practice.days();
        self.kind.is_none_or(|kind| kind == practice.kind)
            && self.supervisor.as_ref().is_none_or(|one| *one == practice.authority)
            && self.requirement.as_ref().is_none_or(|code| practice.requirements.contains(code))
            && self.activity.as_ref().is_none_or(|code| practice.concerns(code))
            && self.from.is_none_or(|from| days.until >= from)
            && self.until.is_none_or(|until| days.from <= until)
    }
}

/// The publications that fit: by relevance where there is a query, else by code.
///
/// # Errors
/// [`ForeignKey`] where the page's key was made by another list.
pub fn published(
    (registry, search): (&Registry, &dyn RequirementSearch),
    (filter, query): (&PracticeFilter, Option<&str>),
    page: &PageRequest,
) -> Result<Page<Found<Publication>>, ForeignKey> {
    let code = |found: &Found<Publication>| found.item.practice.code.clone();
    let Some(query) = query else {
        let after = page.after.as_deref().unwrap_or_default();
        let behind = registry.publications().filter(|one| one.practice.code.as_str() > after);
        let fit = behind.filter(|one| filter.fits(&one.practice));
        let found = fit.map(|one| Found { item: Arc::clone(one), score: None });
        return Ok(Page::cut(found.take(one_past(page)).collect(), page, code));
    };
    let hits = behind(search.hits(Sought::Practice, query), page)?;
    let found = hits.filter_map(|hit| {
        let one = registry.publication(&hit.code).filter(|one| filter.fits(&one.practice))?;
        Some(Found { item: Arc::clone(one), score: Some(hit.score) })
    });
    Ok(Page::cut(found.take(one_past(page)).collect(), page, |found| ranked(found.score, &code(found))))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    fn digest() -> Practice {
        let body = json!({ "code": "fns-2025", "kind": "digest", "authority": "aut_fns",
            "title": { "ru": "Обобщение", "en": "Digest" }, "text": { "ru": "Текст", "en": "Text" },
            "requirements": ["OT-028"], "activities": ["56.1"],
            "period": { "from": "2025-01-01", "until": "2025-12-31" }, "published_on": "2026-03-01", "link": null });
        serde_json::from_value(body).expect("it holds")
    }

    #[test]
    fn each_filter_narrows_to_what_has_it() {
        let plain = PracticeFilter::default();
        let fits = |filter: PracticeFilter| filter.fits(&digest());
        assert!(fits(plain.clone()));
        assert!(!fits(PracticeFilter { kind: Some(PracticeKind::Explanation), ..plain.clone() }));
        assert!(!fits(PracticeFilter { requirement: Some("OT-029".into()), ..plain.clone() }));
        for (activity, expected) in
            [("56", true), ("56.10", true), ("56.1", true), ("56.2", false), ("47", false)]
        {
            let filter = PracticeFilter { activity: Some(activity.into()), ..plain.clone() };
            assert_eq!(fits(filter), expected, "{activity}");
        }
        let days = |from, until| PracticeFilter { from, until, ..PracticeFilter::default() };
        assert!(fits(days(Some(date(2025, 12, 31)), None)) && !fits(days(Some(date(2026, 1, 1)), None)));
        assert!(fits(days(None, Some(date(2025, 1, 1)))) && !fits(days(None, Some(date(2024, 12, 31)))));
    }

    #[test]
    fn an_explanation_is_of_its_day_and_for_every_activity() {
        let explanation = Practice { period: None, activities: Vec::new(), ..digest() };
        assert_eq!(explanation.days(), PracticePeriod { from: date(2026, 3, 1), until: date(2026, 3, 1) });
        assert!(explanation.concerns("01.11"));
    }
}
