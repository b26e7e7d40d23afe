//! Bringing a business into the sandbox: the business, the first version of its profile, and the caller's mandate.

use domain::{
    business::Business, error::Violation, ids::ApplicationId, mandate::enrol::enrol, ports::store::StoreError,
};

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
