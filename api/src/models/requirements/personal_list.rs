//! Personal lists on the wire.

use domain::{
    business::Business,
    compliance::{
        Profile,
        standing::{Standing, Standings},
    },
    ids::{AuthorityId, BusinessId},
    requirement::{
        condition::{Facts, Truth},
        list::{self, Cause, ListChange, PersonalList, Row},
        model::{Act, RequirementKind, RiskCategory},
        questions::missing,
        reason::Reason,
        registry::{Entry, Registry},
        wording::worded,
    },
    text::Text,
    time::Timestamp,
};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A page of the personal list, with what the whole list is.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonalListView {
    /// Whose list.
    pub business_id: BusinessId,
    /// Counts the changes of the list from 1.
    #[schema(example = 4)]
    pub version: i64,
    /// The version of the profile that it follows from.
    #[schema(example = 3)]
    pub profile_version: i64,
    /// The edition of the registry that it follows from.
    #[schema(example = 12)]
    pub edition: i64,
    /// The day it was drawn for, in Moscow; no requirement has begun or ceased to bind since.
    #[schema(value_type = String, format = Date, example = "2026-11-23")]
    pub day: Date,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// How many requirements apply for certain, on the whole list.
    #[schema(example = 47)]
    pub applies: usize,
    /// How many wait for an answer, on the whole list.
    #[schema(example = 3)]
    pub needs_answer: usize,
    /// The rows of this page in the order of codes.
    pub items: Vec<PersonalRowView>,
    /// `cursor` of the next page; null where the list ends.
    pub next_cursor: Option<String>,
}

/// Whether a requirement applies to the business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictView {
    /// It applies.
    Applies,
    /// A fact is missing; the business is asked for it.
    NeedsAnswer,
    /// It does not apply.
    DoesNotApply,
}

impl From<list::Verdict> for VerdictView {
    fn from(verdict: list::Verdict) -> Self {
        match verdict {
            list::Verdict::Applies => Self::Applies,
            list::Verdict::NeedsAnswer => Self::NeedsAnswer,
        }
    }
}

/// A requirement as it stands to the business.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonalRowView {
    /// The requirement's code.
    #[schema(example = "OT-001")]
    pub code: String,
    /// Its version.
    #[schema(example = 1)]
    pub version: i64,
    /// Its name.
    pub title: Text,
    /// What must be done.
    pub text: Text,
    /// The act that sets it.
    pub act: Option<Act>,
    /// The provision of the act.
    #[schema(example = "ст. 5, п. 5")]
    pub provision: String,
    /// Who supervises it.
    pub supervisors: Vec<AuthorityId>,
    /// The life situations it belongs to, by code.
    pub life_situations: Vec<String>,
    /// Whether it asks for information or for a state of things.
    pub kind: RequirementKind,
    /// The harm that breaking it does.
    pub severity: RiskCategory,
    /// How often it must be met.
    pub periodicity: Text,
    /// What threatens whoever breaks it.
    pub sanction: Text,
    /// Whether it applies to this business.
    pub verdict: VerdictView,
    /// Why: the facts that decided, or that are missing.
    pub because: Vec<BecauseView>,
    /// The facts that it waits for, by name; see the questions.
    pub questions: Vec<String>,
    /// Since when it stands on the list with this verdict; null where it does not stand there.
    pub since: Option<Timestamp>,
    /// Where it stands: confirmed, declared inapplicable, proven; null for what is only supposed.
    pub standing: Option<Standing>,
}

/// A fact that decided, or that is missing.
#[derive(Debug, Serialize, ToSchema)]
pub struct BecauseView {
    /// The fact's name; `in_force` speaks of the requirement's own term.
    #[schema(example = "employees")]
    pub fact: String,
    /// Its value; null where it is not known.
    #[schema(value_type = serde_json::Value, example = json!(3))]
    pub value: Option<Value>,
    /// Whether what is asked of it is so; null where it is not known. A requirement may ask for it not to be so.
    pub holds: Option<bool>,
    /// The same in words.
    pub text: Text,
}

