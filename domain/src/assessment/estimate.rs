//! Cost estimates and reports of costs borne: kept as records of the business.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    cost::{CostElement, Costing},
    give::{assessable, text},
    number::{Money, Number},
};
use crate::{
    clerk::{Clerk, Happening},
    compliance::{self, Refusal},
    event::EventKind,
    ids::{AuthorityId, CostEstimateId, CostReportId},
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    record::{Kept, RecordKind, Stored},
    time::{Stamp, Timestamp},
};

/// An estimate of what a requirement costs in a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostEstimate {
    /// The requirement, by code.
    pub requirement: String,
    /// What was computed.
    pub costing: Costing,
}

/// What a requirement cost in a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostReport {
    /// The requirement, by code.
    pub requirement: String,
    /// The period.
    pub period: Period,
    /// The sum.
    pub amount: Money,
}

/// A period of whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = CostPeriod))]
pub struct Period {
    /// Its first day.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-01-01"))]
    pub from: Date,
    /// Its last day.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-09-30"))]
    pub until: Date,
}

impl Kept for CostEstimate {
    const KIND: RecordKind = RecordKind::CostEstimate;
    type Id = CostEstimateId;

    fn requirement(&self) -> Option<&str> {
        Some(&self.requirement)
    }

    fn authority(&self) -> Option<&AuthorityId> {
        None
    }

    fn state(&self) -> &'static str {
        "made"
    }

    fn due_at(&self) -> Option<Timestamp> {
        None
    }
}

impl Kept for CostReport {
    const KIND: RecordKind = RecordKind::CostReport;
    type Id = CostReportId;

    fn requirement(&self) -> Option<&str> {
        Some(&self.requirement)
    }

    fn authority(&self) -> Option<&AuthorityId> {
        None
    }

    fn state(&self) -> &'static str {
        "made"
    }

    fn due_at(&self) -> Option<Timestamp> {
        None
    }
}

/// An estimate to make.
#[derive(Debug, Clone, PartialEq)]
pub struct EstimateCommand {
    /// Who asks.
    pub on_behalf: OnBehalf,
    /// The requirement, by code.
    pub requirement: String,
    /// What is done for it.
    pub elements: Vec<CostElement>,
}

/// A report to make.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportCommand {
    /// Who asks.
    pub on_behalf: OnBehalf,
    /// The requirement, by code.
    pub requirement: String,
    /// The period.
    pub period: Period,
    /// The sum in roubles.
    pub amount: Number,
}

/// Computes and keeps an estimate.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn estimate(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &EstimateCommand,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<CostEstimate>, Receipt), Refusal> {
    let (actor, business) = compliance::business(tx, &command.on_behalf)?;
    let mut violations = assessable(clerk, &command.requirement, &business, &stamp);
    let computed = costing(clerk, &command.elements, "/elements", &stamp);
    let costing = match computed {
        Ok(costing) if violations.is_empty() => costing,
        Ok(_) => return Err(Refusal::Invalid(violations)),
        Err(Refusal::Invalid(found)) => {
            violations.extend(found);
            return Err(Refusal::Invalid(violations));
        }
        Err(other) => return Err(other),
    };
    let body = CostEstimate { requirement: command.requirement.clone(), costing };
    let kept = Stored::insert(tx, &actor.business, body, &mut stamp)?;
    let (id, body) = (kept.id.as_str(), &kept.body);
    let happening = Happening {
        kind: EventKind::CostEstimated,
        business: &actor.business,
        authority: None,
        subject: id,
        data: json!({ "requirement": body.requirement, "total": body.costing.total }),
    };
    let document = document(id, &kept.body);
    let act = (Act::CostEstimated, &document);
    let receipt = clerk.accept(tx, happening, act, (&actor, received), &mut stamp)?;
    Ok((kept, receipt))
}

/// Keeps a report of costs borne.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn report(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &ReportCommand,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<CostReport>, Receipt), Refusal> {
    let actor = compliance::actor(tx, &command.on_behalf)?;
    reportable(clerk, command, &stamp)?;
    let ReportCommand { on_behalf: _, requirement, period, amount } = command;
    let amount = Money { amount: Number::money(amount.value()), currency: currency(clerk)? };
    let body = CostReport { requirement: requirement.clone(), period: *period, amount };
    let kept = Stored::insert(tx, &actor.business, body, &mut stamp)?;
    let id = kept.id.as_str();
    let happening = Happening {
        kind: EventKind::CostReported,
        business: &actor.business,
        authority: None,
        subject: id,
        data: json!({ "requirement": requirement, "period": period, "amount": kept.body.amount }),
    };
    let document = document(id, &kept.body);
    let act = (Act::CostReported, &document);
    let receipt = clerk.accept(tx, happening, act, (&actor, received), &mut stamp)?;
    Ok((kept, receipt))
}

fn document(id: &str, body: &impl Serialize) -> Value {
    json!({ "id": id, "content": body })
}

/// What was borne may have been borne for a requirement that is no longer in force; the registry must know it.
fn reportable(clerk: &Clerk, command: &ReportCommand, stamp: &Stamp) -> Result<(), Refusal> {
    if clerk.registry.requirement(&command.requirement).is_none() {
        return Err(Refusal::because(
            "/requirement",
            "unknown-requirement",
            text("Такого требования в реестре нет.", "The registry has no such requirement."),
            text("Возьмите код из реестра требований.", "Take a code from the registry of requirements."),
        ));
    }
    let Period { from, until } = command.period;
    if from > until || until > stamp.now.moscow_date() {
        return Err(Refusal::because(
            "/period",
            "period",
            text(
                "Период должен начаться не позже, чем кончиться, и уже пройти.",
                "The period must begin before it ends, and be over.",
            ),
            text("Исправьте from и until.", "Mend from and until."),
        ));
    }
    Ok(())
}

fn currency(clerk: &Clerk) -> Result<String, StoreError> {
    let rates = clerk.registry.cost().map(|rates| rates.currency.clone());
    rates.ok_or_else(no_rates)
}

/// Computes the cost by the defaults of the stamp's day.
pub(super) fn costing(
    clerk: &Clerk,
    elements: &[CostElement],
    at: &str,
    stamp: &Stamp,
) -> Result<Costing, Refusal> {
    let rates = clerk.registry.cost().ok_or_else(no_rates)?;
    rates.cost(elements, stamp.now.moscow_date(), at).map_err(Refusal::Invalid)
}

fn no_rates() -> StoreError {
    StoreError::Corrupt("the registry has no rates of the cost calculator".into())
}
