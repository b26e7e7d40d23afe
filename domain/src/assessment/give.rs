//! Giving an assessment: one for each requirement, procedure and calendar year; a second revises the first.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    Assessment, AssessmentVersion, Content, Contradiction, Procedure, Proposal,
    cost::{CostElement, Costing},
    count,
    estimate::CostEstimate,
    remind,
    rules::Rules,
};
use crate::{
    actor::BusinessActor,
    business::Business,
    clerk::{Clerk, Happening},
    compliance::{self, Refusal},
    digest::Digest,
    error::{Fix, Violation},
    event::EventKind,
    ids::{AssessmentRef, BusinessId, CostEstimateId},
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    record::Stored,
    requirement::condition::{Facts, Truth},
    text::Text,
    time::Stamp,
    transfer,
};

/// An assessment to give.
#[derive(Debug, Clone, PartialEq)]
pub struct GiveCommand {
    /// Who asks.
    pub on_behalf: OnBehalf,
    /// The requirement, by code.
    pub requirement: String,
    /// Within which procedure.
    pub procedure: Procedure,
    /// How clear it is, 1 to 5.
    pub clarity: Option<u8>,
    /// How feasible it is, 1 to 5.
    pub feasibility: Option<u8>,
    /// Requirements that it duplicates, by code.
    pub duplicates: Vec<String>,
    /// What it contradicts.
    pub contradictions: Vec<Contradiction>,
    /// What it costs: elements for the calculator.
    pub costs: Option<Vec<CostElement>>,
    /// What it costs: an estimate made before.
    pub cost_estimate: Option<CostEstimateId>,
    /// How it should be changed.
    pub proposal: Option<Proposal>,
    /// Whether developers may learn who says it.
    pub disclose_identity: bool,
}

/// An assessment that was accepted, with its receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// The assessment.
    pub assessment: Assessment,
    /// The receipt.
    pub receipt: Receipt,
}

/// Gives an assessment, or revises that of this year.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn give(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &GiveCommand,
    received: &Received,
    mut stamp: Stamp,
) -> Result<Accepted, Refusal> {
    let (actor, business) = compliance::business(tx, &command.on_behalf)?;
    let content = examined(tx, clerk, command, &business, &stamp)?;
    let rules = rules(clerk, &stamp)?.clone();
    let assessment = keep(tx, command, &actor, content, &mut stamp)?;
    count::count(tx, &clerk.registry, rules.least_businesses, &assessment)?;
    transfer::follow(tx, &assessment, &stamp)?;
    remind::begin(tx, &actor.business, stamp.now.plus(rules.term()))?;
    let receipt = accept(tx, clerk, &assessment, (&actor, received), &mut stamp)?;
    Ok(Accepted { assessment, receipt })
}

/// The rules in force at the stamp's moment.
///
/// # Errors
/// Where the registry has none, which a test forbids.
pub fn rules<'c>(clerk: &'c Clerk, stamp: &Stamp) -> Result<&'c Rules, StoreError> {
    let rules = clerk.registry.assessing().and_then(|rules| rules.on(stamp.now.moscow_date()));
    rules.ok_or_else(|| StoreError::Corrupt("the registry has no rules of assessment".into()))
}

/// The id by which authorities know an assessment, and the name by which they know who gave it: digests with the
/// store's secret, so that neither tells anything, nor joins one requirement's with another's.
pub(crate) fn pseudonym(salt: &[u8], parts: &[&str]) -> String {
    let mut bytes = salt.to_vec();
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part.as_bytes());
    }
    let digest = Digest::of(&bytes);
    digest.as_bytes()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn reference(
    tx: &mut dyn Tx,
    business: &BusinessId,
    command: &GiveCommand,
    year: i16,
) -> Result<AssessmentRef, StoreError> {
    let salt = tx.assessments().salt()?;
    let (procedure, year): (&str, String) = (command.procedure.into(), year.to_string());
    let parts = ["reference", business.as_str(), &command.requirement, procedure, &year];
    let text = format!("asr_{}", pseudonym(&salt, &parts));
    Ok(text.parse().expect("hexadecimal digits make an id"))
}

