//! What a supervisor does: it recognises, changes the terms, and takes back.

use jiff::civil::Date;
use serde_json::json;

use super::{
    super::{
        Refusal,
        supervision::{addressee, model, one, seen},
    },
    Recognition, RecognitionKind, RecognitionState, StoredRecognition, Terms, Withdrawal,
};
use crate::{
    actor::AuthorityActor,
    clerk::{Clerk, Happening, Mover},
    error::Violation,
    event::EventKind,
    ids::{BusinessId, RecognitionId},
    ports::store::{StoreError, Tx},
    record::Stored,
    requirement::risk::{Measure, RiskModel, SupervisionKind},
    text::Text,
    time::Stamp,
};

/// On which terms something is to be recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTerms {
    /// By how many categories the risk is considered lower.
    pub lower_by: Option<u32>,
    /// Why.
    pub ground: Text,
    /// The first day on which it holds; None for today, or the day it has.
    pub valid_from: Option<Date>,
    /// The last day on which it holds.
    pub valid_until: Option<Date>,
}

/// Something to recognise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecognition {
    /// Who recognises it.
    pub actor: AuthorityActor,
    /// Whose it is.
    pub business: BusinessId,
    /// What is recognised.
    pub kind: RecognitionKind,
    /// The incentive or the measure, by code.
    pub code: String,
    /// The kind of control, by code.
    pub control_kind: String,
    /// On which terms.
    pub terms: NewTerms,
}

/// Recognises a measure or grants an incentive; the business sees it at once.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn recognise(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    new: &NewRecognition,
    mut stamp: Stamp,
) -> Result<StoredRecognition, Refusal> {
    let (today, business) = (stamp.now.moscow_date(), addressee(tx, &new.business)?);
    let model = model(clerk)?;
    let NewRecognition { actor, kind, code, control_kind, .. } = new;
    let mut violations: Vec<Violation> = unknown(model, *kind, code, today).into_iter().collect();
    let own = |kind: &SupervisionKind| kind.supervisor == actor.authority && kind.code == *control_kind;
    violations.extend((!model.supervision_kinds.iter().any(own)).then(not_supervisor));
    let terms = terms(*kind, &new.terms, (today, today), &mut violations);
    if !violations.is_empty() {
        return Err(Refusal::Invalid(violations));
    }
    let body = Recognition {
        authority_id: actor.authority.clone(),
        kind: *kind,
        code: code.clone(),
        control_kind: control_kind.clone(),
        terms,
        state: RecognitionState::Granted,
        withdrawal: None,
    };
    let made = Stored::insert(tx, &business.id, body, &mut stamp)?;
    tell(tx, clerk, (&made, EventKind::RecognitionGranted), actor, &mut stamp)?;
    Ok(made)
}

/// Which recognition of the authority is to be changed, and from which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Which {
    /// Who changes it.
    pub actor: AuthorityActor,
    /// Which.
    pub id: RecognitionId,
    /// The version the caller has seen, where it names one.
    pub expected: Option<i64>,
}

/// Replaces the terms of what is granted; what it is and under which control stays.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn change(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (which, new): (&Which, &NewTerms),
    mut stamp: Stamp,
) -> Result<StoredRecognition, Refusal> {
    let mut kept = granted(tx, which, "change")?;
    let mut violations = Vec::new();
    let days = (stamp.now.moscow_date(), kept.body.terms.valid_from);
    let terms = terms(kept.body.kind, new, days, &mut violations);
    if !violations.is_empty() {
        return Err(Refusal::Invalid(violations));
    }
    kept.body.terms = terms;
    kept.update(tx, stamp.now)?;
    tell(tx, clerk, (&kept, EventKind::RecognitionChanged), &which.actor, &mut stamp)?;
    Ok(kept)
}

/// Takes back what is granted, from now on; the business sees it at once. What is taken back stays so.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn withdraw(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (which, reason): (&Which, &Text),
    mut stamp: Stamp,
) -> Result<StoredRecognition, Refusal> {
    let mut kept = granted(tx, which, "withdraw")?;
    kept.body.state = RecognitionState::Withdrawn;
    kept.body.withdrawal = Some(Withdrawal { reason: reason.clone(), at: stamp.now });
    kept.update(tx, stamp.now)?;
    tell(tx, clerk, (&kept, EventKind::RecognitionWithdrawn), &which.actor, &mut stamp)?;
    Ok(kept)
}

