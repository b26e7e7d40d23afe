//! The developer's side: a notice or a draft is published, changed, and moved from stage to stage.

use jiff::civil::Date;

use super::{
    Body, Content, Discussion, DiscussionKind, DraftAct, DraftRequirement, DraftVersion, Stage, terms::terms,
};
use crate::{
    actor::AuthorityActor,
    assessment::{
        ActReference,
        give::{text, violation},
    },
    clerk::Clerk,
    compliance::{Refusal, terms::end_of},
    error::Violation,
    ids::{AuthorityId, DraftActId},
    ports::store::Tx,
    requirement::condition::Condition,
    text::Text,
    time::{Stamp, Timestamp},
};

/// A draft to publish.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishCommand {
    /// Who develops it.
    pub actor: AuthorityActor,
    /// Where it begins: as a notice or at once as a text.
    pub stage: Stage,
    /// What it is.
    pub content: Content,
    /// The last day of its discussion; the earliest that the term allows where it is left out.
    pub last_day: Option<Date>,
}

/// Publishes a draft and opens its discussion; businesses are told soon after.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn publish(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &PublishCommand,
    mut stamp: Stamp,
) -> Result<DraftAct, Refusal> {
    let PublishCommand { actor, stage, content, last_day } = command;
    let mut wrong = faults(clerk, content);
    let kind = discussed(*stage);
    if kind.is_none() {
        wrong.push(violation(
            "/stage",
            "first-stage",
            text(
                "Проект начинается с уведомления или с обсуждения.",
                "A draft begins as a notice or in discussion.",
            ),
            text("Дайте notice или discussion.", "Give notice or discussion."),
        ));
    }
    if !wrong.is_empty() {
        return Err(Refusal::Invalid(wrong));
    }
    let body = Body { content: content.clone(), discussions: Vec::new(), reason: None, adopted_as: None };
    let mut draft = DraftAct {
        id: stamp.id(),
        developer: actor.authority.clone(),
        stage: *stage,
        body,
        version: 1,
        published_at: stamp.now,
        changed_at: stamp.now,
        telling_after: Some(String::new()),
    };
    if let Some(kind) = kind {
        open(&mut draft, clerk, kind, *last_day, stamp.now)?;
    }
    tx.draft_acts().insert(&draft)?;
    Ok(draft)
}

/// Puts other content in the place of a draft's, which stays in its versions.
///
/// # Errors
/// [`Refusal`]; nothing is changed then. Another developer's draft is not found.
pub fn change(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (actor, id, expected): (&AuthorityActor, &DraftActId, i64),
    content: &Content,
    stamp: &Stamp,
) -> Result<DraftAct, Refusal> {
    let mut draft = own(tx, &actor.authority, id, Some(expected))?;
    if draft.stage.next().is_empty() {
        return Err(state(draft.stage, "change", &[]));
    }
    let wrong = faults(clerk, content);
    if !wrong.is_empty() {
        return Err(Refusal::Invalid(wrong));
    }
    let before = draft.clone();
    draft.body.content = content.clone();
    keep(tx, &before, draft, stamp)
}

/// A step of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveCommand {
    /// Who takes it.
    pub actor: AuthorityActor,
    /// Which draft.
    pub id: DraftActId,
    /// The version that the caller had seen, where it says one.
    pub expected: Option<i64>,
    /// To which stage.
    pub stage: Stage,
    /// Why; needed for a withdrawal.
    pub reason: Option<Text>,
    /// The act that it became; needed for an adoption.
    pub act: Option<ActReference>,
    /// The last day of the discussion that the stage opens.
    pub last_day: Option<Date>,
}

