//! The catalogue: life situations, services, forms, rules and dictionaries, compiled once and asked often.
//!
//! Read first: [`Catalogue`], then [`Service::check`]. A catalogue is compiled from [`Document`]s as a whole or not at
//! all, so a form that cannot be checked, or an example that does not pass, never comes into force.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde_json::{Map, Value};

use crate::{digest::Digest, error::Violation, ids::AuthorityId};

mod compile;
mod dictionary;
mod eligibility;
mod explain;
pub(crate) mod expression;
mod fault;
mod field;
mod form;
mod format;
mod guide;
mod load;
mod model;
mod place;
mod prefill;
mod read;
mod references;
mod remedy;
mod rules;
mod schema;
mod search;
mod service;
mod wording;
pub mod words;

#[cfg(test)]
mod builtin_tests;
#[cfg(test)]
mod tests;

pub use dictionary::{Dictionary, DictionaryItem};
pub use eligibility::Offer;
pub use fault::{CatalogueFault, Fault};
pub use guide::{AuthorityEntry, Faq, LifeSituation, ScenarioStep, Segment};
pub use load::{Document, DocumentKind, builtin};
pub use model::{
    Audience, Confidence, DocumentSpec, Example, Fee, Hint, LegalBasis, Rule, RuleKind, ServiceDocument,
    ServiceKind, Stage, Term, Unmet,
};
pub use rules::{Findings, UnmetRule};
pub use search::{Hit, HitKind, SearchOutcome};
pub use service::Service;

/// The catalogue in force. Immutable; a new edition is a new value.
pub struct Catalogue {
    version: String,
    digest: Digest,
    edition: i64,
    services: BTreeMap<String, Arc<Service>>,
    situations: Vec<LifeSituation>,
    segments: Vec<Segment>,
    /// The segments' conditions, one for each.
    segment_tests: Vec<expression::Expression>,
    faq: Vec<Faq>,
    authorities: Vec<AuthorityEntry>,
    dictionaries: schema::Dictionaries,
    /// What a profile may hold.
    profile: form::Form,
    index: search::Index,
}

impl Catalogue {
    /// The services in the order of their codes.
    pub fn services(&self) -> impl Iterator<Item = &Arc<Service>> {
        self.services.values()
    }

    /// The service with this code.
    pub fn service(&self, code: &str) -> Option<&Arc<Service>> {
        self.services.get(code)
    }

    /// The life situations in the order of their document.
    pub fn situations(&self) -> &[LifeSituation] {
        &self.situations
    }

    /// The segments of business in the order of their document.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The questions and answers in the order of their document.
    pub fn faq(&self) -> &[Faq] {
        &self.faq
    }

    /// The authorities in the order of their document.
    pub fn authorities(&self) -> &[AuthorityEntry] {
        &self.authorities
    }

    /// The authority with this id.
    pub fn authority(&self, id: &AuthorityId) -> Option<&AuthorityEntry> {
        self.authorities.iter().find(|authority| authority.id == *id)
    }

    /// The dictionaries in the order of their names.
    pub fn dictionaries(&self) -> impl Iterator<Item = &Dictionary> {
        self.dictionaries.values().map(AsRef::as_ref)
    }

    /// The dictionary with this name.
    pub fn dictionary(&self, name: &str) -> Option<&Dictionary> {
        self.dictionaries.get(name).map(AsRef::as_ref)
    }

    /// Everything that is wrong with a profile, one finding for each place.
    pub fn profile_violations(&self, profile: &Map<String, Value>) -> Vec<Violation> {
        self.profile.violations(profile)
    }

    /// The edition, as its manifest says.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The digest over all documents, whatever their order: it names the rules by which a submission was judged.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The versions of all documents together: it grows with each that is published.
    pub fn edition(&self) -> i64 {
        self.edition
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Catalogue");
        shown.field("version", &self.version).field("digest", &self.digest).finish_non_exhaustive()
    }
}
