//! The first mandate for a business: nobody represents it yet who could grant one, so the operator names the business and
//! the application of its own. The sandbox makes businesses up the same way (4.6.10.2).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    Mandate,
    access::not_a_number,
    grant::{make_room, tell, unknown_application},
    limits::violation,
};
use crate::{
    actor::Side,
    business::{Business, BusinessKind, ProfileVersion},
    catalogue::Catalogue,
    clerk::Mover,
    compliance::Refusal,
    error::Violation,
    event::EventKind,
    identifier::{Inn, InnKind, Ogrn, Ogrnip},
    ids::ApplicationId,
    ports::store::{StoreError, Tx},
    requirement::list::PersonalList,
    text::Text,
    time::Stamp,
};

/// A business as the state's register names it, and its own application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// What it is, by code.
    pub kind: String,
    /// Its taxpayer number.
    pub inn: String,
    /// OGRN or OGRNIP; None for those who have none, such as the self-employed.
    pub ogrn: Option<String>,
    /// Its name, taken where the gateway does not know the business yet.
    pub name: String,
    /// The application that is to act for it.
    pub application: ApplicationId,
    /// Whether numbers of the sandbox are refused.
    pub live: bool,
}

/// Mandates an application as a business's own, and makes the business known where it is not. A business may have several
/// applications of its own.
///
/// # Errors
/// [`Refusal::Invalid`] with everything that is wrong, [`Refusal::State`] where the application has an open mandate for
/// the business; nothing is kept then.
pub fn register(
    tx: &mut dyn Tx,
    catalogue: &Catalogue,
    new: &Enrolment,
    mut stamp: Stamp,
) -> Result<(Business, Mandate), Refusal> {
    let known = tx.businesses().by_inn(&new.inn)?;
    let mut wrong = faults(catalogue, new);
    if let Some(known) = &known {
        wrong.extend(known_otherwise(known, new));
    }
    if tx.applications().find(&new.application)?.is_none_or(|found| found.side != Side::Business) {
        wrong.push(unknown_application(&new.application));
    }
    if !wrong.is_empty() {
        return Err(Refusal::Invalid(wrong));
    }
    let business = match known {
        Some(known) => known,
        None => introduce(tx, &profile(new), &mut stamp)?,
    };
    make_room(tx, (&new.application, &business.id), &mut stamp)?;
    let mandate = mandate(tx, &new.application, &business, &mut stamp)?;
    tell(tx, EventKind::MandateGranted, &mandate, &Mover::Gateway, &mut stamp)?;
    Ok((business, mandate))
}

/// Keeps a business that nobody knows yet, with a mandate for its own application.
///
/// # Errors
/// [`StoreError::Conflict`] where the INN is known already, or what the store says.
pub fn enrol(
    tx: &mut dyn Tx,
    application: &ApplicationId,
    profile: &Map<String, Value>,
    mut stamp: Stamp,
) -> Result<Business, StoreError> {
    let business = introduce(tx, profile, &mut stamp)?;
    mandate(tx, application, &business, &mut stamp)?;
    Ok(business)
}

/// Keeps a business with its profile's first version.
fn introduce(
    tx: &mut dyn Tx,
    profile: &Map<String, Value>,
    stamp: &mut Stamp,
) -> Result<Business, StoreError> {
    let text = |name: &str| profile.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = text("kind").parse::<BusinessKind>();
    let business = Business {
        id: stamp.id(),
        kind: kind.map_err(|_| StoreError::Corrupt(format!("kind of business `{}`", text("kind"))))?,
        inn: text("inn"),
        name: text("name"),
        profile: profile.clone(),
        version: 1,
        created_at: stamp.now,
        updated_at: stamp.now,
    };
    tx.businesses().insert(&business)?;
    tx.businesses().insert_profile_version(&ProfileVersion {
        business: business.id.clone(),
        version: 1,
        profile: profile.clone(),
        at: stamp.now,
        application: None,
        source: "register".to_owned(),
    })?;
    // The worker finds it behind and draws it.
    tx.lists().put(&[&PersonalList::undrawn(business.id.clone(), stamp.now)])?;
    Ok(business)
}

fn mandate(
    tx: &mut dyn Tx,
    application: &ApplicationId,
    business: &Business,
    stamp: &mut Stamp,
) -> Result<Mandate, StoreError> {
    let mandate = Mandate::own(stamp.id(), application.clone(), business.id.clone(), stamp.now);
    tx.mandates().insert(&mandate)?;
    Ok(mandate)
}

