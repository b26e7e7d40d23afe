//! The parameters by which assessments are cut (4.7.2.1), and which requirements are an authority's to consider.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Procedure,
    tally::{Matter, Place},
};
use crate::{
    ids::AuthorityId,
    requirement::{
        model::{ActKind, Level, Requirement},
        registry::Registry,
    },
};

/// A parameter by which summaries are cut.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Dimension {
    /// The act that sets the requirement, or whose requirement a draft changes, by code.
    Act,
    /// The body that develops the act, by id.
    Developer,
    /// The level of the act.
    Level,
    /// The kind of the act.
    ActKind,
    /// The life situation, by code.
    LifeSituation,
    /// The kind of procedure.
    Procedure,
    /// The requirement, or one that a draft changes, by code.
    Requirement,
    /// A key word, as the registry writes it, in lower case.
    Keyword,
}

/// The slices that hold a requirement within a procedure. Of a requirement of which the registry knows nothing any more
/// these are its own and its procedure's alone.
pub fn places(registry: &Registry, requirement: &str, procedure: Procedure) -> Vec<Place> {
    let mut places = BTreeSet::new();
    let mut put = |dimension, value: &str| {
        places.insert(Place { matter: Matter::Requirements, dimension, value: value.to_owned() });
    };
    put(Dimension::Procedure, procedure.into());
    put(Dimension::Requirement, requirement);
    if let Some(entry) = registry.requirement(requirement) {
        let Requirement { act, life_situations, keywords, .. } = &entry.requirement;
        put(Dimension::Act, act);
        if let Some(act) = registry.act(act) {
            put(Dimension::Developer, act.developer.as_str());
            put(Dimension::Level, act.level.into());
            put(Dimension::ActKind, act.kind.into());
        }
        life_situations.iter().for_each(|code| put(Dimension::LifeSituation, code));
        keywords.iter().for_each(|word| put(Dimension::Keyword, &word.to_lowercase()));
    }
    places.into_iter().collect()
}

/// Which requirements' assessments an authority asks for; nothing set means all of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequirementFilter {
    /// Only this requirement.
    pub requirement: Option<String>,
    /// Only of this life situation.
    pub life_situation: Option<String>,
    /// Only of acts that this body develops.
    pub developer: Option<AuthorityId>,
    /// Only of acts of this level.
    pub level: Option<Level>,
    /// Only of acts of this kind.
    pub act_kind: Option<ActKind>,
    /// Only of this act, by code.
    pub act: Option<String>,
    /// Only with this key word, in any case.
    pub keyword: Option<String>,
}

/// The codes, in order, of the authority's requirements that fit: it develops their act or supervises them.
pub fn own_codes(registry: &Registry, authority: &AuthorityId, filter: &RequirementFilter) -> Vec<String> {
    let entries = registry.requirements().map(|entry| &entry.requirement);
    let own = entries.filter(|requirement| is_own(registry, requirement, authority));
    own.filter(|requirement| fits(registry, requirement, filter)).map(|own| own.code.clone()).collect()
}

/// Whether the authority develops the requirement's act or supervises it.
pub fn is_own(registry: &Registry, requirement: &Requirement, authority: &AuthorityId) -> bool {
    let develops = registry.act(&requirement.act).is_some_and(|act| act.developer == *authority);
    develops || requirement.supervisors.contains(authority)
}

fn fits(registry: &Registry, requirement: &Requirement, filter: &RequirementFilter) -> bool {
    let RequirementFilter { requirement: code, life_situation, developer, level, act_kind, act, keyword } =
        filter;
    let own_act = registry.act(&requirement.act);
    let word = keyword.as_ref().map(|word| word.to_lowercase());
    code.as_ref().is_none_or(|code| *code == requirement.code)
        && life_situation.as_ref().is_none_or(|code| requirement.life_situations.contains(code))
        && act.as_ref().is_none_or(|code| *code == requirement.act)
        && developer.as_ref().is_none_or(|body| own_act.is_some_and(|act| act.developer == *body))
        && level.is_none_or(|level| own_act.is_some_and(|act| act.level == level))
        && act_kind.is_none_or(|kind| own_act.is_some_and(|act| act.kind == kind))
        && word.is_none_or(|word| requirement.keywords.iter().any(|own| own.to_lowercase() == word))
}
