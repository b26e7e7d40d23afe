//! Records: what is kept of a business's dealings with its requirements, one document each.
//!
//! Confirmations, self-checks, cautions and the like differ in content, not in how they are kept: they belong to a
//! business, may name a requirement and an authority, have a state and perhaps a term. One repository keeps them all;
//! each kind is a type that implements [`Kept`] (docs/adr/0009).

use std::{fmt::Display, str::FromStr};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    ids::{AuthorityId, BusinessId, Id},
    page::{Page, PageRequest},
    ports::store::{StoreError, Tx},
    time::{Stamp, Timestamp},
};

/// A kind of record. The names are stored.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::Display,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum RecordKind {
    /// A confirmation of a situation, a segment or a requirement.
    Confirmation,
    /// A declaration that a requirement does not apply.
    Inapplicability,
    /// What a state resource said of a business and a requirement.
    Evidence,
    /// A dispute of what a state resource said.
    EvidenceDispute,
    /// An inquiry at the state's resources.
    EvidenceInquiry,
    /// Evidence that the business supplied.
    EvidenceSupply,
    /// A self-check.
    SelfCheck,
    /// A declaration of compliance.
    Declaration,
    /// The result of a check pack run by the business's own program.
    PackResult,
    /// A confirmation that an algorithm was carried out.
    AlgorithmRun,
    /// A caution of a supervisor.
    Caution,
    /// What a supervisor recognised in a business's good faith.
    Recognition,
    /// A preventive visit.
    PreventiveVisit,
    /// A duty to submit information that an event or an authority started.
    InformationDuty,
    /// A cost estimate.
    CostEstimate,
    /// A report of costs borne.
    CostReport,
    /// An opinion on a draft act.
    Opinion,
    /// A transfer to the regulation portal.
    Transfer,
    /// A consent to proactive service.
    Consent,
    /// A proactive offer.
    ProactiveOffer,
    /// A wish to be told when a service becomes possible.
    ServiceWatch,
}

/// What a kind of record says of itself, so that it can be found.
pub trait Kept: Serialize + DeserializeOwned + Clone {
    /// Its kind.
    const KIND: RecordKind;
    /// Its id.
    type Id: Id + Display + FromStr + Clone + Send + 'static;

    /// The requirement it is about, by code.
    fn requirement(&self) -> Option<&str>;
    /// The authority that sees it, too.
    fn authority(&self) -> Option<&AuthorityId>;
    /// Its state, by which lists are cut.
    fn state(&self) -> &'static str;
    /// When a term of it ends, for the gateway's timers.
    fn due_at(&self) -> Option<Timestamp>;
}

/// A kind of record that makes a public register: anybody may read it by its id.
pub trait Published: Kept {}

/// A record as the store keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its id with the prefix of its kind.
    pub id: String,
    /// Its kind.
    pub kind: RecordKind,
    /// Whose it is.
    pub business: BusinessId,
    /// The requirement it is about, by code.
    pub requirement: Option<String>,
    /// The authority that sees it, too.
    pub authority: Option<AuthorityId>,
    /// Its state.
    pub state: String,
    /// When a term of it ends.
    pub due_at: Option<Timestamp>,
    /// The document.
    pub body: Value,
    /// Counts its changes from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Which records of a kind to list; nothing set means all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordFilter {
    /// Only about this requirement.
    pub requirement: Option<String>,
    /// Only in this state.
    pub state: Option<String>,
}