fn profile(new: &Enrolment) -> Map<String, Value> {
    let Enrolment { kind, inn, ogrn, name, .. } = new;
    let facts = [("kind", Some(kind)), ("inn", Some(inn)), ("ogrn", ogrn.as_ref()), ("name", Some(name))];
    facts.into_iter().filter_map(|(fact, value)| Some((fact.to_owned(), json!(value?)))).collect()
}

/// Everything that is wrong, one finding for each place.
fn faults(catalogue: &Catalogue, new: &Enrolment) -> Vec<Violation> {
    let mut wrong = catalogue.profile_violations(&profile(new));
    let inn = Inn::parse(&new.inn).ok();
    let (is_ogrn, is_ogrnip) = match &new.ogrn {
        Some(ogrn) => (Ogrn::parse(ogrn).ok(), Ogrnip::parse(ogrn).ok()),
        None => (None, None),
    };
    if new.ogrn.is_some() && is_ogrn.is_none() && is_ogrnip.is_none() {
        wrong.push(not_a_number("/ogrn", "ogrn"));
    }
    if let Ok(kind) = new.kind.parse::<BusinessKind>() {
        let fits = (inn.as_ref().map(Inn::kind), is_ogrn.is_some(), is_ogrnip.is_some());
        wrong.extend(unfit(kind, fits));
    }
    let synthetic = inn.is_some_and(|inn| inn.is_sandbox())
        || is_ogrn.is_some_and(|ogrn| ogrn.is_sandbox())
        || is_ogrnip.is_some_and(|ogrnip| ogrnip.is_sandbox());
    if new.live && synthetic {
        wrong.push(made_up());
    }
    let mut places = BTreeSet::new();
    wrong.retain(|found| places.insert(found.pointer.clone()));
    wrong
}

/// Numbers that another kind of business has.
fn unfit(kind: BusinessKind, (inn, ogrn, ogrnip): (Option<InnKind>, bool, bool)) -> Vec<Violation> {
    let (holder, registered) = match kind {
        BusinessKind::LegalEntity => (Some(InnKind::LegalEntity), ogrn),
        BusinessKind::SoleTrader => (Some(InnKind::Person), ogrnip),
        BusinessKind::SelfEmployed => (Some(InnKind::Person), true),
        BusinessKind::Farm | BusinessKind::Association | BusinessKind::ForeignPerson => (None, true),
    };
    let mut wrong = Vec::new();
    if inn.is_some() && holder.is_some() && inn != holder {
        wrong.push(of_another_kind("/inn"));
    }
    if !registered {
        wrong.push(of_another_kind("/ogrn"));
    }
    wrong
}

fn known_otherwise(known: &Business, new: &Enrolment) -> Vec<Violation> {
    let ogrn = known.profile.get("ogrn").and_then(Value::as_str);
    let kind: &str = known.kind.into();
    let mut wrong = Vec::new();
    if kind != new.kind {
        wrong.push(known_as("/kind", kind));
    }
    if ogrn != new.ogrn.as_deref() {
        wrong.push(known_as("/ogrn", ogrn.unwrap_or("—")));
    }
    wrong
}

fn known_as(pointer: &str, known: &str) -> Violation {
    violation(
        pointer,
        "known-otherwise",
        Text {
            ru: format!("Шлюз знает этот бизнес по ИНН иначе: {known}."),
            en: format!("The gateway knows the business of this INN otherwise: {known}."),
        },
        Text::new(
            "Проверьте номера по выписке из реестра.",
            "Check the numbers against the register's extract.",
        ),
    )
}

fn of_another_kind(pointer: &str) -> Violation {
    violation(
        pointer,
        "unfit-number",
        Text::new("У лица такого вида другой номер.", "A business of this kind has another number."),
        Text::new(
            "ИНН и ОГРН юридического лица — 10 и 13 знаков, ИНН и ОГРНИП предпринимателя — 12 и 15.",
            "INN and OGRN of a legal entity have 10 and 13 digits, INN and OGRNIP of a sole trader 12 and 15.",
        ),
    )
}

fn made_up() -> Violation {
    violation(
        "/inn",
        "sandbox-number",
        Text::new("Это номер из песочницы.", "This is a number of the sandbox."),
        Text::new("Возьмите номера настоящего бизнеса.", "Take the numbers of a real business."),
    )
}
