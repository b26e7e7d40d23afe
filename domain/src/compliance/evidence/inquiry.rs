//! Inquiries at the state's resources: the business asks, the gateway goes round the resources until each has answered
//! or the inquiry's time is over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Evidence, EvidenceState, Finding, KnownEvidence};
use crate::{
    business::Business,
    clerk::{Clerk, Happening, Mover},
    compliance::{Refusal, business, terms::terms, verdict},
    error::Violation,
    event::EventKind,
    ids::{AuthorityId, EvidenceInquiryId},
    mandate::OnBehalf,
    ports::{
        state_resource::{Answer, Question},
        store::{StoreError, Tx},
    },
    record::{Kept, RecordKind, Stored},
    requirement::registry::Entry,
    text::Text,
    time::{Stamp, Timestamp},
};

/// How many changed pieces an event names.
const TOLD: usize = 20;

/// Where an inquiry stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum InquiryState {
    /// Some resource has not answered yet.
    Asking,
    /// Every resource has answered.
    Answered,
    /// Its time is over, and some resource never answered.
    GaveUp,
}

/// A piece of evidence that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Wanted {
    /// The requirement, by code.
    pub requirement: String,
    /// The piece, by its code within the requirement.
    pub evidence: String,
}

/// An inquiry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    /// The supervisor that made it; None where the business did.
    #[serde(default)]
    pub authority: Option<AuthorityId>,
    /// Where it stands.
    pub state: InquiryState,
    /// How many pieces it asked for.
    pub pieces: usize,
    /// What no resource has answered yet.
    pub open: Vec<Wanted>,
    /// How often it has gone round.
    pub rounds: u32,
    /// When it goes round next.
    pub next_at: Option<Timestamp>,
    /// When it gives up.
    pub ends_at: Timestamp,
}

impl Kept for Inquiry {
    const KIND: RecordKind = RecordKind::EvidenceInquiry;
    type Id = EvidenceInquiryId;

    fn requirement(&self) -> Option<&str> {
        None
    }

    fn authority(&self) -> Option<&AuthorityId> {
        self.authority.as_ref()
    }

    fn state(&self) -> &'static str {
        self.state.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        self.next_at
    }
}

/// Asks the state's resources about requirements of the list; none named means all of it. The answers come later.
///
/// # Errors
/// [`Refusal::Invalid`] for requirements that are not on the list.
pub fn inquire(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (on_behalf, codes): (&OnBehalf, Option<&[String]>),
    mut stamp: Stamp,
) -> Result<Stored<Inquiry>, Refusal> {
    let (actor, business) = business(tx, on_behalf)?;
    let day = stamp.now.moscow_date();
    let rows: Vec<&Entry> =
        verdict::rows(clerk, &business, day).into_iter().map(|(entry, _)| entry).collect();
    let named = match codes {
        Some(codes) => on_the_list(&rows, codes)?,
        None => rows,
    };
    Ok(begin(tx, clerk, (&business, None, &Mover::Business(&actor)), &named, &mut stamp)?)
}

/// Begins an inquiry about requirements, for the business or for a supervisor of them; the business is told.
///
/// # Errors
/// Only what the store says.
pub(super) fn begin(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (business, authority, mover): (&Business, Option<&AuthorityId>, &Mover<'_>),
    named: &[&Entry],
    stamp: &mut Stamp,
) -> Result<Stored<Inquiry>, StoreError> {
    let now = stamp.now;
    let open: Vec<Wanted> = named.iter().copied().flat_map(tracked).collect();
    let (state, next_at) = match open.is_empty() {
        true => (InquiryState::Answered, None),
        false => (InquiryState::Asking, Some(now)),
    };
    let ends_at = terms().on(now.moscow_date()).inquiry_ends(now);
    let authority = authority.cloned();
    let inquiry = Inquiry { authority, state, pieces: open.len(), open, rounds: 0, next_at, ends_at };
    let kept = Stored::insert(tx, &business.id, inquiry, stamp)?;
    let happening = Happening {
        kind: EventKind::EvidenceInquired,
        business: &business.id,
        authority: kept.body.authority.as_ref(),
        subject: kept.id.as_str(),
        data: json!({ "pieces": kept.body.pieces }),
    };
    clerk.tell(tx, happening, mover, stamp)?;
    Ok(kept)
}

fn on_the_list<'e>(rows: &[&'e Entry], codes: &[String]) -> Result<Vec<&'e Entry>, Refusal> {
    let find = |code: &String| rows.iter().find(|entry| entry.requirement.code == *code).copied();
    let strangers = codes.iter().enumerate().filter(|(_, code)| find(code).is_none());
    let violations: Vec<Violation> = strangers
        .map(|(place, code)| Violation {
            pointer: format!("/requirements/{place}"),
            code: "not-on-the-list".into(),
            detail: Text::new(
                format!("Требования «{code}» нет в перечне бизнеса."),
                format!("The requirement “{code}” is not on the business's list."),
            ),
            fix: crate::error::Fix::say(Text::new(
                "Возьмите коды из персонального перечня.",
                "Take codes from the personal list.",
            )),
        })
        .collect();
    if violations.is_empty() {
        Ok(codes.iter().filter_map(find).collect())
    } else {
        Err(Refusal::Invalid(violations))
    }
}

fn tracked(entry: &Entry) -> Vec<Wanted> {
    let requirement = &entry.requirement;
    let with_resource = requirement.evidence.iter().filter(|spec| spec.resource.is_some());
    with_resource
        .map(|spec| Wanted { requirement: requirement.code.clone(), evidence: spec.code.clone() })
        .collect()
}

