//! Browsing the registry by every parameter of 4.7.2.1, in pages that stay stable while it changes.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::{
    condition::{Condition, Facts, Truth},
    model::{Act, ActKind, Level, RequirementKind, RequirementStatus},
    registry::{Entry, Registry},
};
use crate::{
    catalogue::words::fold,
    ids::AuthorityId,
    page::{Page, PageRequest},
    ports::search::{Hit, RequirementSearch, Sought},
};

/// Which requirements; None and an empty list ask for nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RequirementFilter {
    /// Of this life situation (4.7.2.1/1).
    pub life_situation: Option<String>,
    /// Whose acts this body develops (4.7.2.1/3).
    pub developer: Option<AuthorityId>,
    /// Set by an act of this level (4.7.2.1/4).
    pub level: Option<Level>,
    /// Set by an act of this kind (4.7.2.1/5).
    pub act_kind: Option<ActKind>,
    /// Set by this act (4.7.2.1/6).
    pub act: Option<String>,
    /// Under a key word or phrase that holds this one (4.7.2.1/7).
    pub keyword: Option<String>,
    /// These (4.7.2.1/8).
    pub codes: Vec<String>,
    /// Standing so.
    pub status: Option<RequirementStatus>,
    /// Of this kind.
    pub kind: Option<RequirementKind>,
    /// Supervised by this authority.
    pub supervisor: Option<AuthorityId>,
    /// That can concern a business with this kind of activity alone.
    pub activity: Option<String>,
    /// That bind on this day.
    pub on: Option<Date>,
}

/// Which acts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ActFilter {
    /// Of this kind.
    pub kind: Option<ActKind>,
    /// Of this level.
    pub level: Option<Level>,
    /// Developed by this body.
    pub developer: Option<AuthorityId>,
}

/// Something found, and how well it fits where it was searched for.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<T> {
    /// What was found.
    pub item: Arc<T>,
    /// How well it fits; None where nothing was searched for.
    pub score: Option<f32>,
}

/// The key of a page is not one of this list's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForeignKey;

/// The requirements that fit: by relevance where there is a query, else by code.
///
/// # Errors
/// [`ForeignKey`] where the page's key was made by another list.
pub fn requirements(
    (registry, search): (&Registry, &dyn RequirementSearch),
    (filter, query): (&RequirementFilter, Option<&str>),
    page: &PageRequest,
) -> Result<Page<Found<Entry>>, ForeignKey> {
    let fits = filter.test(registry);
    let code = |found: &Found<Entry>| found.item.requirement.code.clone();
    let Some(query) = query else {
        let behind = registry.requirements_after(page.after.as_deref());
        let found =
            behind.filter(|entry| fits(entry)).map(|entry| Found { item: Arc::clone(entry), score: None });
        return Ok(Page::cut(found.take(one_past(page)).collect(), page, code));
    };
    let hits = behind(search.hits(Sought::Requirements, query), page)?;
    let found = hits.filter_map(|hit| {
        let entry = registry.requirement(&hit.code).filter(|entry| fits(entry))?;
        Some(Found { item: Arc::clone(entry), score: Some(hit.score) })
    });
    Ok(Page::cut(found.take(one_past(page)).collect(), page, |found| ranked(found.score, &code(found))))
}

/// The acts that fit: by relevance where there is a query, else by code.
///
/// # Errors
/// [`ForeignKey`] where the page's key was made by another list.
pub fn acts(
    (registry, search): (&Registry, &dyn RequirementSearch),
    (filter, query): (&ActFilter, Option<&str>),
    page: &PageRequest,
) -> Result<Page<Found<Act>>, ForeignKey> {
    let fits = |act: &Act| {
        filter.kind.is_none_or(|kind| kind == act.kind)
            && filter.level.is_none_or(|level| level == act.level)
            && filter.developer.as_ref().is_none_or(|developer| *developer == act.developer)
    };
    let code = |found: &Found<Act>| found.item.code.clone();
    let Some(query) = query else {
        let after = page.after.as_deref().unwrap_or_default();
        let behind = registry.acts().filter(|act| act.code.as_str() > after && fits(act));
        let found = behind.map(|act| Found { item: Arc::clone(act), score: None });
        return Ok(Page::cut(found.take(one_past(page)).collect(), page, code));
    };
    let hits = behind(search.hits(Sought::Acts, query), page)?;
    let found = hits.filter_map(|hit| {
        let act = registry.act(&hit.code).filter(|act| fits(act))?;
        Some(Found { item: Arc::clone(act), score: Some(hit.score) })
    });
    Ok(Page::cut(found.take(one_past(page)).collect(), page, |found| ranked(found.score, &code(found))))
}