/// Moves a draft to its next stage; businesses are told soon after. A discussion must be over before the draft goes on,
/// and may be broken off by a withdrawal alone.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn move_on(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &MoveCommand,
    stamp: &Stamp,
) -> Result<DraftAct, Refusal> {
    let MoveCommand { actor, id, expected, stage, reason, act, last_day } = command;
    let mut draft = own(tx, &actor.authority, id, *expected)?;
    if !draft.stage.next().contains(stage) {
        return Err(state(draft.stage, (*stage).into(), draft.stage.next()));
    }
    may_move(&draft, command, stamp.now)?;
    let before = draft.clone();
    draft.stage = *stage;
    draft.body.reason.clone_from(reason);
    draft.body.adopted_as.clone_from(act);
    if *stage == Stage::Withdrawn {
        draft.body.discussions.iter_mut().for_each(|one| one.until = one.until.min(stamp.now));
    }
    if let Some(kind) = discussed(*stage) {
        open(&mut draft, clerk, kind, *last_day, stamp.now)?;
    }
    draft.telling_after = Some(String::new());
    keep(tx, &before, draft, stamp)
}

/// Opens a further discussion that the law knows: an anti-corruption review or another procedure.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn discuss(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (actor, id, expected): (&AuthorityActor, &DraftActId, Option<i64>),
    (kind, last_day): (DiscussionKind, Option<Date>),
    stamp: &Stamp,
) -> Result<DraftAct, Refusal> {
    let mut draft = own(tx, &actor.authority, id, expected)?;
    if draft.stage.next().is_empty() {
        return Err(state(draft.stage, "discuss", &[]));
    }
    let further = matches!(kind, DiscussionKind::AntiCorruptionReview | DiscussionKind::Other);
    if !further || draft.discussion(kind).is_some() {
        return Err(Refusal::because(
            "/kind",
            "discussed-once",
            text(
                "Эта процедура открывается сменой стадии или уже проведена.",
                "This discussion is opened by a move of the stage, or was opened before.",
            ),
            text(
                "Каждая процедура проводится один раз: дайте anti_corruption_review или other.",
                "Each is held once: give anti_corruption_review or other.",
            ),
        ));
    }
    let before = draft.clone();
    open(&mut draft, clerk, kind, last_day, stamp.now)?;
    draft.telling_after = Some(String::new());
    keep(tx, &before, draft, stamp)
}

/// The discussion that a stage opens.
fn discussed(stage: Stage) -> Option<DiscussionKind> {
    match stage {
        Stage::Notice => Some(DiscussionKind::Notice),
        Stage::Discussion => Some(DiscussionKind::PublicDiscussion),
        Stage::Conclusion | Stage::Adopted | Stage::Withdrawn => None,
    }
}

fn open(
    draft: &mut DraftAct,
    clerk: &Clerk,
    kind: DiscussionKind,
    last_day: Option<Date>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let today = now.moscow_date();
    let earliest = terms().on(today).last_day(kind, draft.body.content.impact, today, &clerk.calendar);
    let last_day = last_day.unwrap_or(earliest);
    if last_day < earliest {
        return Err(Refusal::because(
            "/last_day",
            "term-too-short",
            text(
                &format!("Обсуждение должно длиться не менее чем по {earliest}."),
                &format!("The discussion must last until {earliest} at least."),
            ),
            text(
                "Дайте этот день или более поздний, или не давайте last_day.",
                "Give that day or a later one, or no last_day.",
            ),
        ));
    }
    draft.body.discussions.push(Discussion { kind, from: now, until: end_of(last_day) });
    Ok(())
}

/// The developer's draft at the version that the caller had seen.
pub(super) fn own(
    tx: &mut dyn Tx,
    authority: &AuthorityId,
    id: &DraftActId,
    expected: Option<i64>,
) -> Result<DraftAct, Refusal> {
    let found = tx.draft_acts().find(id)?.filter(|draft| draft.developer == *authority);
    let draft = found.ok_or(Refusal::NotFound)?;
    if expected.is_some_and(|expected| expected != draft.version) {
        return Err(Refusal::Stale { current: draft.version });
    }
    Ok(draft)
}

