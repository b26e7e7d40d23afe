//! Mandates: the ground on which an application acts for a business, checked in the unit of work of every act.
//!
//! A business's own application may do everything; a representative's what the powers in its power of attorney (МЧД)
//! give it. At most one mandate between an application and a business is open at a time. Read first: [`OnBehalf`].

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::{
    actor::{BusinessActor, Ground},
    guard::{self, Guard},
    ids::{ApplicationId, BusinessId, Id as _, MandateId},
    ports::store::{StoreError, Tx},
    text::Text,
    time::Timestamp,
};

pub mod access;
pub mod answer;
pub mod dismiss;
pub mod enrol;
pub mod expire;
pub mod grant;
pub mod limits;
pub mod right;

pub use right::{Right, Rights, terms};

/// What a mandate rests on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum MandateKind {
    /// The application is the business's own.
    Own,
    /// The business gave powers to a representative.
    PowerOfAttorney,
}

/// How a mandate stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum MandateStatus {
    /// The register of powers of attorney has not confirmed it yet.
    Pending,
    /// It holds from `valid_from` until `valid_until`.
    InForce,
    /// The business, the representative above it or the register ended it.
    Ended,
    /// Its term is over.
    Expired,
    /// The register does not know it, or knows it otherwise.
    Refused,
}

/// A ground on which an application acts for a business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Its id, named in receipts.
    pub id: MandateId,
    /// Who may act.
    pub application: ApplicationId,
    /// In whose name.
    pub business: BusinessId,
    /// What it rests on.
    pub kind: MandateKind,
    /// What is asked of it at every act.
    pub terms: Terms,
    /// What it says besides.
    pub paper: Paper,
    /// The mandate from which it was sub-delegated.
    pub parent: Option<MandateId>,
    /// Counts its changes from 1.
    pub version: i64,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// When it ended, expired or was refused; None while it is open.
    pub ended_at: Option<Timestamp>,
}

/// What is asked of a mandate at every act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// How it stands.
    pub status: MandateStatus,
    /// What it allows.
    pub rights: Rights,
    /// The first moment at which it holds.
    pub valid_from: Timestamp,
    /// The first moment at which it no longer holds; None where it has no end.
    pub valid_until: Option<Timestamp>,
    /// Whether the business may act at all: one that has ceased is read and no more.
    pub principal_active: bool,
}

/// What a mandate says besides its terms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// The powers, by code; none where the application is the business's own.
    pub powers: Vec<String>,
    /// Whether the representative may hand its powers on.
    pub sub_delegation: bool,
    /// Whether the representative is declared to be an AI agent.
    pub ai_agent: bool,
    /// Who granted it; None for those that the gateway itself made.
    pub granted_by: Option<ApplicationId>,
    /// Why it ended, in words.
    pub ended_because: Option<Text>,
}

/// Why an application may not act for a business that it may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MandateRefusal {
    /// It was ended or refused.
    Ended {
        /// When.
        at: Timestamp,
    },
    /// The register has not confirmed it yet.
    Pending,
    /// Its term has not begun.
    NotYetValid {
        /// When it begins.
        from: Timestamp,
    },
    /// Its term is over.
    Expired {
        /// When it ended.
        until: Timestamp,
    },
    /// Its powers do not cover the operation.
    Insufficient {
        /// What the operation needs.
        right: Right,
        /// Any one of these powers would give it; none where only the business's own application has it.
        sufficient: &'static [String],
    },
    /// The business has ceased: it is read and no more.
    PrincipalInactive,
}

/// Why nobody acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unauthorised {
    /// There never was a mandate: the caller may not know that the business exists.
    NotFound,
    /// There is or was one that does not carry the act.
    Refused(MandateRefusal),
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Unauthorised {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<MandateRefusal> for Unauthorised {
    fn from(refusal: MandateRefusal) -> Self {
        Self::Refused(refusal)
    }
}

/// An application that asks for whatever its mandates let it see: not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The calling application, proven by its token.
    pub application: ApplicationId,
    /// What the operation needs.
    pub right: Right,
    /// When it asks, by the gateway's clock.
    pub at: Timestamp,
}

/// An application that says it acts for a business: not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnBehalf {
    /// The calling application, proven by its token.
    pub application: ApplicationId,
    /// The business named in the path and allowed by the token.
    pub business: BusinessId,
    /// What the operation needs.
    pub right: Right,
    /// When it asks, by the gateway's clock: the moment by which terms are judged.
    pub at: Timestamp,
}

