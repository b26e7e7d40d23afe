//! Changing a profile: by merge patch, or by what a lodged form taught (4.5.7.8).

use serde_json::{Map, Value, json};

use super::{Business, ProfileVersion};
use crate::{
    actor::{BusinessActor, Touchpoint},
    catalogue::Catalogue,
    error::{Fix, Violation},
    event::{EventKind, NewEvent},
    ids::BusinessId,
    mandate::{MandateRefusal, OnBehalf, Unauthorised},
    merge_patch::{merge_changes, merge_patched},
    ports::store::{StoreError, Tx},
    text::Text,
    time::Stamp,
};

/// The facts that identify a business; they come from the state's registers and no application changes them.
pub const IDENTITY: [&str; 5] = ["kind", "inn", "ogrn", "kpp", "name"];

/// Why a profile did not change.
#[derive(Debug, Clone, PartialEq)]
pub enum ProfileError {
    /// No such business, or there never was a mandate for it.
    NotFound,
    /// The mandate does not carry the act.
    Mandate(MandateRefusal),
    /// The profile is at another version than the caller had seen.
    Stale {
        /// The version now.
        current: i64,
    },
    /// The facts do not hold.
    Invalid(Vec<Violation>),
    /// The store failed.
    Store(StoreError),
}

impl From<Unauthorised> for ProfileError {
    fn from(refused: Unauthorised) -> Self {
        match refused {
            Unauthorised::NotFound => Self::NotFound,
            Unauthorised::Refused(refusal) => Self::Mandate(refusal),
            Unauthorised::Store(error) => Self::Store(error),
        }
    }
}

impl From<StoreError> for ProfileError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A change of a profile.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisePatch {
    /// Who asks.
    pub on_behalf: OnBehalf,
    /// The version the caller has seen.
    pub expected: i64,
    /// RFC 7396 merge patch.
    pub patch: Map<String, Value>,
}

/// Applies a merge patch to the profile and keeps the new version in its history.
///
/// # Errors
/// [`ProfileError`]; nothing is changed then.
pub fn revise(
    tx: &mut dyn Tx,
    catalogue: &Catalogue,
    command: &RevisePatch,
    mut stamp: Stamp,
) -> Result<Business, ProfileError> {
    let actor = command.on_behalf.authorise(tx)?;
    let mut business = tx.businesses().find(&actor.business)?.ok_or(ProfileError::NotFound)?;
    if business.version != command.expected {
        return Err(ProfileError::Stale { current: business.version });
    }
    let profile = patched(catalogue, &business, &command.patch).map_err(ProfileError::Invalid)?;
    store(tx, &mut business, profile, &actor, "given", &mut stamp)?;
    Ok(business)
}

/// The profile that a merge patch would lead to.
///
/// # Errors
/// Everything that is wrong with it.
pub fn patched(
    catalogue: &Catalogue,
    business: &Business,
    patch: &Map<String, Value>,
) -> Result<Map<String, Value>, Vec<Violation>> {
    let mut violations = identity_violations(patch);
    let profile = merge_patched(&business.profile, patch);
    violations.extend(catalogue.profile_violations(&profile));
    if violations.is_empty() { Ok(profile) } else { Err(violations) }
}

/// The profile with what a form teaches about its business; None where it teaches nothing. Facts that a profile may not
/// hold are left out.
pub(crate) fn learned(
    catalogue: &Catalogue,
    business: &Business,
    mut lesson: Map<String, Value>,
) -> Option<Map<String, Value>> {
    lesson.retain(|name, _| !IDENTITY.contains(&name.as_str()));
    if !merge_changes(&business.profile, &lesson) {
        return None;
    }
    let profile = merge_patched(&business.profile, &lesson);
    catalogue.profile_violations(&profile).is_empty().then_some(profile)
}

/// Takes over what a form taught about its business.
pub(crate) fn learn(
    tx: &mut dyn Tx,
    profile: &Map<String, Value>,
    actor: &BusinessActor,
    source: &str,
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    let Some(mut business) = tx.businesses().find(&actor.business)? else {
        return Err(StoreError::Corrupt("mandates.business_id".into()));
    };
    store(tx, &mut business, profile.clone(), actor, source, stamp)
}

fn store(
    tx: &mut dyn Tx,
    business: &mut Business,
    profile: Map<String, Value>,
    actor: &BusinessActor,
    source: &str,
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    let expected = business.version;
    business.profile = profile;
    business.version += 1;
    business.updated_at = stamp.now;
    if !tx.businesses().update(business, expected)? {
        return Err(StoreError::Unavailable("the profile changed within its own unit of work".into()));
    }
    look_anew(tx, &business.id)?;
    tx.businesses().insert_profile_version(&ProfileVersion {
        business: business.id.clone(),
        version: business.version,
        profile: business.profile.clone(),
        at: stamp.now,
        application: Some(actor.application.clone()),
        source: source.to_owned(),
    })?;
    tx.events().append(&NewEvent {
        id: stamp.id(),
        kind: EventKind::ProfileChanged,
        at: stamp.now,
        business: business.id.clone(),
        authority: None,
        subject: business.id.to_string(),
        application: Some(actor.application.clone()),
        ground: Some(actor.ground.clone()),
        touchpoint: Touchpoint::Api,
        service: None,
        situation: None,
        data: json!({ "version": business.version, "source": source }),
    })?;
    Ok(())
}

/// Whatever is drawn from the profile is drawn anew.
fn look_anew(tx: &mut dyn Tx, business: &BusinessId) -> Result<(), StoreError> {
    tx.lists().touch(business)?;
    tx.looks().touch(business)
}

fn identity_violations(patch: &Map<String, Value>) -> Vec<Violation> {
    let touched = IDENTITY.iter().filter(|name| patch.contains_key(**name));
    touched
        .map(|name| Violation {
            pointer: format!("/{name}"),
            code: "read-only".into(),
            detail: Text {
                ru: format!("Поле «{name}» берётся из государственного реестра и здесь не меняется."),
                en: format!("`{name}` comes from the state register and cannot be changed here."),
            },
            fix: Fix {
                patch: vec![json!({ "op": "remove", "path": format!("/{name}") })],
                ..Fix::say(Text {
                    ru: "Уберите поле из запроса; изменение сведений подаётся в регистрирующий орган.".into(),
                    en: "Remove the field; changes are filed with the registering authority.".into(),
                })
            },
        })
        .collect()
}