/// A record of a known kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T: Kept> {
    /// Its id.
    pub id: T::Id,
    /// Whose it is.
    pub business: BusinessId,
    /// The document.
    pub body: T,
    /// Counts its changes from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl<T: Kept> Stored<T> {
    /// Makes and keeps a record.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn insert(
        tx: &mut dyn Tx,
        business: &BusinessId,
        body: T,
        stamp: &mut Stamp,
    ) -> Result<Self, StoreError> {
        let (id, now) = (stamp.id(), stamp.now);
        Self::insert_as(tx, id, business, body, now)
    }

    /// Makes and keeps a record under an id of the caller's.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the id is taken, or what the store says.
    pub fn insert_as(
        tx: &mut dyn Tx,
        id: T::Id,
        business: &BusinessId,
        body: T,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let business = business.clone();
        let made = Self { id, business, body, version: 1, created_at: now, updated_at: now };
        tx.records().insert(&made.record())?;
        Ok(made)
    }

    /// The business's record with this id.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn find(tx: &mut dyn Tx, business: &BusinessId, id: &T::Id) -> Result<Option<Self>, StoreError> {
        let found = tx.records().find(business, T::KIND, &id.to_string())?;
        found.map(Self::of).transpose()
    }

    /// The authority's record with this id.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn addressed(
        tx: &mut dyn Tx,
        authority: &AuthorityId,
        id: &T::Id,
    ) -> Result<Option<Self>, StoreError> {
        let found = tx.records().find_addressed(authority, T::KIND, &id.to_string())?;
        found.map(Self::of).transpose()
    }

    /// The record of a public register with this id, whosoever it is.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn published(tx: &mut dyn Tx, id: &T::Id) -> Result<Option<Self>, StoreError>
    where
        T: Published,
    {
        let found = tx.records().find_published(T::KIND, &id.to_string())?;
        found.map(Self::of).transpose()
    }

    /// Keeps the changed document under the next version.
    ///
    /// # Errors
    /// Only what the store says; somebody else's change in the same unit of work is impossible.
    pub fn update(&mut self, tx: &mut dyn Tx, now: Timestamp) -> Result<(), StoreError> {
        self.version += 1;
        self.updated_at = now;
        tx.records().update(&self.record())
    }

    /// The business's records of this kind, newest first.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn list(
        tx: &mut dyn Tx,
        business: &BusinessId,
        filter: &RecordFilter,
        page: &PageRequest,
    ) -> Result<Page<Self>, StoreError> {
        let Page { items, next } = tx.records().list(business, T::KIND, filter, page)?;
        Ok(Page { items: items.into_iter().map(Self::of).collect::<Result<_, _>>()?, next })
    }

    /// The newest of the business's records of this kind about a requirement, for each requirement one.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn latest(tx: &mut dyn Tx, business: &BusinessId) -> Result<Vec<Self>, StoreError> {
        tx.records().latest(business, T::KIND)?.into_iter().map(Self::of).collect()
    }

    /// The records of this kind that the authority sees, oldest first.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn of_authority(
        tx: &mut dyn Tx,
        authority: &AuthorityId,
        filter: &RecordFilter,
        page: &PageRequest,
    ) -> Result<Page<Self>, StoreError> {
        let Page { items, next } = tx.records().of_authority(authority, T::KIND, filter, page)?;
        Ok(Page { items: items.into_iter().map(Self::of).collect::<Result<_, _>>()?, next })
    }

    /// The records of this kind whose term ended at `now` or before, oldest first.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn due(tx: &mut dyn Tx, now: Timestamp, limit: u32) -> Result<Vec<Self>, StoreError> {
        tx.records().due(T::KIND, now, limit)?.into_iter().map(Self::of).collect()
    }

    fn record(&self) -> Record {
        Record {
            id: self.id.to_string(),
            kind: T::KIND,
            business: self.business.clone(),
            requirement: self.body.requirement().map(str::to_owned),
            authority: self.body.authority().cloned(),
            state: self.body.state().to_owned(),
            due_at: self.body.due_at(),
            body: serde_json::to_value(&self.body).expect("a record's document is plain JSON"),
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }

    fn of(record: Record) -> Result<Self, StoreError> {
        let Record { id, kind, business, body, version, created_at, updated_at, .. } = record;
        let corrupt = |what: &str| StoreError::Corrupt(format!("{kind} {id}: {what}"));
        let typed = id.parse().map_err(|_| corrupt("the id is of another kind"))?;
        let body = serde_json::from_value(body).map_err(|error| corrupt(&error.to_string()))?;
        Ok(Self { id: typed, business, body, version, created_at, updated_at })
    }
}