fn keep(
    tx: &mut dyn Tx,
    command: &GiveCommand,
    actor: &BusinessActor,
    content: Content,
    stamp: &mut Stamp,
) -> Result<Assessment, StoreError> {
    let (now, year) = (stamp.now, stamp.now.moscow_date().year());
    let (business, requirement, procedure) = (&actor.business, &command.requirement, command.procedure);
    let newest = tx.assessments().newest(business, requirement, procedure)?;
    if let Some(mut current) = newest.filter(|newest| newest.year == year) {
        // What says something new awaits a word of its own, whatever was decided of what it said before.
        current.said_in = current.version + 1;
        revise(tx, &mut current, content, stamp)?;
        return Ok(current);
    }
    let assessment = Assessment {
        id: stamp.id(),
        reference: reference(tx, business, command, year)?,
        business: business.clone(),
        requirement: requirement.clone(),
        procedure,
        year,
        content,
        considerations: Vec::new(),
        version: 1,
        said_in: 1,
        given_at: now,
        revised_at: now,
    };
    tx.assessments().insert(&assessment)?;
    Ok(assessment)
}

/// Puts new content in the place of the old, which stays in the history.
pub(super) fn revise(
    tx: &mut dyn Tx,
    current: &mut Assessment,
    content: Content,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    let content = std::mem::replace(&mut current.content, content);
    tx.assessments().insert_version(&AssessmentVersion {
        assessment: current.id.clone(),
        version: current.version,
        content,
        at: current.revised_at,
    })?;
    current.version += 1;
    current.revised_at = stamp.now;
    tx.assessments().update(current)
}

fn accept(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    assessment: &Assessment,
    who: (&BusinessActor, &Received),
    stamp: &mut Stamp,
) -> Result<Receipt, StoreError> {
    let Assessment { id, business, requirement, procedure, year, content, version, .. } = assessment;
    let happening = Happening {
        kind: EventKind::AssessmentGiven,
        business,
        // No authority: its feed names the business, and the business may not wish to be named.
        authority: None,
        subject: id.as_str(),
        data: json!({ "requirement": requirement, "procedure": procedure, "year": year, "version": version }),
    };
    let document = json!({ "assessment": id, "requirement": requirement, "procedure": procedure, "year": year,
        "version": version, "content": content });
    clerk.accept(tx, happening, (Act::Assessed, &document), who, stamp)
}

/// What the command says, if all of it holds.
fn examined(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &GiveCommand,
    business: &Business,
    stamp: &Stamp,
) -> Result<Content, Refusal> {
    let mut violations = assessable(clerk, &command.requirement, business, stamp);
    violations.extend(marks(clerk, command));
    let given = (command.costs.as_deref(), command.cost_estimate.as_ref());
    let fits = |code: &str| code == command.requirement;
    let costs = match costs(tx, clerk, given, fits, (business, stamp)) {
        Ok(costs) => costs,
        Err(Refusal::Invalid(found)) => {
            violations.extend(found);
            None
        }
        Err(other) => return Err(other),
    };
    if !violations.is_empty() {
        return Err(Refusal::Invalid(violations));
    }
    let GiveCommand { clarity, feasibility, duplicates, contradictions, proposal, disclose_identity, .. } =
        command.clone();
    Ok(Content { clarity, feasibility, duplicates, contradictions, costs, proposal, disclose_identity })
}

/// Only a requirement in force that stands on the business's list can be assessed, or costed.
pub(super) fn assessable(clerk: &Clerk, code: &str, business: &Business, stamp: &Stamp) -> Vec<Violation> {
    let list = text(
        "Возьмите код из перечня требований бизнеса.",
        "Take a code from the business's list of requirements.",
    );
    let Some(entry) = clerk.registry.requirement(code) else {
        let detail = text(
            &format!("Требования «{code}» в реестре нет."),
            &format!("The registry has no requirement “{code}”."),
        );
        return vec![violation("/requirement", "unknown-requirement", detail, list)];
    };
    if !entry.requirement.is_in_force(stamp.now.moscow_date()) {
        let detail = text(
            "Требование сегодня не действует, поэтому не оценивается.",
            "The requirement is not in force today, so it cannot be assessed.",
        );
        let fix = text(
            "Мнение о проектируемом требовании подаётся по проекту акта.",
            "Give an opinion on a requirement being drafted through its draft act.",
        );
        return vec![violation("/requirement", "not-in-force", detail, fix)];
    }
    if entry.requirement.applies_when.truth(Facts(&business.profile)) == Truth::False {
        let detail = text(
            "Требование не относится к этому бизнесу.",
            "The requirement does not concern this business.",
        );
        return vec![violation("/requirement", "not-on-list", detail, list)];
    }
    Vec::new()
}

