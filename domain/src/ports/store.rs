//! The store: repositories, the unit of work over them, and the two ways into it.
//!
//! A use case gets `&mut dyn Tx` and never begins or commits. Every repository method asks one question; whatever
//! belongs to a business is asked for with that business, so another tenant's id finds nothing.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
};

use crate::{
    application::Application,
    attachment::Attachment,
    business::{Business, ProfileVersion},
    catalogue::Document,
    digest::Digest,
    event::{Audience, Event, HistoryFilter, NewEvent},
    idempotency::Remembered,
    ids::{ApplicationId, AttachmentId, AuthorityId, BusinessId, ReceiptId, SubmissionId, TaskId},
    inbox::{Route, Task},
    mandate::{Holder, OnBehalf, Terms},
    page::{Page, PageRequest},
    receipt::Receipt,
    submission::{Submission, list::SubmissionFilter, next_step::Progress},
    time::Timestamp,
};

pub use super::assessments::Assessments;
pub use super::draft_acts::DraftActs;
pub use super::log::MerkleLog;
pub use super::mandates::{AccessRequests, AskedBy, MandateFilter, Mandates};
pub use super::proactive::Looks;
pub use super::requirements::{Frontier, Marks, PersonalLists, Records, RegistryDocuments};
pub use super::webhooks::{Deliveries, Webhooks};

/// Why the store could not answer. Never a statement about the caller's request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The queue of writes is full; nothing was done, and trying again later is safe.
    #[error("the queue of writes is full")]
    Overloaded,
    /// The database cannot be reached or failed; whether the unit was committed is unknown.
    #[error("the database failed: {0}")]
    Unavailable(String),
    /// No room is left; nothing was done.
    #[error("no room is left for the database")]
    Full,
    /// What was read does not fit the domain.
    #[error("stored data does not fit: {0}")]
    Corrupt(String),
    /// The key of a page is not one that this list made.
    #[error("the key of a page is another list's")]
    ForeignKey,
    /// A unique key exists already; the caller of the repository turns this into its own error.
    #[error("the key exists already")]
    Conflict,
}

/// Every repository of one unit of work.
pub trait Tx {
    /// OAuth clients.
    fn applications(&mut self) -> &mut dyn Applications;
    /// Access tokens, client assertions and keys.
    fn access(&mut self) -> &mut dyn Access;
    /// Grounds on which applications act for businesses.
    fn mandates(&mut self) -> &mut dyn Mandates;
    /// Requests to represent a business.
    fn access_requests(&mut self) -> &mut dyn AccessRequests;
    /// Businesses and their profiles.
    fn businesses(&mut self) -> &mut dyn Businesses;
    /// Submissions.
    fn submissions(&mut self) -> &mut dyn Submissions;
    /// Attachments.
    fn attachments(&mut self) -> &mut dyn Attachments;
    /// Receipts.
    fn receipts(&mut self) -> &mut dyn Receipts;
    /// The Merkle log over receipts.
    fn log(&mut self) -> &mut dyn MerkleLog;
    /// The sequence of events.
    fn events(&mut self) -> &mut dyn Events;
    /// Authorities' tasks.
    fn inbox(&mut self) -> &mut dyn Inbox;
    /// Remembered replies.
    fn idempotency(&mut self) -> &mut dyn Idempotency;
    /// Catalogue documents.
    fn catalogue(&mut self) -> &mut dyn CatalogueDocuments;
    /// The registry of requirements.
    fn registry(&mut self) -> &mut dyn RegistryDocuments;
    /// Personal lists of requirements.
    fn lists(&mut self) -> &mut dyn PersonalLists;
    /// Records of dealings with requirements.
    fn records(&mut self) -> &mut dyn Records;
    /// Assessments, and how they are counted.
    fn assessments(&mut self) -> &mut dyn Assessments;
    /// Draft acts.
    fn draft_acts(&mut self) -> &mut dyn DraftActs;
    /// Endpoints to which events are brought.
    fn webhooks(&mut self) -> &mut dyn Webhooks;
    /// Messages on their way to endpoints.
    fn deliveries(&mut self) -> &mut dyn Deliveries;
    /// Businesses that are looked at for proactive service.
    fn looks(&mut self) -> &mut dyn Looks;
}

