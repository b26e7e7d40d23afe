//! Bringing a business into the sandbox: the business, the first version of its profile, and the caller's mandate.

use domain::{
    business::{Business, BusinessKind, ProfileVersion},
    error::Violation,
    ids::ApplicationId,
    mandate::Mandate,
    ports::store::{StoreError, Tx},
    requirement::list::PersonalList,
    time::Stamp,
};
use serde_json::{Map, Value};

use crate::gateway::Gateway;

/// Why no business was made.
#[derive(Debug)]
pub enum EnrolError {
    /// There is no such profile.
    UnknownProfile {
        /// Those that there are.
        known: Vec<&'static str>,
    },
    /// The profile made up does not hold: a fault of the sandbox.
    Invalid(Vec<Violation>),
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for EnrolError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Makes up a business by a profile's name and mandates the application for it.
///
/// # Errors
/// [`EnrolError`]; nothing is kept then.
pub async fn test_business(
    gateway: &Gateway,
    application: &ApplicationId,
    profile: &str,
) -> Result<Business, EnrolError> {
    let sandbox = gateway.sandbox.as_ref().ok_or(EnrolError::UnknownProfile { known: Vec::new() })?;
    // Synthetic numbers are few: a taken one is answered by drawing another.
    for _ in 0..ATTEMPTS {
        let seed = u32::from_le_bytes(gateway.random_bytes());
        let made = sandbox.business(profile, seed).ok_or_else(|| EnrolError::UnknownProfile {
            known: sandbox.profiles().into_iter().map(|(name, _)| name).collect(),
        })?;
        let violations = gateway.catalogue.load().profile_violations(&made.profile);
        if !violations.is_empty() {
            return Err(EnrolError::Invalid(violations));
        }
        let (application, stamp) = (application.clone(), gateway.stamp());
        let kept = gateway.store.write(move |tx| enrol(tx, &application, &made.profile, stamp.clone())).await;
        match kept {
            Err(StoreError::Conflict) => {}
            kept => return Ok(kept?),
        }
    }
    Err(StoreError::Conflict.into())
}

const ATTEMPTS: usize = 20;

/// Keeps a business with its profile's first version and a mandate for the application.
///
/// # Errors
/// [`StoreError::Conflict`] where the INN is known already, or what the store says.
pub fn enrol(
    tx: &mut dyn Tx,
    application: &ApplicationId,
    profile: &Map<String, Value>,
    mut stamp: Stamp,
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
    let mandate = Mandate::own(stamp.id(), application.clone(), business.id.clone(), stamp.now);
    tx.mandates().insert(&mandate)?;
    Ok(business)
}
