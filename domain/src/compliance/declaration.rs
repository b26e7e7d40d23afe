//! Declarations of compliance (248-ФЗ, article 51): made upon a good self-check, registered for a term, public, annulled
//! by the supervisor where they prove wrong.

use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Refusal, business,
    checklist::{Score, Verdict},
    self_check::{SelfCheck, load},
    terms::end_of,
};
use crate::{
    actor::AuthorityActor,
    business::BusinessKind,
    clerk::{Clerk, Happening, Mover},
    error::{Fix, Violation},
    event::EventKind,
    ids::{AuthorityId, DeclarationId, SelfCheckId},
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    record::{Kept, Published, RecordKind, Stored},
    text::Text,
    time::{Stamp, Timestamp},
};

/// A declaration of compliance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Declaration {
    /// The self-check it was made upon.
    pub self_check: SelfCheckId,
    /// The supervisor with which it is registered.
    pub authority: AuthorityId,
    /// What it declares compliance with.
    pub requirements: Vec<Declared>,
    /// The score of all of them together.
    pub score: Score,
    /// The taxpayer number of a legal entity; None for a person, of whom it is personal data.
    pub inn: Option<String>,
    /// The day of registration.
    pub declared_on: Date,
    /// The last day on which it holds.
    pub valid_until: Date,
    /// Whether it holds.
    pub state: DeclarationState,
    /// Why it was annulled.
    pub annulment: Option<Annulment>,
}

/// A requirement with which compliance is declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = DeclaredRequirement))]
pub struct Declared {
    /// Its code.
    #[cfg_attr(feature = "schema", schema(example = "OT-021"))]
    pub code: String,
    /// The version that was examined.
    pub version: i64,
}

/// Whether a declaration holds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DeclarationState {
    /// It holds.
    Registered,
    /// The supervisor annulled it.
    Annulled,
    /// Its term ended.
    Expired,
}

/// An annulment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Annulment {
    /// On what ground.
    pub ground: AnnulmentGround,
    /// Why, in words.
    pub reason: Text,
    /// When.
    pub at: Timestamp,
}

/// The ground of an annulment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum AnnulmentGround {
    /// A control event found violations.
    ViolationsFound,
    /// What was declared is not true.
    FalseData,
}

impl Kept for Declaration {
    const KIND: RecordKind = RecordKind::Declaration;
    type Id = DeclarationId;

    fn requirement(&self) -> Option<&str> {
        match self.requirements.as_slice() {
            [only] => Some(&only.code),
            _ => None,
        }
    }

    fn authority(&self) -> Option<&AuthorityId> {
        Some(&self.authority)
    }

    fn state(&self) -> &'static str {
        self.state.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        match self.state {
            DeclarationState::Registered => Some(end_of(self.valid_until)),
            DeclarationState::Annulled | DeclarationState::Expired => None,
        }
    }
}

/// The register of declarations is public (248-ФЗ, article 51, part 4).
impl Published for Declaration {}

/// A declaration with the receipt for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Registered {
    /// The declaration.
    pub declaration: Stored<Declaration>,
    /// The receipt.
    pub receipt: Receipt,
}

/// Declares compliance with those requirements of a completed self-check that `authority` supervises.
///
/// # Errors
/// [`Refusal`]: the self-check is a draft, is declared to this supervisor already, has nothing for it, is no longer
/// valid, or is not good enough; nothing is kept then.
pub fn declare(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (on_behalf, id, authority): (&OnBehalf, &SelfCheckId, &AuthorityId),
    received: &Received,
    mut stamp: Stamp,
) -> Result<Registered, Refusal> {
    let (actor, business) = business(tx, on_behalf)?;
    let (_, mut check) = load(tx, on_behalf, id, None)?;
    let inn = (business.kind == BusinessKind::LegalEntity).then_some(business.inn);
    let body = draw_up(clerk, id, &check.body, authority, inn, stamp.now.moscow_date())?;
    let declaration = Stored::insert(tx, &actor.business, body, &mut stamp)?;
    check.body.declarations.insert(authority.clone(), declaration.id.clone());
    check.update(tx, stamp.now)?;
    let document = json!({ "declaration": declaration.id, "document": declaration.body });
    let happening = happening(&declaration, EventKind::DeclarationRegistered);
    let receipt = clerk.accept(tx, happening, (Act::Declared, &document), (&actor, received), &mut stamp)?;
    Ok(Registered { declaration, receipt })
}

fn draw_up(
    clerk: &Clerk,
    id: &SelfCheckId,
    check: &SelfCheck,
    authority: &AuthorityId,
    inn: Option<String>,
    day: Date,
) -> Result<Declaration, Refusal> {
    let state = |state, allowed| Refusal::State { state, attempted: "declare", allowed };
    let result = check.result.as_ref().ok_or_else(|| state("draft", vec!["answer", "complete"]))?;
    if check.declarations.contains_key(authority) {
        return Err(state("declared", Vec::new()));
    }
    let own = check.requirements.iter().filter(|one| one.supervisors.contains(authority));
    let own: Vec<&String> = own.map(|one| &one.code).collect();
    if own.is_empty() {
        return Err(not_its_supervisor(check, authority));
    }
    let judged = result.requirements.iter().filter(|one| own.contains(&&one.code));
    let judged: Vec<_> = judged.filter(|one| one.verdict != Verdict::NotApplicable).collect();
    if judged.iter().any(|one| one.valid_until < day) {
        return Err(outdated());
    }
    let terms = clerk.registry.checks().terms(day);
    let score = good_score(check, &own, &terms.declare_from)?;
    let declared = judged.iter().map(|one| Declared { code: one.code.clone(), version: one.version });
    Ok(Declaration {
        self_check: id.clone(),
        authority: authority.clone(),
        requirements: declared.collect(),
        score,
        inn,
        declared_on: day,
        valid_until: day.saturating_add(terms.declared_for_years.years()),
        state: DeclarationState::Registered,
        annulment: None,
    })
}