/// What a question to the store is answered with.
pub(super) type Answer<T> = Result<T, StoreError>;

/// OAuth clients.
pub trait Applications {
    /// Adds an application.
    fn insert(&mut self, application: &Application) -> Answer<()>;
    /// The application with this client id.
    fn find(&mut self, id: &ApplicationId) -> Answer<Option<Application>>;
    /// Stores a changed application; false where there is none.
    fn update(&mut self, application: &Application) -> Answer<bool>;
    /// All applications, by id.
    fn all(&mut self) -> Answer<Vec<Application>>;
    /// Applications that were suspended after `moment` and still are.
    fn suspended_since(&mut self, moment: Timestamp) -> Answer<Vec<ApplicationId>>;
}

/// A signing key of the gateway as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// PKCS#8 of the private key. Never logged: no Debug.
    pub pkcs8: Vec<u8>,
    /// When it became the active one.
    pub created_at: Timestamp,
}

/// Access tokens, client assertions and keys.
pub trait Access {
    /// Remembers a client assertion; false if this client has used the `jti` before.
    fn use_assertion(&mut self, client: &ApplicationId, jti: &str, until: Timestamp) -> Answer<bool>;
    /// Remembers a DPoP proof by the digest of its key and `jti`; false if it was used before.
    fn use_proof(&mut self, name: &Digest, until: Timestamp) -> Answer<bool>;
    /// Forgets assertions, proofs and revocations that ended before `now`; returns how many.
    fn forget_expired(&mut self, now: Timestamp) -> Answer<usize>;
    /// Remembers that a token was revoked; a repeat changes nothing.
    fn revoke(&mut self, jti: &str, until: Timestamp) -> Answer<()>;
    /// Revocations still in force, with the token's expiry.
    fn revocations(&mut self, now: Timestamp) -> Answer<Vec<(String, Timestamp)>>;
    /// Adds a signing key.
    fn insert_key(&mut self, key: &StoredKey) -> Answer<()>;
    /// All signing keys, the newest first.
    fn keys(&mut self) -> Answer<Vec<StoredKey>>;
}

/// Businesses and their profiles.
pub trait Businesses {
    /// Adds a business; [`StoreError::Conflict`] where its INN is known already.
    fn insert(&mut self, business: &Business) -> Answer<()>;
    /// The business with this id. Callers hold a mandate for it or stand on an authority's side.
    fn find(&mut self, id: &BusinessId) -> Answer<Option<Business>>;
    /// The business with this INN, for what is addressed by it.
    fn by_inn(&mut self, inn: &str) -> Answer<Option<Business>>;
    /// The version of its profile alone.
    fn version(&mut self, id: &BusinessId) -> Answer<Option<i64>>;
    /// The businesses for which the holder's mandates carry its question, by id.
    fn of_application(&mut self, holder: &Holder, page: &PageRequest) -> Answer<Page<Business>>;
    /// Everybody, by id: for the gateway's own rounds, never for a caller.
    fn all(&mut self, page: &PageRequest) -> Answer<Page<Business>>;
    /// Stores a changed profile if the stored version is `expected`; false otherwise.
    fn update(&mut self, business: &Business, expected: i64) -> Answer<bool>;
    /// Adds a version to the profile's history.
    fn insert_profile_version(&mut self, version: &ProfileVersion) -> Answer<()>;
    /// The profile's history, newest first.
    fn profile_versions(&mut self, business: &BusinessId, page: &PageRequest)
    -> Answer<Page<ProfileVersion>>;
}

