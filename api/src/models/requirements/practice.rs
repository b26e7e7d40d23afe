//! Digests of practice and explanations on the wire.

use domain::{
    ids::AuthorityId,
    requirement::practice::{Practice, PracticeKind, PracticePeriod, Publication},
    text::Text,
};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

/// A digest of practice or an explanation in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PracticeSummary {
    /// Stable code.
    #[schema(example = "fns-kkt-2025")]
    pub code: String,
    /// Counts its versions from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// What it is.
    pub kind: PracticeKind,
    /// The supervisor that publishes it.
    pub authority_id: AuthorityId,
    /// Name.
    pub title: Text,
    /// The requirements it is about, by code.
    #[schema(example = json!(["OT-028"]))]
    pub requirements: Vec<String>,
    /// The kinds of activity it is about, by OKVED 2; empty for all.
    #[schema(example = json!(["56"]))]
    pub activities: Vec<String>,
    /// The days whose practice it generalises; null for an explanation.
    pub period: Option<PracticePeriod>,
    /// The day on which the supervisor published it.
    #[schema(value_type = String, format = Date, example = "2026-03-01")]
    pub published_on: Date,
    /// Where the supervisor published it; null where it is told here alone.
    pub link: Option<String>,
    /// How well it fits a search, comparable within one answer only; null where nothing was searched for.
    pub score: Option<f32>,
}

impl PracticeSummary {
    /// A publication as it was found.
    pub fn new(publication: &Publication, score: Option<f32>) -> Self {
        let Publication { practice, version, .. } = publication.clone();
        let Practice { code, kind, authority, title, text: _, requirements, .. } = practice;
        Self {
            code,
            version,
            kind,
            authority_id: authority,
            title,
            requirements,
            activities: practice.activities,
            period: practice.period,
            published_on: practice.published_on,
            link: practice.link,
            score,
        }
    }
}

/// A digest of practice or an explanation.
#[derive(Debug, Serialize, ToSchema)]
pub struct PracticeView {
    /// What the list tells too.
    #[serde(flatten)]
    pub summary: PracticeSummary,
    /// The edition of the registry that brought this version.
    #[schema(example = 7)]
    pub edition: i64,
    /// What it says.
    pub text: Text,
}

impl From<&Publication> for PracticeView {
    fn from(publication: &Publication) -> Self {
        let (edition, text) = (publication.edition, publication.practice.text.clone());
        Self { summary: PracticeSummary::new(publication, None), edition, text }
    }
}