impl RequirementFilter {
    /// The test that every requirement of the answer passes.
    fn test<'f>(&'f self, registry: &'f Registry) -> impl Fn(&Entry) -> bool + 'f {
        let keyword = self.keyword.as_deref().map(fold);
        let business = self.activity.as_deref().map(business_with);
        move |entry| {
            self.fits_itself(entry)
                && self.fits_act(registry.act(&entry.requirement.act).map(AsRef::as_ref))
                && keyword.as_deref().is_none_or(|word| {
                    entry.requirement.keywords.iter().any(|known| fold(known).contains(word))
                })
                && business.as_ref().is_none_or(|facts| can_concern(&entry.requirement.applies_when, facts))
        }
    }

    fn fits_itself(&self, entry: &Entry) -> bool {
        let requirement = &entry.requirement;
        (self.codes.is_empty() || self.codes.contains(&requirement.code))
            && self.life_situation.as_ref().is_none_or(|code| requirement.life_situations.contains(code))
            && self.act.as_ref().is_none_or(|act| *act == requirement.act)
            && self.status.is_none_or(|status| status == requirement.status)
            && self.kind.is_none_or(|kind| kind == requirement.kind)
            && self.supervisor.as_ref().is_none_or(|one| requirement.supervisors.contains(one))
            && self.on.is_none_or(|day| requirement.is_in_force(day))
    }

    fn fits_act(&self, act: Option<&Act>) -> bool {
        let fits = |test: &dyn Fn(&Act) -> bool| act.is_some_and(test);
        self.developer.as_ref().is_none_or(|developer| fits(&|act| act.developer == *developer))
            && self.level.is_none_or(|level| fits(&|act| act.level == level))
            && self.act_kind.is_none_or(|kind| fits(&|act| act.kind == kind))
    }
}

/// What is known of a business of which its one kind of activity is known.
fn business_with(activity: &str) -> Map<String, Value> {
    let facts = json!({ "okved_main": activity, "okved_additional": [] });
    facts.as_object().cloned().unwrap_or_default()
}

fn can_concern(condition: &Condition, facts: &Map<String, Value>) -> bool {
    condition.truth(Facts(facts)) != Truth::False
}

pub(super) fn one_past(page: &PageRequest) -> usize {
    page.limit as usize + 1
}

/// The key of a place in a list by relevance: the score's bits, which for positive numbers are in the order of the
/// numbers, and the code.
pub(super) fn ranked(score: Option<f32>, code: &str) -> String {
    format!("{:08x} {code}", score.unwrap_or_default().to_bits())
}

