//! Completing: every question that is asked is answered, and the result is reckoned and signed.

use std::collections::BTreeSet;

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{CheckResult, Examined, RequirementResult, SelfCheck, ShownEvidence, happening, load, mend};
use crate::{
    actor::BusinessActor,
    clerk::{Clerk, Mover},
    compliance::{
        Refusal,
        checklist::{Answer, Score, Verdict, key},
        proof,
    },
    error::Violation,
    event::EventKind,
    ids::{BusinessId, SelfCheckId},
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    record::Stored,
    time::{Stamp, Timestamp},
};

/// A self-check with the receipt for its completion.
#[derive(Debug, Clone, PartialEq)]
pub struct Completed {
    /// The self-check.
    pub check: Stored<SelfCheck>,
    /// The receipt.
    pub receipt: Receipt,
}

/// Completes a self-check: every question that is asked must be answered. The result is signed, and each supervisor to
/// whose requirements documents were shown is told of them.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn complete(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (on_behalf, id, expected): (&OnBehalf, &SelfCheckId, Option<i64>),
    received: &Received,
    mut stamp: Stamp,
) -> Result<Completed, Refusal> {
    let (actor, mut check) = load(tx, on_behalf, id, expected)?;
    check.body.still_a_draft("complete")?;
    let asked = check.body.asked();
    let left = asked.iter().filter(|key| !check.body.answers.contains_key(*key));
    let left: Vec<Violation> =
        left.filter_map(|key| Some(mend::unanswered(key, check.body.question(key)?))).collect();
    if !left.is_empty() {
        return Err(Refusal::Invalid(left));
    }
    let evidence = evidence(tx, &actor.business, &check.body, &asked)?;
    let result = check.body.conclude(clerk, evidence, stamp.now);
    let document = json!({
        "self_check": check.id, "requirements": check.body.requirements, "answers": check.body.answers,
        "result": result,
    });
    check.body.result = Some(result);
    check.update(tx, stamp.now)?;
    let receipt = tell(tx, clerk, &check, &document, (&actor, received), &mut stamp)?;
    Ok(Completed { check, receipt })
}

/// The documents among the answers that count.
fn evidence(
    tx: &mut dyn Tx,
    business: &BusinessId,
    check: &SelfCheck,
    asked: &BTreeSet<String>,
) -> Result<Vec<ShownEvidence>, Refusal> {
    let mut shown = Vec::new();
    for part in &check.parts {
        for question in &part.questions {
            let key = key(&part.part, question);
            let answer = check.answers.get(&key).filter(|_| asked.contains(&key));
            let Some(Answer::Document { attachment_id, digest }) = answer else { continue };
            let named = (attachment_id.as_ref(), *digest);
            let document = proof::shown(tx, business, named, &mend::pointer(&key))?;
            let document = document.map_err(|violation| Refusal::Invalid(vec![violation]))?;
            shown.push(ShownEvidence { question: key, requirements: part.requirements.clone(), document });
        }
    }
    Ok(shown)
}

/// Tells the business, which is receipted, and each supervisor to whom documents were shown. A supervisor is told that it
/// was so and of which requirements; what it came to is read, and the reading recorded.
fn tell(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    check: &Stored<SelfCheck>,
    document: &Value,
    (actor, received): (&BusinessActor, &Received),
    stamp: &mut Stamp,
) -> Result<Receipt, StoreError> {
    let Some(result) = &check.body.result else {
        return Err(StoreError::Corrupt(format!("{} is completed without a result", check.id)));
    };
    let judged = result.requirements.iter().map(|one| json!({ "code": one.code, "verdict": one.verdict }));
    let facts = json!({ "verdict": result.verdict, "score": result.score.score, "valid_until": result.valid_until,
        "requirements": judged.collect::<Vec<_>>(), "evidence": result.evidence });
    let own = happening(check, EventKind::SelfCheckCompleted, None, facts);
    let sealed = clerk.accept(tx, own, (Act::SelfChecked, document), (actor, received), stamp)?;
    for authority in check.body.shown_to() {
        let codes: Vec<&String> = check.body.supervised_by(authority).map(|one| &one.code).collect();
        let fact = json!({ "requirements": codes });
        let told = happening(check, EventKind::SelfCheckCompleted, Some(authority), fact);
        clerk.tell(tx, told, &Mover::Business(actor), stamp)?;
    }
    Ok(sealed)
}

impl SelfCheck {
    /// The score of each part, in their order.
    fn scores(&self) -> Vec<Score> {
        self.parts.iter().map(|part| Score::of(&part.part, &part.questions, &self.answers)).collect()
    }

    fn conclude(&self, clerk: &Clerk, evidence: Vec<ShownEvidence>, now: Timestamp) -> CheckResult {
        let day = now.moscow_date();
        let (formula, terms) = (clerk.registry.checks().formula(), clerk.registry.checks().terms(day));
        let scores = self.scores();
        let judged = self.requirements.iter().filter_map(|Examined { code, version, .. }| {
            let (part, score) =
                self.parts.iter().zip(&scores).find(|(p, _)| p.requirements.contains(code))?;
            Some(RequirementResult {
                code: code.clone(),
                version: *version,
                verdict: score.verdict(terms),
                score: score.clone(),
                valid_until: day.saturating_add(i64::from(part.valid_days).days()),
            })
        });
        let requirements: Vec<RequirementResult> = judged.collect();
        CheckResult {
            verdict: requirements.iter().map(|one| one.verdict).max().unwrap_or(Verdict::NotApplicable),
            score: Score::sum(scores.iter()),
            valid_until: requirements.iter().map(|one| one.valid_until).min().unwrap_or(day),
            requirements,
            evidence,
            formula: formula.clone(),
            terms: terms.clone(),
            completed_at: now,
        }
    }
}