/// Submissions.
pub trait Submissions {
    /// Adds a submission. An open one is found by the digest of its document, which is not asked of others.
    fn insert(&mut self, submission: &Submission, document: Option<&Digest>) -> Answer<()>;
    /// The business's submission with this id.
    fn find(&mut self, business: &BusinessId, id: &SubmissionId) -> Answer<Option<Submission>>;
    /// How far the submission has come, with the terms of the application's open mandate, by which the caller judges.
    fn progress(&mut self, on_behalf: &OnBehalf, id: &SubmissionId) -> Answer<Option<(Terms, Progress)>>;
    /// Those of the ids that belong to a business for which the holder's mandates carry its question.
    fn find_many(&mut self, holder: &Holder, ids: &[SubmissionId]) -> Answer<Vec<Submission>>;
    /// The authority's submission with this id; drafts are invisible to it.
    fn find_addressed(&mut self, authority: &AuthorityId, id: &SubmissionId) -> Answer<Option<Submission>>;
    /// Stores a changed submission if the stored version is `expected`; false otherwise.
    fn update(&mut self, submission: &Submission, expected: i64) -> Answer<bool>;
    /// The business's submissions, newest first.
    fn list(
        &mut self,
        business: &BusinessId,
        filter: &SubmissionFilter,
        page: &PageRequest,
    ) -> Answer<Page<Submission>>;
    /// The open submission of the business for this service with the same document, if there is one.
    fn open_twin(
        &mut self,
        business: &BusinessId,
        service: &str,
        digest: &Digest,
    ) -> Answer<Option<SubmissionId>>;
    /// The business's submissions that the application lodged and that are not closed, newest first.
    fn open_of(
        &mut self,
        business: &BusinessId,
        application: &ApplicationId,
        limit: u32,
    ) -> Answer<Vec<Submission>>;
    /// Submissions whose term for the next step has passed, oldest first.
    fn overdue(&mut self, now: Timestamp, limit: u32) -> Answer<Vec<Submission>>;
}

/// Attachments.
pub trait Attachments {
    /// Adds an attachment.
    fn insert(&mut self, attachment: &Attachment) -> Answer<()>;
    /// The business's attachment with this id.
    fn find(&mut self, business: &BusinessId, id: &AttachmentId) -> Answer<Option<Attachment>>;
    /// Stores a changed attachment.
    fn update(&mut self, attachment: &Attachment) -> Answer<()>;
    /// The business's attachments, newest first.
    fn list(&mut self, business: &BusinessId, page: &PageRequest) -> Answer<Page<Attachment>>;
}

/// Receipts.
pub trait Receipts {
    /// Adds a receipt.
    fn insert(&mut self, receipt: &Receipt) -> Answer<()>;
    /// The receipt with this id, if it names a business for which the holder's mandates carry its question.
    fn find(&mut self, holder: &Holder, id: &ReceiptId) -> Answer<Option<Receipt>>;
    /// Receipts whose document or body has this digest, under the same condition, newest first, at most 100.
    fn by_digest(&mut self, holder: &Holder, digest: &Digest) -> Answer<Vec<Receipt>>;
    /// Receipts for a key that the application itself used, newest first, at most 100.
    fn by_key(&mut self, application: &ApplicationId, key: &str) -> Answer<Vec<Receipt>>;
    /// Receipts of one subject of the business, oldest first.
    fn of_subject(&mut self, business: &BusinessId, subject: &str) -> Answer<Vec<Receipt>>;
}

/// The sequence of events.
pub trait Events {
    /// Appends an event and returns its place in the sequence.
    fn append(&mut self, event: &NewEvent) -> Answer<i64>;
    /// Appends events in this order.
    fn append_all(&mut self, events: &[NewEvent]) -> Answer<()>;
    /// Events behind `after`, in sequence, at most `limit`; no kinds means all kinds.
    fn after(&mut self, audience: &Audience, after: i64, kinds: &[&str], limit: u32) -> Answer<Vec<Event>>;
    /// The last moment behind `after` at which the application acted for the business, if there is one. Looks through
    /// the last events of the gateway only: what is dated later than now was committed just now.
    fn acted_after(
        &mut self,
        business: &BusinessId,
        application: &ApplicationId,
        after: Timestamp,
    ) -> Answer<Option<Timestamp>>;
    /// The place of the last event; 0 before the first.
    fn head(&mut self) -> Answer<i64>;
    /// The business's interaction history, newest first.
    fn history(
        &mut self,
        business: &BusinessId,
        filter: &HistoryFilter,
        page: &PageRequest,
    ) -> Answer<Page<Event>>;
}

