//! Questions and suppositions about a list, on the wire.

use domain::{
    business::Business,
    compliance::Profile,
    requirement::{
        condition::Facts,
        fact::FactKind,
        list::{self, PersonalList},
        questions::{Question, members, questions},
        registry::Registry,
        what_if::{Outlook, what_if},
    },
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use super::personal_list::{PersonalRowView, Sight};

/// What to ask so that nothing on the list stays open. Answer by changing the profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionList {
    /// The version of the list that leaves them open.
    #[schema(example = 4)]
    pub version: i64,
    /// The questions, what most requirements wait for first.
    pub items: Vec<QuestionView>,
    /// How long all answers take, in seconds.
    #[schema(example = 45)]
    pub seconds: u32,
    /// The same in minutes, rounded up.
    #[schema(example = 1, maximum = 10)]
    pub minutes: u32,
}

/// A fact that requirements wait for.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionView {
    /// The fact's name.
    #[schema(example = "sells")]
    pub fact: String,
    /// Its name for people.
    pub title: Text,
    /// What is asked.
    pub question: Text,
    /// The type of the answer.
    pub kind: FactKind,
    /// The values of a closed list; empty where any value of the type will do.
    pub values: Vec<AnswerView>,
    /// The members of the profile that hold the answer and are not given yet.
    #[schema(example = json!(["sells"]))]
    pub members: Vec<String>,
    /// How long the answer takes, in seconds.
    #[schema(example = 15)]
    pub seconds: u32,
    /// How many requirements wait for it.
    #[schema(example = 4)]
    pub waiting: usize,
    /// Their codes.
    #[schema(example = json!(["OT-050"]))]
    pub requirements: Vec<String>,
}

/// A value of a closed list.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerView {
    /// What the profile takes.
    #[schema(example = "beer")]
    pub value: String,
    /// What it means.
    pub title: Text,
}

impl QuestionView {
    /// A question for a business of which this is known.
    pub fn new(question: &Question<'_>, profile: &Map<String, Value>) -> Self {
        let Question { name, fact, waiting } = question;
        let values = fact.values.iter();
        let unknown = |member: &&str| profile.get(*member).is_none_or(Value::is_null);
        Self {
            fact: (*name).to_owned(),
            title: fact.title.clone(),
            question: fact.question.clone(),
            kind: fact.kind,
            values: values
                .map(|(value, title)| AnswerView { value: value.clone(), title: title.clone() })
                .collect(),
            members: members(name).into_iter().filter(unknown).map(str::to_owned).collect(),
            seconds: fact.seconds,
            waiting: waiting.len(),
            requirements: waiting.iter().map(|code| (*code).to_owned()).collect(),
        }
    }
}

impl QuestionList {
    /// The questions of a list.
    pub fn new(list: &PersonalList, business: &Business, questions: &[Question<'_>]) -> Self {
        let seconds = questions.iter().map(|question| question.fact.seconds).sum();
        Self {
            version: list.version,
            items: questions.iter().map(|question| QuestionView::new(question, &business.profile)).collect(),
            seconds,
            minutes: seconds.div_ceil(60),
        }
    }
}

/// A change of the profile that is only supposed.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"profile": {"employees": 16}}))]
pub struct NewWhatIf {
    /// A merge patch (RFC 7396) of the profile, as its change takes.
    #[schema(value_type = Object)]
    pub profile: Map<String, Value>,
}

/// What a change of the profile would do to the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhatIfView {
    /// The version of the list that was compared.
    #[schema(example = 4)]
    pub version: i64,
    /// What would come on the list, and why.
    pub added: Vec<PersonalRowView>,
    /// What would leave it, and why.
    pub removed: Vec<PersonalRowView>,
    /// What would stay with another verdict, and why.
    pub changed: Vec<ChangedRowView>,
    /// How many rows would stay as they are.
    #[schema(example = 44)]
    pub unchanged: usize,
    /// What would have to be asked then.
    pub unanswered: Vec<QuestionView>,
}

/// A row that would stay with another verdict.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedRowView {
    /// The verdict now.
    pub before: list::Verdict,
    /// The row that would be.
    pub row: PersonalRowView,
}

impl WhatIfView {
    /// What a supposed profile would do to the list.
    pub fn new(registry: &Registry, list: &PersonalList, supposed: &Profile, now: Timestamp) -> Self {
        let Outlook { rows, difference } = what_if(registry, list, supposed, now);
        let sight = Sight { registry, profile: supposed, day: now.moscow_date(), standings: None };
        let row = |code: &String| {
            let place = rows.binary_search_by(|row| row.code.cmp(code)).ok();
            let made = sight.row(registry.requirement(code)?, place.map(|place| &rows[place]));
            // A supposed row has not stood on the list at any time.
            Some(PersonalRowView { since: None, ..made })
        };
        let changed = difference.changed.iter();
        let changed = changed
            .filter_map(|code| Some(ChangedRowView { before: list.row(code)?.verdict, row: row(code)? }));
        let open = rows.iter().filter(|row| row.verdict == list::Verdict::NeedsAnswer);
        let asked = questions(registry, Facts(supposed), open.map(|row| row.code.as_str()));
        Self {
            version: list.version,
            added: difference.added.iter().filter_map(row).collect(),
            removed: difference.removed.iter().filter_map(row).collect(),
            changed: changed.collect(),
            unchanged: rows.len() - difference.added.len() - difference.changed.len(),
            unanswered: asked.iter().map(|question| QuestionView::new(question, supposed)).collect(),
        }
    }
}
