//! The catalogue's life in the store: loaded at the start, replaced by an authority, swapped in as a whole.

use std::sync::Arc;

use domain::{
    catalogue::{Catalogue, CatalogueFault, Document, DocumentKind},
    ids::AuthorityId,
    ports::store::{Store, StoreError, Tx},
    time::Timestamp,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use validator::Validate;

use crate::{gateway::Gateway, models::catalogue::ServiceView};

/// A service document as an authority sends it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = Object)]
pub struct ServiceBody(pub Map<String, Value>);

impl Validate for ServiceBody {
    /// The domain judges what is in it.
    fn validate(&self) -> Result<(), validator::ValidationErrors> {
        Ok(())
    }
}

/// Why a service was not published.
#[derive(Debug)]
pub enum PublishError {
    /// The code belongs to another authority's service.
    NotFound,
    /// The document names another code or another authority than the caller's.
    Foreign {
        /// The member that does.
        member: &'static str,
        /// What it must be.
        expected: String,
    },
    /// The catalogue would not hold together with it.
    Faults(Vec<CatalogueFault>),
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for PublishError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Loads the catalogue: what the store holds, completed and brought up to date by what the program ships.
///
/// # Errors
/// The store's error, or every fault of the documents together.
pub async fn load(store: &Store, now: Timestamp) -> Result<Catalogue, PublishError> {
    let documents = store.write(move |tx| -> Result<_, StoreError> { merged(tx, now) }).await?;
    Catalogue::compile(documents).map_err(PublishError::Faults)
}

fn merged(tx: &mut dyn Tx, now: Timestamp) -> Result<Vec<Document>, StoreError> {
    let mut current = tx.catalogue().current()?;
    for shipped in domain::catalogue::builtin() {
        let known = current.iter().position(|held| held.kind == shipped.kind && held.code == shipped.code);
        match known {
            Some(at) if current[at].version >= shipped.version => {}
            Some(at) => {
                tx.catalogue().insert(&shipped, now)?;
                current[at] = shipped;
            }
            None => {
                tx.catalogue().insert(&shipped, now)?;
                current.push(shipped);
            }
        }
    }
    Ok(current)
}

/// Publishes a service of `authority` under `code` as a new version and puts it in force.
///
/// # Errors
/// [`PublishError`]; the catalogue in force is unchanged then.
pub async fn service(
    gateway: &Gateway,
    authority: &AuthorityId,
    code: String,
    body: ServiceBody,
) -> Result<ServiceView, PublishError> {
    for (member, expected) in [("code", code.as_str()), ("authority_id", authority.as_str())] {
        if body.0.get(member).and_then(Value::as_str) != Some(expected) {
            return Err(PublishError::Foreign { member, expected: expected.to_owned() });
        }
    }
    let (owner, wanted, now) = (authority.clone(), code.clone(), gateway.clock.now());
    let catalogue = gateway.store.write(move |tx| replace(tx, &owner, &wanted, &body.0, now)).await?;
    gateway.catalogue.store(Arc::clone(&catalogue));
    let published = catalogue.service(&code).ok_or(PublishError::NotFound)?;
    Ok(ServiceView::from(published.as_ref()))
}

fn replace(
    tx: &mut dyn Tx,
    owner: &AuthorityId,
    code: &str,
    body: &Map<String, Value>,
    now: Timestamp,
) -> Result<Arc<Catalogue>, PublishError> {
    let mut documents = tx.catalogue().current()?;
    let held = documents.iter().position(|held| held.kind == DocumentKind::Service && held.code == code);
    let version = held.map_or(0, |at| documents[at].version) + 1;
    if held.is_some_and(|at| documents[at].body["authority_id"] != json!(owner)) {
        return Err(PublishError::NotFound);
    }
    let mut body = body.clone();
    body.insert("version".into(), json!(version));
    let document =
        Document { kind: DocumentKind::Service, code: code.to_owned(), version, body: body.into() };
    match held {
        Some(at) => documents[at] = document.clone(),
        None => documents.push(document.clone()),
    }
    let catalogue = Catalogue::compile(documents).map_err(PublishError::Faults)?;
    tx.catalogue().insert(&document, now)?;
    Ok(Arc::new(catalogue))
}