/// The score of these requirements together, if it is good enough to be declared. A checklist for several of them
/// counts once.
fn good_score(check: &SelfCheck, own: &[&String], least: &Decimal) -> Result<Score, Refusal> {
    let parts = check.parts.iter().filter(|part| part.requirements.iter().any(|code| own.contains(&code)));
    let scores: Vec<Score> =
        parts.map(|part| Score::of(&part.part, &part.questions, &check.answers)).collect();
    let score = Score::sum(scores.iter());
    let reached = score.score.is_some_and(|reached| reached >= *least);
    if reached && score.critical_unmet.is_empty() {
        Ok(score)
    } else {
        Err(not_good_enough(&score, &least.to_string()))
    }
}

/// An annulment by the supervisor.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnulCommand {
    /// Who annuls.
    pub actor: AuthorityActor,
    /// Which declaration.
    pub id: DeclarationId,
    /// On what ground.
    pub ground: AnnulmentGround,
    /// Why, in words.
    pub reason: Text,
}

/// Annuls a declaration that holds; the business and the register are told at once.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn annul(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &AnnulCommand,
    mut stamp: Stamp,
) -> Result<Stored<Declaration>, Refusal> {
    let found = Stored::<Declaration>::addressed(tx, &command.actor.authority, &command.id)?;
    let mut declaration = found.ok_or(Refusal::NotFound)?;
    match declaration.body.state {
        DeclarationState::Registered => {}
        over @ (DeclarationState::Annulled | DeclarationState::Expired) => {
            return Err(Refusal::State { state: over.into(), attempted: "annul", allowed: Vec::new() });
        }
    }
    let AnnulCommand { ground, reason, .. } = command;
    declaration.body.state = DeclarationState::Annulled;
    declaration.body.annulment = Some(Annulment { ground: *ground, reason: reason.clone(), at: stamp.now });
    declaration.update(tx, stamp.now)?;
    let happening = happening(&declaration, EventKind::DeclarationAnnulled);
    clerk.tell(tx, happening, &Mover::Authority(&command.actor), &mut stamp)?;
    Ok(declaration)
}

/// Ends declarations whose term is over, at most `limit`; returns how many.
///
/// # Errors
/// Only what the store says.
pub fn expire_due(tx: &mut dyn Tx, clerk: &Clerk, limit: u32, mut stamp: Stamp) -> Result<usize, StoreError> {
    let due = Stored::<Declaration>::due(tx, stamp.now, limit)?;
    let count = due.len();
    for mut declaration in due {
        declaration.body.state = DeclarationState::Expired;
        declaration.update(tx, stamp.now)?;
        let happening = happening(&declaration, EventKind::DeclarationExpired);
        clerk.tell(tx, happening, &Mover::Gateway, &mut stamp)?;
    }
    Ok(count)
}

fn happening(declaration: &Stored<Declaration>, kind: EventKind) -> Happening<'_> {
    let Declaration { self_check, requirements, score, valid_until, annulment, .. } = &declaration.body;
    let codes: Vec<&String> = requirements.iter().map(|one| &one.code).collect();
    let mut data = json!({ "self_check": self_check, "requirements": codes, "score": score.score,
        "valid_until": valid_until });
    if let Some(annulment) = annulment {
        data["ground"] = json!(annulment.ground);
    }
    Happening {
        kind,
        business: &declaration.business,
        authority: Some(&declaration.body.authority),
        subject: declaration.id.as_str(),
        data,
    }
}

fn not_its_supervisor(check: &SelfCheck, authority: &AuthorityId) -> Refusal {
    let mut supervisors: Vec<&AuthorityId> =
        check.requirements.iter().flat_map(|one| &one.supervisors).collect();
    supervisors.sort();
    supervisors.dedup();
    let allowed = supervisors.into_iter().take(30).map(|one| Value::from(one.as_str())).collect();
    Refusal::Invalid(vec![Violation {
        pointer: "/authority_id".into(),
        code: "not-the-supervisor".into(),
        detail: Text::new(
            format!("{authority} не контролирует ни одно из проверенных требований."),
            format!("{authority} supervises none of the examined requirements."),
        ),
        fix: Fix {
            allowed,
            ..Fix::say(Text::new("Назовите контрольный орган из списка.", "Name a supervisor of the list."))
        },
    }])
}

fn outdated() -> Refusal {
    Refusal::because(
        "",
        "self-check-outdated",
        Text::new("Срок действия самообследования истёк.", "The self-check is no longer valid."),
        Text::new("Пройдите самообследование заново.", "Go through the self-check anew."),
    )
}

fn not_good_enough(score: &Score, least: &str) -> Refusal {
    let given = score.score.map_or_else(|| "—".to_owned(), |score| score.to_string());
    let critical = score.critical_unmet.join(", ");
    let (in_russian, in_english) = if critical.is_empty() {
        (String::new(), String::new())
    } else {
        (
            format!(" Не выполнено критическое: {critical}."),
            format!(" Critical questions are not met: {critical}."),
        )
    };
    Refusal::because(
        "",
        "score-too-low",
        Text::new(
            format!("Балл {given}, для декларации нужно не меньше {least}.{in_russian}"),
            format!("The score is {given}; a declaration needs at least {least}.{in_english}"),
        ),
        Text::new(
            "Устраните невыполненное и пройдите самообследование заново.",
            "Mend what is not met and go through the self-check anew.",
        ),
    )
}
