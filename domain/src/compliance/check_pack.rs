//! Results of check packs (4.8.1.3/1): the business's program judged the rules on its own ledgers and reports how they
//! came out, with the few figures that the pack lets it report and nothing more.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Refusal, actor};
use crate::{
    clerk::{Clerk, Happening},
    digest::Digest,
    error::{Fix, Violation},
    event::EventKind,
    ids::{AuthorityId, PackResultId},
    mandate::OnBehalf,
    ports::store::Tx,
    receipt::{Act, Receipt, Received},
    record::{Kept, RecordKind, Stored},
    requirement::check_pack::{CheckPack, Outcome, PackRule},
    text::Text,
    time::{Stamp, Timestamp},
};

mod mend;

/// What a program reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The pack, by code.
    pub pack: String,
    /// The version that was run.
    pub version: i64,
    /// The period of the ledgers.
    pub period: Period,
    /// How each rule came out.
    pub verdicts: Vec<RuleVerdict>,
    /// Documents that the business keeps as proof.
    pub evidence: Vec<NamedDigest>,
    /// Figures by name; only those that the pack reports.
    pub facts: Map<String, Value>,
}

/// A period of whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ReportPeriod))]
pub struct Period {
    /// The first day.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-01"))]
    pub from: Date,
    /// The last day.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-15"))]
    pub to: Date,
}

/// How a rule came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RuleVerdict {
    /// The rule.
    #[cfg_attr(feature = "schema", schema(example = "receipts-equal-revenue"))]
    pub rule: String,
    /// How it came out.
    pub outcome: Outcome,
}

/// A document that the business keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NamedDigest {
    /// What it is.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 200, example = "Z-отчёт 2026-11-15"))]
    pub name: String,
    /// SHA-256 of it.
    pub digest: Digest,
}

/// A result of a check pack as kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackResult {
    /// The pack, by code.
    pub pack: String,
    /// The version that was run.
    pub version: i64,
    /// What the pack shows compliance with, by code.
    pub requirements: Vec<String>,
    /// The period for which it is valid.
    pub period: Period,
    /// The worst of the verdicts.
    pub outcome: Outcome,
    /// How each rule came out, in the pack's order.
    pub verdicts: Vec<RuleVerdict>,
    /// The rules that the gateway judged itself, by the figures reported.
    pub recomputed: Vec<String>,
    /// Documents that the business keeps as proof.
    pub evidence: Vec<NamedDigest>,
    /// The figures reported.
    pub facts: Map<String, Value>,
}

impl Kept for PackResult {
    const KIND: RecordKind = RecordKind::PackResult;
    type Id = PackResultId;

    fn requirement(&self) -> Option<&str> {
        match self.requirements.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    fn authority(&self) -> Option<&AuthorityId> {
        None
    }

    fn state(&self) -> &'static str {
        self.outcome.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        None
    }
}

/// A result with the receipt for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// The result.
    pub result: Stored<PackResult>,
    /// The receipt.
    pub receipt: Receipt,
}

/// Accepts the result of a check pack. What the reported figures decide is judged again, and a verdict that contradicts
/// them is refused.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn report(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (on_behalf, report): (&OnBehalf, &Report),
    received: &Received,
    mut stamp: Stamp,
) -> Result<Reported, Refusal> {
    let actor = actor(tx, on_behalf)?;
    let pack = clerk.registry.checks().pack(&report.pack);
    let pack = pack.ok_or_else(|| Refusal::Invalid(vec![mend::unknown_pack(&report.pack)]))?;
    let violations = violations(pack, report, stamp.now.moscow_date());
    if !violations.is_empty() {
        return Err(Refusal::Invalid(violations));
    }
    let result = Stored::insert(tx, &actor.business, kept(pack, report), &mut stamp)?;
    let document = json!({ "check_pack_result": result.id, "document": result.body });
    let PackResult { outcome, period, requirements, version, .. } = &result.body;
    let happening = Happening {
        kind: EventKind::CheckPackReported,
        business: &result.business,
        authority: None,
        subject: result.id.as_str(),
        data: json!({ "pack": pack.code, "version": version, "outcome": outcome, "period": period,
            "requirements": requirements }),
    };
    let receipt =
        clerk.accept(tx, happening, (Act::PackReported, &document), (&actor, received), &mut stamp)?;
    Ok(Reported { result, receipt })
}

/// What is wrong with a report, all of it.
fn violations(pack: &CheckPack, report: &Report, today: Date) -> Vec<Violation> {
    if report.version != pack.version {
        // The rules of another version are others: nothing else can be told.
        return vec![mend::another_version(pack)];
    }
    let mut violations = Vec::new();
    let Period { from, to } = report.period;
    if to < from || to > today {
        violations.push(mend::period(to < from, today));
    }
    for (name, figure) in &report.facts {
        match pack.input(name).filter(|_| pack.report.contains(name)) {
            None => violations.push(mend::unasked(pack, name)),
            Some(input) if !input.kind.fits(figure) => violations.push(mend::misfit(input)),
            Some(_) => {}
        }
    }
    for (place, verdict) in report.verdicts.iter().enumerate() {
        let twice = report.verdicts[..place].iter().any(|before| before.rule == verdict.rule);
        match pack.rules.iter().find(|rule| rule.id == verdict.rule) {
            None => violations.push(mend::unknown_rule(place, pack)),
            Some(_) if twice => violations.push(mend::told_twice(place, verdict)),
            Some(rule) => violations.extend(contradiction(pack, rule, place, verdict.outcome, report)),
        }
    }
    let told = |rule: &&PackRule| report.verdicts.iter().any(|verdict| verdict.rule == rule.id);
    let silent: Vec<&str> =
        pack.rules.iter().filter(|rule| !told(rule)).map(|rule| rule.id.as_str()).collect();
    if !silent.is_empty() {
        violations.push(mend::silent(&silent));
    }
    violations
}

/// An outcome that the rule cannot have, or that the reported figures contradict.
fn contradiction(
    pack: &CheckPack,
    rule: &PackRule,
    place: usize,
    told: Outcome,
    report: &Report,
) -> Option<Violation> {
    let worst = Outcome::from(rule.severity);
    if told != Outcome::Pass && told != worst {
        return Some(mend::impossible(place, worst));
    }
    let own = pack.judge(rule, &report.facts).filter(|own| *own != told)?;
    Some(mend::contradicts(place, &rule.expression, own))
}

fn kept(pack: &CheckPack, report: &Report) -> PackResult {
    let Report { period, verdicts, evidence, facts, .. } = report;
    let told = |rule: &PackRule| verdicts.iter().find(|verdict| verdict.rule == rule.id).cloned();
    let judged = pack.rules.iter().filter(|rule| pack.judge(rule, facts).is_some());
    PackResult {
        pack: pack.code.clone(),
        version: pack.version,
        requirements: pack.requirements.clone(),
        period: *period,
        outcome: verdicts.iter().map(|verdict| verdict.outcome).max().unwrap_or(Outcome::Pass),
        verdicts: pack.rules.iter().filter_map(told).collect(),
        recomputed: judged.map(|rule| rule.id.clone()).collect(),
        evidence: evidence.clone(),
        facts: facts.clone(),
    }
}

#[cfg(test)]
#[path = "check_pack_tests.rs"]
mod tests;
