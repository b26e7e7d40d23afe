//! Checklists: the questions by which a business examines its own compliance (4.7.3, 4.8.1.3/1).

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::model::Requirement;
use crate::text::Text;

/// A checklist for one requirement or for several that are examined together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// Stable code.
    pub code: String,
    /// Name.
    pub title: Text,
    /// What it examines, by code.
    pub requirements: Vec<String>,
    /// How many days its result stays valid.
    pub valid_days: u32,
    /// The questions in order.
    pub questions: Vec<Question>,
}

/// A question of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ChecklistQuestion))]
pub struct Question {
    /// Its code within the checklist.
    #[cfg_attr(feature = "schema", schema(example = "thermometers"))]
    pub id: String,
    /// The question.
    pub text: Text,
    /// What helps to answer it.
    pub hint: Text,
    /// How it is answered.
    pub kind: QuestionKind,
    /// How much it counts, from 1.
    #[cfg_attr(feature = "schema", schema(minimum = 1))]
    pub weight: u32,
    /// Whether failing it alone means that the requirement is not complied with.
    pub critical: bool,
    /// The answer that counts as compliance: `"yes"`, `{"at_least": "2"}` or `{"at_most": "0"}`. None: a document counts
    /// once it is shown, anything else is asked only to choose further questions and does not count.
    #[cfg_attr(feature = "schema", schema(value_type = serde_json::Value, example = "yes"))]
    pub expected: Option<Expected>,
    /// When it is asked; None always.
    pub when: Option<AskedWhen>,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum QuestionKind {
    /// Yes, no, or not applicable.
    YesNo,
    /// A number, or «no» where there is none to tell.
    Value,
    /// A document, or «no» where there is none to show.
    Document,
}

/// The answer that counts as compliance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// Yes.
    Yes,
    /// A number not less than this.
    AtLeast(Decimal),
    /// A number not more than this.
    AtMost(Decimal),
}

/// A question that another one opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AskedWhen {
    /// The other question, which comes before it in the same checklist.
    #[cfg_attr(feature = "schema", schema(example = "fridges"))]
    pub question: String,
    /// The answer to it.
    pub is: Word,
}

/// An answer in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = AnswerWord))]
pub enum Word {
    /// Yes.
    Yes,
    /// No.
    No,
    /// The question does not concern this business; it does not count.
    NotApplicable,
}

/// The rules of self-checks: the formula in words, and the sums and terms by the day from which they hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelfCheckRules {
    /// How the score and the verdict are reached.
    pub formula: Text,
    /// The versions, the earliest first.
    pub terms: Vec<SelfCheckTerms>,
}

/// The sums and terms of self-checks from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SelfCheckTerms {
    /// The day from which they hold.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2025-01-01"))]
    pub valid_from: Date,
    /// The lowest score that is compliance.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "90"))]
    pub compliant_from: Decimal,
    /// The lowest score that is compliance in part.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "50"))]
    pub partly_from: Decimal,
    /// The lowest score with which compliance may be declared.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "90"))]
    pub declare_from: Decimal,
    /// For how many years a declaration is registered.
    #[cfg_attr(feature = "schema", schema(example = 1))]
    pub declared_for_years: i64,
    /// The checklist of a requirement for which none was written.
    pub made: MadeTerms,
}

/// What counts how much in a checklist that the gateway makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MadeTerms {
    /// The weight of the question whether the requirement is met.
    #[cfg_attr(feature = "schema", schema(example = 5))]
    pub met_weight: u32,
    /// The weight of each document.
    #[cfg_attr(feature = "schema", schema(example = 2))]
    pub document_weight: u32,
    /// How many days its result stays valid, unless a piece of evidence stays fresh for less.
    #[cfg_attr(feature = "schema", schema(example = 365))]
    pub valid_days: u32,
}

/// The first question of a checklist that the gateway makes.
const MET: &str = "met";

impl Checklist {
    /// The checklist of a requirement for which none was written: first, critically, whether what it demands is done;
    /// if so, one document for each piece of evidence.
    pub fn made(requirement: &Requirement, terms: &MadeTerms) -> Self {
        let Requirement { code, title, text, evidence, .. } = requirement;
        let met = Question {
            id: MET.to_owned(),
            text: Text {
                ru: format!("Выполняется ли: {}?", bare(&text.ru)), en: met_in_english(&text.en)
            },
            hint: requirement.periodicity.clone(),
            kind: QuestionKind::YesNo,
            weight: terms.met_weight,
            critical: true,
            expected: Some(Expected::Yes),
            when: None,
        };
        let documents = evidence.iter().map(|one| Question {
            id: format!("evidence-{}", one.code),
            text: Text {
                ru: format!("Покажите документ: {}.", one.title.ru),
                en: format!("Show the document: {}.", one.title.en),
            },
            hint: Text {
                ru: "Вложение или дайджест документа, который хранится у вас; «нет», если его нет.".into(),
                en: "An attachment, or the digest of a document that you keep; `no` if there is none.".into(),
            },
            kind: QuestionKind::Document,
            weight: terms.document_weight,
            critical: false,
            expected: None,
            when: Some(AskedWhen { question: MET.to_owned(), is: Word::Yes }),
        });
        let fresh = evidence.iter().filter_map(|one| one.valid_days).min();
        Self {
            code: code.clone(),
            title: title.clone(),
            requirements: vec![code.clone()],
            valid_days: fresh.map_or(terms.valid_days, |days| days.min(terms.valid_days)),
            questions: std::iter::once(met).chain(documents).collect(),
        }
    }