fn marks(clerk: &Clerk, command: &GiveCommand) -> Vec<Violation> {
    let mut found = Vec::new();
    if is_empty(command) {
        let detail = text("Оценка пуста.", "The assessment is empty.");
        let fix = text(
            "Дайте хотя бы одно: clarity, feasibility, duplicates, contradictions, costs, cost_estimate, proposal.",
            "Give at least one of clarity, feasibility, duplicates, contradictions, costs, cost_estimate, proposal.",
        );
        found.push(violation("", "empty-assessment", detail, fix));
    }
    found.extend(others(clerk, &command.requirement, &command.duplicates, &command.contradictions));
    found
}

/// What is wrong with the other requirements that are named against `own`.
pub(crate) fn others(
    clerk: &Clerk,
    own: &str,
    duplicates: &[String],
    contradictions: &[Contradiction],
) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, code) in duplicates.iter().enumerate() {
        let repeated = !seen.insert(code);
        found.extend(other(clerk, own, code, repeated, &format!("/duplicates/{index}")));
    }
    for (index, contradiction) in contradictions.iter().enumerate() {
        let at = format!("/contradictions/{index}");
        match &contradiction.requirement {
            Some(code) => found.extend(other(clerk, own, code, false, &format!("{at}/requirement"))),
            None if contradiction.act.is_none() => found.push(violation(
                &at,
                "contradicts-nothing",
                text(
                    "Не сказано, чему требование противоречит.",
                    "It is not said what the requirement contradicts.",
                ),
                text("Дайте requirement или act.", "Give requirement or act."),
            )),
            None => {}
        }
    }
    found
}

fn is_empty(command: &GiveCommand) -> bool {
    let GiveCommand {
        clarity, feasibility, duplicates, contradictions, costs, cost_estimate, proposal, ..
    } = command;
    clarity.is_none()
        && feasibility.is_none()
        && duplicates.is_empty()
        && contradictions.is_empty()
        && costs.is_none()
        && cost_estimate.is_none()
        && proposal.is_none()
}

/// What is wrong with naming another requirement.
fn other(clerk: &Clerk, own: &str, code: &str, repeated: bool, at: &str) -> Option<Violation> {
    let fix = text(
        "Возьмите код другого требования из реестра.",
        "Take another requirement's code from the registry.",
    );
    let detail = if code == own {
        text("Требование названо само против себя.", "The requirement is named against itself.")
    } else if repeated {
        text("Код назван дважды.", "The code is named twice.")
    } else if clerk.registry.requirement(code).is_none() {
        text(
            &format!("Требования «{code}» в реестре нет."),
            &format!("The registry has no requirement “{code}”."),
        )
    } else {
        return None;
    };
    Some(violation(at, "unknown-requirement", detail, fix))
}

/// What it costs, by elements or by an estimate made before of a requirement that `fits`.
pub(crate) fn costs(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    given: (Option<&[CostElement]>, Option<&CostEstimateId>),
    fits: impl Fn(&str) -> bool,
    (business, stamp): (&Business, &Stamp),
) -> Result<Option<Costing>, Refusal> {
    match given {
        (None, None) => Ok(None),
        (Some(elements), None) => {
            super::estimate::costing(clerk, elements, "/costs/elements", stamp).map(Some)
        }
        (None, Some(id)) => {
            let found = Stored::<CostEstimate>::find(tx, &business.id, id)?;
            let fitting = found.filter(|found| fits(&found.body.requirement));
            let missing = || {
                Refusal::because(
                    "/cost_estimate",
                    "unknown-estimate",
                    text(
                        "Такого расчёта издержек по этому требованию нет.",
                        "There is no such cost estimate for this requirement.",
                    ),
                    text("Сделайте расчёт: POST cost-estimates.", "Make an estimate: POST cost-estimates."),
                )
            };
            Ok(Some(fitting.ok_or_else(missing)?.body.costing))
        }
        (Some(_), Some(_)) => Err(Refusal::because(
            "/cost_estimate",
            "one-costing",
            text("Издержки даны дважды.", "The costs are given twice."),
            text("Оставьте costs или cost_estimate.", "Keep costs or cost_estimate."),
        )),
    }
}

pub(crate) fn text(ru: &str, en: &str) -> Text {
    Text { ru: ru.to_owned(), en: en.to_owned() }
}

pub(crate) fn violation(pointer: &str, code: &str, detail: Text, fix: Text) -> Violation {
    Violation { pointer: pointer.to_owned(), code: code.to_owned(), detail, fix: Fix::say(fix) }
}