/// The questions of an inquiry's next round; pieces that the registry no longer has are left out.
pub fn questions(clerk: &Clerk, business: &Business, inquiry: &Inquiry, now: Timestamp) -> Vec<Question> {
    let ask = |wanted: &Wanted| {
        let entry = clerk.registry.requirement(&wanted.requirement)?;
        let spec = entry.requirement.evidence.iter().find(|spec| spec.code == wanted.evidence)?;
        Some(Question {
            resource: spec.resource.clone()?,
            requirement: wanted.requirement.clone(),
            evidence: wanted.evidence.clone(),
            valid_days: spec.valid_days,
            kind: business.kind,
            inn: business.inn.clone(),
            known_since: business.created_at,
            now,
        })
    };
    inquiry.open.iter().filter_map(ask).collect()
}

/// Keeps what a round brought: the findings, the event where something changed, and where the inquiry stands. Nothing
/// happens where another round has been kept meanwhile.
///
/// # Errors
/// Only what the store says.
pub fn settle(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    asked: &Stored<Inquiry>,
    answers: &[(Question, Answer)],
    mut stamp: Stamp,
) -> Result<(), StoreError> {
    let found = Stored::<Inquiry>::find(tx, &asked.business, &asked.id)?;
    let Some(mut inquiry) = found.filter(|found| found.version == asked.version) else { return Ok(()) };
    let changes = keep(tx, clerk, &inquiry, answers, &mut stamp)?;
    inquiry.body.after_round(answers, stamp.now);
    inquiry.update(tx, stamp.now)?;
    if changes.is_empty() {
        return Ok(());
    }
    let happening = Happening {
        kind: EventKind::EvidenceChanged,
        business: &inquiry.business,
        authority: inquiry.body.authority.as_ref(),
        subject: inquiry.id.as_str(),
        data: json!({ "changed": changes.len(), "pieces": changes.into_iter().take(TOLD).collect::<Vec<_>>() }),
    };
    clerk.tell(tx, happening, &Mover::Gateway, &mut stamp)?;
    Ok(())
}

impl Inquiry {
    fn after_round(&mut self, answers: &[(Question, Answer)], now: Timestamp) {
        let day = now.moscow_date();
        let mut retries = Vec::new();
        self.open.clear();
        for (question, answer) in answers {
            if let Answer::Unreachable { retry_at } = answer {
                let Question { requirement, evidence, .. } = question;
                self.open.push(Wanted { requirement: requirement.clone(), evidence: evidence.clone() });
                retries.push(*retry_at);
            }
        }
        self.rounds += 1;
        let next = retries.into_iter().min().map(|retry| retry.max(terms().on(day).next_round(now)));
        (self.state, self.next_at) = match next {
            None => (InquiryState::Answered, None),
            Some(next) if next > self.ends_at => (InquiryState::GaveUp, None),
            Some(next) => (InquiryState::Asking, Some(next)),
        };
    }
}

/// Keeps the answers and returns what changed for the reader.
fn keep(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    inquiry: &Stored<Inquiry>,
    answers: &[(Question, Answer)],
    stamp: &mut Stamp,
) -> Result<Vec<Value>, StoreError> {
    let mut by_requirement: BTreeMap<&str, Vec<&(Question, Answer)>> = BTreeMap::new();
    for answer in answers {
        by_requirement.entry(&answer.0.requirement).or_default().push(answer);
    }
    let day = stamp.now.moscow_date();
    let before = KnownEvidence::load(tx, &inquiry.business)?;
    let mut changes = Vec::new();
    for (code, answers) in by_requirement {
        let Some(entry) = clerk.registry.requirement(code) else { continue };
        let kept = before.evidence.get(code).cloned();
        let mut evidence = kept.as_ref().map_or_else(
            || Evidence { requirement: code.to_owned(), findings: BTreeMap::new() },
            |kept| kept.body.clone(),
        );
        for (question, answer) in answers {
            let earlier = evidence.findings.remove(&question.evidence);
            let earlier = earlier.filter(|finding| finding.resource == question.resource);
            let finding = Finding::take(earlier, &question.resource, answer, stamp.now);
            evidence.findings.insert(question.evidence.clone(), finding);
        }
        let stored = put(tx, inquiry, kept, evidence, stamp)?;
        changes.extend(changed(entry, &before, stored, day));
    }
    Ok(changes)
}

fn put(
    tx: &mut dyn Tx,
    inquiry: &Stored<Inquiry>,
    kept: Option<Stored<Evidence>>,
    evidence: Evidence,
    stamp: &mut Stamp,
) -> Result<Stored<Evidence>, StoreError> {
    match kept {
        None => Stored::insert(tx, &inquiry.business, evidence, stamp),
        Some(mut kept) => {
            kept.body = evidence;
            kept.update(tx, stamp.now)?;
            Ok(kept)
        }
    }
}

/// The pieces whose state or verdict is another than before. A newer date alone is no change.
fn changed(
    entry: &Entry,
    before: &KnownEvidence,
    stored: Stored<Evidence>,
    day: jiff::civil::Date,
) -> Vec<Value> {
    let essence =
        |piece: &super::EvidencePiece| -> (EvidenceState, Option<bool>) { (piece.state, piece.confirms) };
    let after = KnownEvidence {
        evidence: BTreeMap::from([(stored.body.requirement.clone(), stored)]),
        disputes: BTreeMap::new(),
        supplies: BTreeMap::new(),
    };
    let (was, is) = (before.row(entry, day), after.row(entry, day));
    let pairs = was.pieces.iter().zip(&is.pieces).filter(|(was, is)| essence(was) != essence(is));
    pairs
        .map(|(was, is)| {
            json!({ "requirement": entry.requirement.code, "evidence": is.code, "was": was.state, "state": is.state,
                "confirms": is.confirms })
        })
        .collect()
}