impl OnBehalf {
    /// Looks the mandate up and holds it against the operation: the only maker of a [`BusinessActor`].
    ///
    /// # Errors
    /// [`Unauthorised::NotFound`] where there never was a mandate, [`Unauthorised::Refused`] where it does not carry
    /// the act, or what the store says.
    pub fn authorise(&self, tx: &mut dyn Tx) -> Result<BusinessActor, Unauthorised> {
        let mandate = self.mandate(tx)?;
        let power = terms(self.at).power_for(self.right, &mandate.paper.powers).cloned();
        let ground = Ground { mandate: mandate.id, power, ai_agent: mandate.paper.ai_agent };
        Ok(BusinessActor { application: mandate.application, business: mandate.business, ground })
    }

    /// The mandate that carries the operation.
    ///
    /// # Errors
    /// As [`Self::authorise`].
    pub fn mandate(&self, tx: &mut dyn Tx) -> Result<Mandate, Unauthorised> {
        let Some(mandate) = tx.mandates().open(&self.application, &self.business)? else {
            return if guard::stands(Guard::Mandate) { Err(self.past(tx)?) } else { Ok(self.unguarded()) };
        };
        mandate.terms.judge(self.right, self.at)?;
        Ok(mandate)
    }

    /// What stands in the place of a mandate where none is asked for.
    fn unguarded(&self) -> Mandate {
        Mandate::own(
            MandateId::from_ulid(Ulid::nil()),
            self.application.clone(),
            self.business.clone(),
            self.at,
        )
    }

    /// What is told where no mandate is open: who had one learns that it ended.
    fn past(&self, tx: &mut dyn Tx) -> Result<Unauthorised, StoreError> {
        let last = tx.mandates().last_closed(&self.application, &self.business)?;
        let Some((mandate, at)) = last.and_then(|mandate| Some((mandate.terms, mandate.ended_at?))) else {
            return Ok(Unauthorised::NotFound);
        };
        Ok(match (mandate.status, mandate.valid_until) {
            (MandateStatus::Expired, Some(until)) => MandateRefusal::Expired { until }.into(),
            _ => MandateRefusal::Ended { at }.into(),
        })
    }
}

impl Terms {
    /// Whether they carry an operation at a moment.
    ///
    /// # Errors
    /// The first reason why they do not.
    pub fn judge(&self, right: Right, at: Timestamp) -> Result<(), MandateRefusal> {
        self.hold(at)?;
        if !self.rights.has(right) && guard::stands(Guard::Power) {
            return Err(MandateRefusal::Insufficient { right, sufficient: terms(at).sufficient(right) });
        }
        if !self.principal_active && !right.is_reading() && guard::stands(Guard::Principal) {
            return Err(MandateRefusal::PrincipalInactive);
        }
        Ok(())
    }

    /// Whether they are in force at a moment, whatever they allow.
    ///
    /// # Errors
    /// Why not.
    pub fn hold(&self, at: Timestamp) -> Result<(), MandateRefusal> {
        if !guard::stands(Guard::MandateTerm) {
            return Ok(());
        }
        match self.status_at(at) {
            MandateStatus::Pending => Err(MandateRefusal::Pending),
            MandateStatus::Ended | MandateStatus::Refused => Err(MandateRefusal::Ended { at }),
            MandateStatus::Expired => Err(MandateRefusal::Expired { until: self.valid_until.unwrap_or(at) }),
            MandateStatus::InForce if at < self.valid_from => {
                Err(MandateRefusal::NotYetValid { from: self.valid_from })
            }
            MandateStatus::InForce => Ok(()),
        }
    }

    /// How it stands at a moment: a term that is over has expired, whether the gateway has closed it yet or not.
    pub fn status_at(&self, at: Timestamp) -> MandateStatus {
        let over = self.valid_until.is_some_and(|until| until <= at);
        let open = matches!(self.status, MandateStatus::Pending | MandateStatus::InForce);
        if open && over { MandateStatus::Expired } else { self.status }
    }
}

impl Mandate {
    /// The mandate of a business's own application, without an end.
    pub fn own(id: MandateId, application: ApplicationId, business: BusinessId, at: Timestamp) -> Self {
        let terms = Terms {
            status: MandateStatus::InForce,
            rights: Rights::ALL,
            valid_from: at,
            valid_until: None,
            principal_active: true,
        };
        Self {
            id,
            application,
            business,
            kind: MandateKind::Own,
            terms,
            paper: Paper::default(),
            parent: None,
            version: 1,
            granted_at: at,
            ended_at: None,
        }
    }

    /// Closes it.
    pub fn close(&mut self, status: MandateStatus, at: Timestamp, because: Option<Text>) {
        self.terms.status = status;
        self.ended_at = Some(at);
        self.paper.ended_because = because;
        self.version += 1;
    }
}