/// Authorities' tasks.
pub trait Inbox {
    /// Adds a task.
    fn insert(&mut self, task: &Task) -> Answer<()>;
    /// The authority's task with this id.
    fn find(&mut self, authority: &AuthorityId, id: &TaskId) -> Answer<Option<Task>>;
    /// Tasks that may be taken at `now` and are not held, oldest first.
    fn available(
        &mut self,
        authority: &AuthorityId,
        route: Route,
        now: Timestamp,
        limit: u32,
    ) -> Answer<Vec<Task>>;
    /// Authorities that have a task which may be taken at `now` by this route.
    fn waiting(&mut self, route: Route, now: Timestamp) -> Answer<Vec<AuthorityId>>;
    /// Stores a changed task.
    fn update(&mut self, task: &Task) -> Answer<()>;
}

/// Remembered replies.
pub trait Idempotency {
    /// What the application's key stands for.
    fn find(&mut self, application: &ApplicationId, key: &str) -> Answer<Option<Remembered>>;
    /// Remembers a reply.
    fn insert(&mut self, remembered: &Remembered) -> Answer<()>;
}

/// Catalogue documents.
pub trait CatalogueDocuments {
    /// The newest version of every document.
    fn current(&mut self) -> Answer<Vec<Document>>;
    /// Adds a version; the same kind, code and version twice is [`StoreError::Conflict`].
    fn insert(&mut self, document: &Document, published_at: Timestamp) -> Answer<()>;
}

/// Whether a unit of work keeps its effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Keep them.
    Commit,
    /// Undo them.
    Rollback,
}

/// What a unit of work may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Read one consistent snapshot.
    Read,
    /// Read and write, alone.
    Write,
}

/// A unit of work without its type. It may run more than once; only the last run counts.
pub type Work = Box<dyn FnMut(&mut dyn Tx) -> Verdict + Send>;

/// Runs units of work. Implemented by the databases' adapters.
pub trait UnitOfWork: Send + Sync {
    /// Runs one unit; Ok for a write means that it is durable.
    fn run(
        &self,
        mode: Mode,
        work: Work,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + '_>>;
}

/// The door to everything remembered.
#[derive(Clone)]
pub struct Store(Arc<dyn UnitOfWork>);

impl Store {
    /// Opens the door to an adapter.
    pub fn new(adapter: Arc<dyn UnitOfWork>) -> Self {
        Self(adapter)
    }

    /// Runs `work` alone and keeps its effects if it returns Ok; when this returns Ok, they are durable.
    ///
    /// # Errors
    /// What `work` returns (its effects are undone), or the store's error.
    pub async fn write<T, E>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(Mode::Write, work).await
    }

    /// Runs `work` over one consistent snapshot.
    ///
    /// # Errors
    /// What `work` returns, or the store's error.
    pub async fn read<T, E>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(Mode::Read, work).await
    }

    async fn run<T, E>(
        &self,
        mode: Mode,
        mut work: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let slot = Arc::new(Mutex::new(None));
        let filled = Arc::clone(&slot);
        let untyped: Work = Box::new(move |tx| {
            let result = work(tx);
            let verdict = if result.is_ok() { Verdict::Commit } else { Verdict::Rollback };
            *filled.lock().expect("no unit of work panics while it holds its own slot") = Some(result);
            verdict
        });
        self.0.run(mode, untyped).await?;
        let result = slot.lock().expect("no unit of work panics while it holds its own slot").take();
        result.unwrap_or_else(|| Err(StoreError::Unavailable("the unit of work did not run".into()).into()))
    }
}