/// The hits behind the page's key.
pub(super) fn behind(hits: Vec<Hit>, page: &PageRequest) -> Result<impl Iterator<Item = Hit>, ForeignKey> {
    let after = match page.after.as_deref() {
        None => None,
        Some(key) => {
            let (score, code) = key.split_once(' ').ok_or(ForeignKey)?;
            let bits = u32::from_str_radix(score, 16).map_err(|_| ForeignKey)?;
            Some((f32::from_bits(bits), code.to_owned()))
        }
    };
    Ok(hits.into_iter().filter(move |hit| {
        after
            .as_ref()
            .is_none_or(|(score, code)| hit.score < *score || hit.score == *score && *hit.code > **code)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirement::builtin::builtin;

    /// Everything is found, each with a score that falls with its place.
    struct Everything(Vec<Arc<str>>);

    impl RequirementSearch for Everything {
        fn hits(&self, _: Sought, _: &str) -> Vec<Hit> {
            let score = |place: usize| 1.0 / (place / 3 + 1) as f32;
            self.0
                .iter()
                .enumerate()
                .map(|(place, code)| Hit { code: Arc::clone(code), score: score(place) })
                .collect()
        }
    }

    fn shipped() -> (Registry, Everything) {
        let registry = Registry::compile(1, &builtin()).expect("a test of its own says what is wrong");
        let codes = registry.requirements().map(|entry| Arc::from(entry.requirement.code.as_str())).collect();
        (registry, Everything(codes))
    }

    fn walk(filter: &RequirementFilter, query: Option<&str>, limit: u32) -> Vec<String> {
        let (registry, search) = shipped();
        let (mut codes, mut after) = (Vec::new(), None);
        loop {
            let page = PageRequest { after, limit };
            let page = requirements((&registry, &search), (filter, query), &page).expect("its own keys");
            codes.extend(page.items.iter().map(|found| found.item.requirement.code.clone()));
            after = page.next;
            if after.is_none() {
                return codes;
            }
        }
    }

    #[test]
    fn pages_hold_everything_once_by_code_and_by_relevance() {
        let (registry, _) = shipped();
        let all: Vec<String> = registry.requirements().map(|entry| entry.requirement.code.clone()).collect();
        for (query, limit) in [(None, 7), (Some("касса"), 7), (None, 1000), (Some("касса"), 1)] {
            assert_eq!(walk(&RequirementFilter::default(), query, limit), all, "{query:?} by {limit}");
        }
    }

    #[test]
    fn a_key_of_another_list_is_refused() {
        let (registry, search) = shipped();
        for key in ["OT-001", "xyz OT-001", ""] {
            let page = PageRequest { after: Some(key.to_owned()), limit: 1 };
            let browsed =
                requirements((&registry, &search), (&RequirementFilter::default(), Some("x")), &page);
            assert_eq!(browsed, Err(ForeignKey), "{key}");
        }
    }

    #[test]
    fn every_parameter_narrows_to_what_has_it() {
        let (registry, _) = shipped();
        let acts = |test: &dyn Fn(&Act) -> bool| -> Vec<String> {
            let has = |entry: &&Arc<Entry>| registry.act(&entry.requirement.act).is_some_and(|act| test(act));
            registry.requirements().filter(has).map(|entry| entry.requirement.code.clone()).collect()
        };
        let plain = RequirementFilter::default();
        let federal = RequirementFilter { level: Some(Level::Federal), ..plain.clone() };
        assert_eq!(walk(&federal, None, 50), acts(&|act| act.level == Level::Federal));
        let laws = RequirementFilter { act_kind: Some(ActKind::FederalLaw), ..plain.clone() };
        assert_eq!(walk(&laws, None, 50), acts(&|act| act.kind == ActKind::FederalLaw));
        let finance: AuthorityId = "aut_minfin".parse().expect("an id");
        let developer = RequirementFilter { developer: Some(finance.clone()), ..plain.clone() };
        let found = walk(&developer, None, 50);
        assert!(!found.is_empty() && found == acts(&|act| act.developer == finance));
        let cafe = RequirementFilter { life_situation: Some("open-cafe".into()), ..plain.clone() };
        assert!(walk(&cafe, None, 50).contains(&"OT-019".to_owned()));
        let named = RequirementFilter { codes: vec!["OT-019".into(), "OT-001".into()], ..plain.clone() };
        assert_eq!(walk(&named, None, 50), ["OT-001", "OT-019"]);
        let word = RequirementFilter {
            keyword: Some("ПРОИЗВОДСТВЕННЫЙ КОНТРОЛЬ".into()), ..plain.clone()
        };
        assert!(walk(&word, None, 50).contains(&"OT-019".to_owned()));
        let early = RequirementFilter { on: Some(jiff::civil::date(1900, 1, 1)), ..plain.clone() };
        assert!(walk(&early, None, 50).is_empty());
        let baker = RequirementFilter { activity: Some("62.01".into()), ..plain };
        let codes = walk(&baker, None, 50);
        assert!(!codes.contains(&"OT-019".to_owned()) && codes.contains(&"OT-001".to_owned()), "{codes:?}");
    }
}