fn granted(tx: &mut dyn Tx, which: &Which, step: &'static str) -> Result<StoredRecognition, Refusal> {
    let found = Stored::<Recognition>::addressed(tx, &which.actor.authority, &which.id)?;
    let kept = found.ok_or(Refusal::NotFound)?;
    seen(which.expected, kept.version)?;
    match kept.body.state {
        RecognitionState::Granted => Ok(kept),
        RecognitionState::Withdrawn => {
            Err(Refusal::State { state: kept.body.state.into(), attempted: step, allowed: Vec::new() })
        }
    }
}

fn tell(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (recognition, kind): (&StoredRecognition, EventKind),
    actor: &AuthorityActor,
    stamp: &mut Stamp,
) -> Result<i64, StoreError> {
    let Recognition { kind: what, code, control_kind, terms, state, .. } = &recognition.body;
    let data = json!({ "kind": what, "code": code, "control_kind": control_kind, "lower_by": terms.lower_by,
        "valid_from": terms.valid_from, "valid_until": terms.valid_until, "state": state });
    let (business, authority) = (&recognition.business, Some(&recognition.body.authority_id));
    let happening = Happening { kind, business, authority, subject: recognition.id.as_str(), data };
    clerk.tell(tx, happening, &Mover::Authority(actor), stamp)
}

/// The terms as they are kept, given today and the first day where none is named.
fn terms(
    kind: RecognitionKind,
    new: &NewTerms,
    (today, from): (Date, Date),
    wrong: &mut Vec<Violation>,
) -> Terms {
    let valid_from = new.valid_from.unwrap_or(from);
    if new.valid_from.is_some_and(|first| first < today && first != from) {
        wrong.push(past("/valid_from"));
    }
    if new.valid_until.is_some_and(|last| last < today || last < valid_from) {
        wrong.push(past("/valid_until"));
    }
    if kind == RecognitionKind::Measure && new.lower_by.is_some() {
        wrong.push(one(
            "/lower_by",
            "not-for-measures",
            Text::new(
                "У меры есть баллы, категорию снижают они.",
                "A measure has points, which lower the category.",
            ),
            Text::new("Уберите lower_by.", "Leave lower_by out."),
        ));
    }
    Terms { lower_by: new.lower_by, ground: new.ground.clone(), valid_from, valid_until: new.valid_until }
}

fn past(pointer: &str) -> Violation {
    one(
        pointer,
        "range",
        Text::new(
            "День уже прошёл, или последний день раньше первого.",
            "The day is over, or the last day comes before the first.",
        ),
        Text::new("Укажите сегодняшний день или более поздний.", "Give today or a later day."),
    )
}

/// What the model of risk does not hold today, or follows from the business's own record.
fn unknown(model: &RiskModel, kind: RecognitionKind, code: &str, today: Date) -> Option<Violation> {
    match kind {
        RecognitionKind::Incentive => {
            let known = model.incentives.iter().any(|rule| rule.code == code && rule.valid_from <= today);
            (!known).then(|| {
                one(
                    "/code",
                    "unknown-incentive",
                    Text::new("Такой меры стимулирования нет.", "There is no such incentive."),
                    Text::new(
                        "Возьмите код из перечня мер бизнеса (incentives).",
                        "Take a code from the business's list of incentives.",
                    ),
                )
            })
        }
        RecognitionKind::Measure => {
            let unseen = |measure: &Measure| measure.code == code && measure.earned_by.is_none();
            (!model.good_faith.measures.iter().any(unseen)).then(|| {
                one(
                    "/code",
                    "unknown-measure",
                    Text::new(
                        "Такой меры нет, или шлюз считает её сам.",
                        "There is no such measure, or the gateway counts it itself.",
                    ),
                    Text::new(
                        "Возьмите код меры с состоянием not_seen из профиля риска (good_faith.measures).",
                        "Take a code of a measure that is not_seen in a risk profile (good_faith.measures).",
                    ),
                )
            })
        }
    }
}

fn not_supervisor() -> Violation {
    one(
        "/control_kind",
        "not-supervisor",
        Text::new("Этот вид контроля ведёт не ваш орган.", "This kind of control is not yours."),
        Text::new("Назовите свой вид контроля.", "Name a kind of control that you exercise."),
    )
}
