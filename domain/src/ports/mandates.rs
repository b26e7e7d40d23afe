//! Repositories of mandates and of requests for them.

use super::store::Answer;
use crate::{
    ids::{AccessRequestId, ApplicationId, BusinessId, MandateId},
    mandate::{Mandate, MandateKind, MandateStatus, access::AccessRequest},
    page::{Page, PageRequest},
    time::Timestamp,
};

/// Which mandates to list: an application's or a business's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MandateFilter {
    /// Only this application's.
    pub application: Option<ApplicationId>,
    /// Only this business's.
    pub business: Option<BusinessId>,
    /// Only those sub-delegated from this one.
    pub parent: Option<MandateId>,
    /// Only those that stand so.
    pub status: Option<MandateStatus>,
    /// Only those of this kind.
    pub kind: Option<MandateKind>,
}

/// Grounds on which applications act for businesses.
pub trait Mandates {
    /// Adds a mandate.
    fn insert(&mut self, mandate: &Mandate) -> Answer<()>;
    /// The open mandate between the two, whether it holds yet or still, if there is one.
    fn open(&mut self, application: &ApplicationId, business: &BusinessId) -> Answer<Option<Mandate>>;
    /// The last of the closed ones between the two.
    fn last_closed(&mut self, application: &ApplicationId, business: &BusinessId) -> Answer<Option<Mandate>>;
    /// The business's mandate with this id.
    fn find(&mut self, business: &BusinessId, id: &MandateId) -> Answer<Option<Mandate>>;
    /// Stores a changed mandate if the stored version is the one before; false otherwise.
    fn update(&mut self, mandate: &Mandate) -> Answer<bool>;
    /// Mandates in the order of ids; a status is that of the moment `now`.
    fn list(&mut self, filter: &MandateFilter, now: Timestamp, page: &PageRequest) -> Answer<Page<Mandate>>;
    /// The open ones that were sub-delegated from a mandate.
    fn children(&mut self, parent: &MandateId) -> Answer<Vec<Mandate>>;
    /// Open ones whose term is over at `now`, oldest first.
    fn over(&mut self, now: Timestamp, limit: u32) -> Answer<Vec<Mandate>>;
}

/// To whom or by whom access was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedBy {
    /// What an application asked for.
    Application(ApplicationId),
    /// What a business, by its INN and OGRN, is asked.
    Business {
        /// Its taxpayer number.
        inn: String,
        /// Its registration number.
        ogrn: String,
    },
}

/// Requests to represent a business.
pub trait AccessRequests {
    /// Adds a request.
    fn insert(&mut self, request: &AccessRequest) -> Answer<()>;
    /// The request with this id, if it is the party's.
    fn find(&mut self, party: &AskedBy, id: &AccessRequestId) -> Answer<Option<AccessRequest>>;
    /// The application's request under a reference of its own.
    fn by_reference(&mut self, application: &ApplicationId, reference: &str)
    -> Answer<Option<AccessRequest>>;
    /// The application's request to the INN that waits for its answer.
    fn waiting(&mut self, application: &ApplicationId, inn: &str) -> Answer<Option<AccessRequest>>;
    /// Stores a changed request if the stored version is the one before; false otherwise.
    fn update(&mut self, request: &AccessRequest) -> Answer<bool>;
    /// The party's requests, newest first.
    fn list(&mut self, party: &AskedBy, page: &PageRequest) -> Answer<Page<AccessRequest>>;
    /// Those that wait and whose term is over at `now`, oldest first.
    fn over(&mut self, now: Timestamp, limit: u32) -> Answer<Vec<AccessRequest>>;
}
