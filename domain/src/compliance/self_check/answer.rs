//! Answering: partial input is kept and can be resumed.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{SelfCheck, load, mend};
use crate::{
    compliance::{Refusal, checklist::Answer, proof},
    error::Violation,
    ids::SelfCheckId,
    mandate::OnBehalf,
    merge_patch::merge_patched,
    ports::store::Tx,
    record::Stored,
    time::Timestamp,
};

/// Answers, or withdraws answers, by a merge patch of them; what is not named stays.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerCommand {
    /// Who asks, for whom.
    pub on_behalf: OnBehalf,
    /// Which self-check.
    pub id: SelfCheckId,
    /// The version the caller has seen.
    pub expected: i64,
    /// RFC 7396 merge patch of the answers by key.
    pub patch: Map<String, Value>,
}

/// Takes answers over. Partial input is kept.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn answer(
    tx: &mut dyn Tx,
    command: &AnswerCommand,
    now: Timestamp,
) -> Result<Stored<SelfCheck>, Refusal> {
    let (actor, mut check) = load(tx, &command.on_behalf, &command.id, Some(command.expected))?;
    check.body.still_a_draft("answer")?;
    let known = serde_json::to_value(&check.body.answers).expect("answers are plain JSON");
    let known = known.as_object().cloned().unwrap_or_default();
    let merged = merge_patched(&known, &command.patch);
    let mut violations = Vec::new();
    for key in command.patch.keys() {
        match read(&check.body, key, merged.get(key)) {
            Ok(Some(answer)) => drop(check.body.answers.insert(key.clone(), answer)),
            Ok(None) => drop(check.body.answers.remove(key)),
            Err(violation) => violations.push(*violation),
        }
    }
    let asked = check.body.asked();
    for key in command.patch.keys() {
        let Some(answer) = check.body.answers.get(key) else { continue };
        if !asked.contains(key) {
            violations.push(mend::hidden(key, check.body.question(key)));
        } else if let Answer::Document { attachment_id, digest } = answer {
            let named = (attachment_id.as_ref(), *digest);
            violations.extend(proof::shown(tx, &actor.business, named, &mend::pointer(key))?.err());
        }
    }
    if !violations.is_empty() {
        return Err(Refusal::Invalid(violations));
    }
    check.update(tx, now)?;
    Ok(check)
}

/// The answer to a question; None where it was withdrawn.
fn read(check: &SelfCheck, key: &str, given: Option<&Value>) -> Result<Option<Answer>, Box<Violation>> {
    let question = check.question(key).ok_or_else(|| mend::unknown(key))?;
    let Some(given) = given else { return Ok(None) };
    let answer = Answer::deserialize(given).ok().filter(|answer| answer.fits(question.kind));
    answer.map(Some).ok_or_else(|| mend::misfit(key, question.kind).into())
}
