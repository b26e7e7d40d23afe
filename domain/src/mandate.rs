//! Mandates: the ground on which an application acts for a business, checked in the unit of work of every act.

use crate::{
    actor::BusinessActor,
    ids::{ApplicationId, BusinessId, MandateId},
    ports::store::{StoreError, Tx},
    time::Timestamp,
};

/// A ground on which an application acts for a business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Its id, named in receipts.
    pub id: MandateId,
    /// Who may act.
    pub application: ApplicationId,
    /// In whose name.
    pub business: BusinessId,
    /// From when on.
    pub granted_at: Timestamp,
    /// Until when; None while it is in force.
    pub ended_at: Option<Timestamp>,
}

/// An application that says it acts for a business: not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnBehalf {
    /// The calling application, proven by its token.
    pub application: ApplicationId,
    /// The business named in the path and allowed by the token.
    pub business: BusinessId,
}

impl OnBehalf {
    /// Looks the mandate up. None where there is none in force: the caller may not know that the business exists.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn authorise(&self, tx: &mut dyn Tx) -> Result<Option<BusinessActor>, StoreError> {
        let mandate = tx.mandates().in_force(&self.application, &self.business)?;
        Ok(mandate.map(|mandate| BusinessActor {
            application: mandate.application,
            business: mandate.business,
            mandate: mandate.id,
        }))
    }
}