fn keep(tx: &mut dyn Tx, before: &DraftAct, mut draft: DraftAct, stamp: &Stamp) -> Result<DraftAct, Refusal> {
    tx.draft_acts().insert_version(&DraftVersion {
        draft: before.id.clone(),
        version: before.version,
        stage: before.stage,
        body: before.body.clone(),
        at: before.changed_at,
    })?;
    draft.version += 1;
    draft.changed_at = stamp.now;
    tx.draft_acts().update(&draft)?;
    Ok(draft)
}

fn may_move(draft: &DraftAct, command: &MoveCommand, now: Timestamp) -> Result<(), Refusal> {
    let need = |pointer: &str, ru: &str, en: &str| {
        Refusal::because(pointer, "required", text(ru, en), text("Дайте это поле.", "Give this member."))
    };
    match command.stage {
        Stage::Withdrawn if command.reason.is_none() => {
            return Err(need(
                "/reason",
                "Отказ от проекта нужно обосновать.",
                "A withdrawal must be reasoned.",
            ));
        }
        Stage::Withdrawn => return Ok(()),
        Stage::Adopted if command.act.is_none() => {
            return Err(need("/act", "Нужны реквизиты принятого акта.", "The adopted act must be named."));
        }
        Stage::Notice | Stage::Discussion | Stage::Conclusion | Stage::Adopted => {}
    }
    match draft.open_until().filter(|until| now < *until) {
        None => Ok(()),
        Some(until) => Err(Refusal::because(
            "/stage",
            "discussion-open",
            text(
                &format!("Обсуждение идёт до {until}: раньше стадию сменить нельзя."),
                &format!("A discussion goes on until {until}: the draft cannot move before."),
            ),
            text("Повторите после этого срока.", "Try again when it is over."),
        )),
    }
}

/// Everything that is wrong with what is said of a draft.
fn faults(clerk: &Clerk, content: &Content) -> Vec<Violation> {
    let requirements = content.requirements.iter().enumerate();
    let mut wrong: Vec<Violation> = requirements
        .flat_map(|(place, one)| requirement(clerk, one, &format!("/content/requirements/{place}")))
        .collect();
    let known = |code: &String| clerk.catalogue.situations().iter().any(|one| one.code == *code);
    for (place, code) in content.life_situations.iter().enumerate().filter(|(_, code)| !known(code)) {
        wrong.push(violation(
            &format!("/content/life_situations/{place}"),
            "unknown-situation",
            text(
                &format!("Жизненной ситуации «{code}» нет."),
                &format!("There is no life situation “{code}”."),
            ),
            text("Коды: GET /v1/life-situations.", "Codes: GET /v1/life-situations."),
        ));
    }
    wrong
}

fn requirement(clerk: &Clerk, one: &DraftRequirement, at: &str) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let is_known = one.code.as_ref().is_some_and(|code| clerk.registry.requirement(code).is_some());
    if !is_known && (one.title.is_none() || one.text.is_none() || one.applies_when.is_none()) {
        wrong.push(violation(
            at,
            "incomplete-requirement",
            text(
                "Требования нет в реестре, поэтому нужны title, text и applies_when.",
                "The registry does not have the requirement, so title, text and applies_when are needed.",
            ),
            text("Дайте код из реестра или эти три поля.", "Give a code of the registry or these three."),
        ));
    }
    let tests = one.applies_when.iter().flat_map(Condition::tests);
    for objection in tests.filter_map(|test| clerk.registry.facts().objection(test)) {
        let facts = "GET /v1/requirements/facts.";
        wrong.push(violation(
            &format!("{at}/applies_when"),
            "unanswerable-condition",
            text(
                &format!("Условие не вычислить: {objection}."),
                &format!("The condition asks what cannot be answered: {objection}."),
            ),
            text(&format!("Факты и их значения: {facts}"), &format!("Facts and their values: {facts}")),
        ));
    }
    wrong
}

fn state(now: Stage, attempted: &'static str, allowed: &[Stage]) -> Refusal {
    Refusal::State {
        state: now.into(),
        attempted,
        allowed: allowed.iter().map(|one| (*one).into()).collect(),
    }
}