impl BecauseView {
    fn new(reason: &Reason, registry: &Registry) -> Self {
        let holds = match reason.holds {
            Truth::True => Some(true),
            Truth::False => Some(false),
            Truth::Unknown => None,
        };
        let text = worded(reason, registry.facts());
        Self { fact: reason.test.fact.clone(), value: reason.value.clone(), holds, text }
    }

    fn not_in_force(entry: &Entry) -> Self {
        let (from, until) = (entry.requirement.valid_from, entry.requirement.valid_until);
        let text = match until {
            Some(until) => Text {
                ru: format!("Требование не действует: его срок с {from} по {until}"),
                en: format!("The requirement is not in force: its term runs from {from} to {until}"),
            },
            None => Text {
                ru: format!(
                    "Требование не действует: его срок с {from}, либо оно отменено или только проект"
                ),
                en: format!(
                    "The requirement is not in force: its term begins on {from}, or it is repealed or a draft"
                ),
            },
        };
        Self { fact: "in_force".to_owned(), value: Some(Value::Bool(false)), holds: Some(false), text }
    }
}

/// What a row is made from.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    /// The registry.
    pub registry: &'a Registry,
    /// What is known, or supposed, of the business.
    pub profile: &'a Profile,
    /// The day.
    pub day: Date,
    /// Where requirements stand with the business; None where that is not asked.
    pub standings: Option<(&'a Standings, &'a Business)>,
}

impl Sight<'_> {
    /// The row of a requirement on the list; `row` is None where it does not stand there.
    pub fn row(self, entry: &Entry, row: Option<&Row>) -> PersonalRowView {
        let requirement = entry.requirement.clone();
        let condition = &entry.requirement.applies_when;
        let facts = Facts(self.profile);
        let mut because: Vec<BecauseView> =
            condition.reasons(facts).iter().map(|reason| BecauseView::new(reason, self.registry)).collect();
        if !requirement.is_in_force(self.day) {
            because = vec![BecauseView::not_in_force(entry)];
        }
        let verdict = row.map_or(VerdictView::DoesNotApply, |row| row.verdict.into());
        let questions = match verdict {
            VerdictView::NeedsAnswer => missing(condition, facts).into_iter().map(str::to_owned).collect(),
            VerdictView::Applies | VerdictView::DoesNotApply => Vec::new(),
        };
        PersonalRowView {
            code: requirement.code,
            version: entry.version,
            title: requirement.title,
            text: requirement.text,
            act: self.registry.act(&requirement.act).map(|act| Act::clone(act)),
            provision: requirement.provision,
            supervisors: requirement.supervisors,
            life_situations: requirement.life_situations,
            kind: requirement.kind,
            severity: requirement.severity,
            periodicity: requirement.periodicity,
            sanction: requirement.sanction,
            verdict,
            because,
            questions,
            since: row.map(|row| row.since),
            standing: self.standings.map(|(known, business)| known.of(entry, business, self.day)),
        }
    }
}

impl PersonalListView {
    /// A page of the list.
    pub fn new(list: &PersonalList, items: Vec<PersonalRowView>, next_cursor: Option<String>) -> Self {
        let count = |verdict| list.rows.iter().filter(|row| row.verdict == verdict).count();
        Self {
            business_id: list.business.clone(),
            version: list.version,
            profile_version: list.profile_version,
            edition: list.edition,
            day: list.day,
            changed_at: list.changed_at,
            applies: count(list::Verdict::Applies),
            needs_answer: count(list::Verdict::NeedsAnswer),
            items,
            next_cursor,
        }
    }
}

/// One change of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListChangeView {
    /// The version of the list that it made.
    #[schema(example = 4)]
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub cause: Cause,
    /// Codes that came on the list.
    #[schema(example = json!(["OT-040"]))]
    pub added: Vec<String>,
    /// Codes that left it.
    pub removed: Vec<String>,
    /// Codes that stayed with another verdict, or in another version.
    pub changed: Vec<String>,
}

impl From<ListChange> for ListChangeView {
    fn from(change: ListChange) -> Self {
        let ListChange { business: _, version, at, cause, difference } = change;
        let list::Difference { added, removed, changed } = difference;
        Self { version, at, cause, added, removed, changed }
    }
}
