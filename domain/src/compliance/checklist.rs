//! Answers to a checklist: which questions are asked, what counts as met, and the score (4.7.3, 4.8.1.3/1).

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::{
    digest::Digest,
    ids::AttachmentId,
    requirement::checklist::{Expected, Question, QuestionKind, SelfCheckTerms, Word},
};

/// An answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Answer {
    /// In a word.
    Said {
        /// The word; `no` also where a number or a document was asked for and there is none.
        answer: Word,
    },
    /// A number.
    Value {
        /// The number as a decimal string.
        value: Decimal,
    },
    /// A document: an attachment, or the digest of what the business keeps.
    Document {
        /// The attachment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attachment_id: Option<AttachmentId>,
        /// SHA-256 of the document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<Digest>,
    },
}

impl Answer {
    /// Whether it answers a question of this kind.
    pub fn fits(&self, kind: QuestionKind) -> bool {
        match (self, kind) {
            (Self::Said { .. }, QuestionKind::YesNo)
            | (Self::Said { answer: Word::No }, QuestionKind::Value | QuestionKind::Document)
            | (Self::Value { .. }, QuestionKind::Value) => true,
            (Self::Document { attachment_id, digest }, QuestionKind::Document) => {
                attachment_id.is_some() || digest.is_some()
            }
            (Self::Said { .. }, QuestionKind::Value | QuestionKind::Document)
            | (Self::Value { .. }, QuestionKind::YesNo | QuestionKind::Document)
            | (Self::Document { .. }, QuestionKind::YesNo | QuestionKind::Value) => false,
        }
    }

    /// Whether it is what the question expects; None where the question does not count with this answer.
    fn meets(&self, question: &Question) -> Option<bool> {
        match (self, &question.expected) {
            (Self::Said { answer: Word::NotApplicable }, _) => None,
            (Self::Document { .. }, _) => Some(true),
            (Self::Said { answer }, None) => {
                let document = question.kind == QuestionKind::Document;
                document.then_some(*answer == Word::Yes)
            }
            (Self::Value { .. }, None) => None,
            (Self::Said { answer }, Some(Expected::Yes)) => Some(*answer == Word::Yes),
            (Self::Value { value }, Some(Expected::AtLeast(least))) => Some(value >= least),
            (Self::Value { value }, Some(Expected::AtMost(most))) => Some(value <= most),
            (Self::Said { .. }, Some(Expected::AtLeast(_) | Expected::AtMost(_)))
            | (Self::Value { .. }, Some(Expected::Yes)) => Some(false),
        }
    }
}

/// Answers by the question's key: the checklist's part of it, and the question's id.
pub type Answers = BTreeMap<String, Answer>;

/// The key of a question: `OT-021/thermometers`.
pub fn key(part: &str, question: &Question) -> String {
    format!("{part}/{}", question.id)
}

/// The questions that are asked, given the answers so far: one that another opens is asked once that is asked itself
/// and answered so.
pub fn asked<'q>(part: &str, questions: &'q [Question], answers: &Answers) -> Vec<&'q Question> {
    let mut asked: Vec<&Question> = Vec::with_capacity(questions.len());
    for question in questions {
        let opened = question.when.as_ref().is_none_or(|when| {
            let opener = asked.iter().find(|before| before.id == when.question);
            let given = opener.and_then(|opener| answers.get(&key(part, opener)));
            matches!(given, Some(Answer::Said { answer }) if *answer == when.is)
        });
        if opened {
            asked.push(question);
        }
    }
    asked
}

/// Whether a requirement is complied with, by the business's own word; the later, the worse.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ComplianceVerdict))]
pub enum Verdict {
    /// No question of it concerns the business.
    NotApplicable,
    /// Complied with.
    Compliant,
    /// Complied with in part.
    Partly,
    /// Not complied with.
    NotCompliant,
}

/// What the answers come to. Its numbers are what the formula takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = CheckScore))]
pub struct Score {
    /// 0 to 100 in hundredths; null where nothing applies.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, example = "87.50"))]
    pub score: Option<Decimal>,
    /// The weight of the questions that apply.
    #[cfg_attr(feature = "schema", schema(example = 24))]
    pub weight_applicable: u64,
    /// The weight of those that are met.
    #[cfg_attr(feature = "schema", schema(example = 21))]
    pub weight_met: u64,
    /// Keys of critical questions that are not met.
    #[cfg_attr(feature = "schema", schema(example = json!(["OT-021/thermometers"])))]
    pub critical_unmet: Vec<String>,
}

impl Score {
    /// Counts the questions that are asked; one without an answer counts as not met.
    pub fn of(part: &str, questions: &[Question], answers: &Answers) -> Self {
        let (mut applicable, mut met, mut critical_unmet) = (0, 0, Vec::new());
        for question in asked(part, questions, answers) {
            let key = key(part, question);
            let meets = match answers.get(&key) {
                Some(answer) => answer.meets(question),
                None => Some(false),
            };
            let Some(meets) = meets else { continue };
            applicable += u64::from(question.weight);
            if meets {
                met += u64::from(question.weight);
            } else if question.critical {
                critical_unmet.push(key);
            }
        }
        Self::new(applicable, met, critical_unmet)
    }

    /// 100 · met / applicable, half a hundredth upwards.
    fn new(weight_applicable: u64, weight_met: u64, critical_unmet: Vec<String>) -> Self {
        let share = Decimal::from(weight_met * 100).checked_div(Decimal::from(weight_applicable));
        let score =
            share.map(|share| share.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero));
        Self { score, weight_applicable, weight_met, critical_unmet }
    }

    /// Several together: their weights summed.
    pub fn sum<'s>(scores: impl Iterator<Item = &'s Self>) -> Self {
        let (mut applicable, mut met, mut critical_unmet) = (0, 0, Vec::new());
        for score in scores {
            applicable += score.weight_applicable;
            met += score.weight_met;
            critical_unmet.extend(score.critical_unmet.iter().cloned());
        }
        Self::new(applicable, met, critical_unmet)
    }

    /// The verdict by the terms; a critical question that is not met leaves only one.
    pub fn verdict(&self, terms: &SelfCheckTerms) -> Verdict {
        match self.score {
            None => Verdict::NotApplicable,
            Some(_) if !self.critical_unmet.is_empty() => Verdict::NotCompliant,
            Some(score) if score >= terms.compliant_from => Verdict::Compliant,
            Some(score) if score >= terms.partly_from => Verdict::Partly,
            Some(_) => Verdict::NotCompliant,
        }
    }
}

#[cfg(test)]
#[path = "checklist_tests.rs"]
mod tests;