    /// What is wrong within it: a question asked twice, or opened by one that does not come before it.
    pub fn objection(&self) -> Option<String> {
        let known = |until: usize, id: &str| self.questions[..until].iter().any(|before| before.id == id);
        for (place, question) in self.questions.iter().enumerate() {
            let id = &question.id;
            if known(place, id) {
                return Some(format!("the question `{id}` stands twice"));
            }
            let opener = question.when.as_ref().map(|when| &when.question);
            if let Some(unknown) = opener.filter(|opener| !known(place, opener)) {
                return Some(format!("`{unknown}`, which opens `{id}`, does not come before it"));
            }
            let fits = match (question.kind, &question.expected) {
                (_, None) | (QuestionKind::YesNo, Some(Expected::Yes)) => true,
                (QuestionKind::Value, Some(Expected::AtLeast(_) | Expected::AtMost(_))) => true,
                (QuestionKind::YesNo, Some(Expected::AtLeast(_) | Expected::AtMost(_)))
                | (QuestionKind::Value, Some(Expected::Yes))
                | (QuestionKind::Document, Some(_)) => false,
            };
            if !fits || question.weight == 0 {
                return Some(format!("`{id}` expects what cannot be answered, or weighs nothing"));
            }
        }
        None
    }
}

impl SelfCheckRules {
    /// The terms that hold on `day`; before the first day, those that came first.
    pub fn on(&self, day: Date) -> Option<&SelfCheckTerms> {
        let past = self.terms.iter().rev().find(|terms| terms.valid_from <= day);
        past.or_else(|| self.terms.first())
    }

    /// What is wrong with them.
    pub fn objection(&self) -> Option<String> {
        if self.terms.is_empty() {
            return Some("there are no terms".into());
        }
        let ordered = self.terms.is_sorted_by(|a, b| a.valid_from < b.valid_from);
        (!ordered).then(|| "the terms are not in the order of days".into())
    }
}

/// The sentence without its full stop, for a question.
fn bare(text: &str) -> &str {
    text.trim_end_matches(['.', ' '])
}

fn met_in_english(text: &str) -> String {
    format!("Is this done: {}?", bare(text))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn checklist(questions: Value) -> Checklist {
        serde_json::from_value(json!({
            "code": "CHK-1", "title": { "ru": "т", "en": "t" }, "requirements": ["OT-001"], "valid_days": 30,
            "questions": questions,
        }))
        .expect("it is a checklist")
    }

    fn question(id: &str, kind: &str, expected: Value, when: Value) -> Value {
        let text = json!({ "ru": "в", "en": "q" });
        json!({ "id": id, "text": text, "hint": text, "kind": kind, "weight": 1, "critical": false,
            "expected": expected, "when": when })
    }

    #[test]
    fn a_checklist_asks_each_thing_once_and_in_order() {
        let opened = json!({ "question": "a", "is": "yes" });
        let good = json!([
            question("a", "yes_no", json!("yes"), Value::Null),
            question("b", "value", json!({ "at_most": 4.5 }), opened),
            question("c", "document", Value::Null, Value::Null),
        ]);
        assert_eq!(checklist(good).objection(), None);
        for bad in [
            json!([
                question("a", "yes_no", json!("yes"), Value::Null),
                question("a", "yes_no", json!("yes"), Value::Null)
            ]),
            json!([question("b", "yes_no", json!("yes"), json!({ "question": "a", "is": "yes" }))]),
            json!([question("b", "yes_no", json!("yes"), json!({ "question": "b", "is": "yes" }))]),
            json!([question("a", "yes_no", json!({ "at_least": 1 }), Value::Null)]),
            json!([question("a", "document", json!("yes"), Value::Null)]),
        ] {
            assert!(checklist(bad.clone()).objection().is_some(), "{bad}");
        }
    }

    #[test]
    fn the_terms_are_those_of_the_day() {
        let terms = |day: &str, from: &str| {
            json!({ "valid_from": day, "compliant_from": from, "partly_from": "50", "declare_from": "90",
                "declared_for_years": 1, "made": { "met_weight": 5, "document_weight": 2, "valid_days": 365 } })
        };
        let rules: SelfCheckRules = serde_json::from_value(json!({
            "formula": { "ru": "ф", "en": "f" }, "terms": [terms("2025-01-01", "80"), terms("2026-01-01", "90")],
        }))
        .expect("they are rules");
        let from = |day: &str| {
            rules.on(day.parse().expect("a day")).expect("there are terms").compliant_from.to_string()
        };
        assert_eq!([from("2024-05-05"), from("2025-12-31"), from("2026-01-01")], ["80", "80", "90"]);
    }
}
