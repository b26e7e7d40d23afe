//! What an endpoint's owner does with it: makes, changes, rotates, activates, deactivates, removes.

use super::{
    DisabledReason, Settings, SigningSecret, Webhook, WebhookState,
    delivery::{Delivery, DeliveryState, OwnKind},
    terms::terms,
};
use crate::{
    compliance::Refusal,
    error::{Fix, Violation},
    event::EventKind,
    ids::{ApplicationId, BusinessId, WebhookId},
    page::{Page, PageRequest},
    ports::store::{StoreError, Tx},
    text::Text,
    time::{Stamp, Timestamp},
};

/// What an endpoint is made of; secret and challenge are random, drawn by the caller.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Whose it is to be.
    pub owner: Owner,
    /// What its owner chose.
    pub settings: Settings,
    /// With what it signs.
    pub secret: SigningSecret,
    /// What the endpoint must echo.
    pub challenge: String,
}

/// Who asks: an application, by a token that reaches all of its businesses or some.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The application.
    pub application: ApplicationId,
    /// The businesses that the token names; None where it reaches all.
    pub businesses: Option<Vec<BusinessId>>,
}

/// Whose endpoint is meant.
#[derive(Debug, Clone)]
pub struct Named {
    /// The owner.
    pub owner: Owner,
    /// The endpoint.
    pub id: WebhookId,
}

/// A change of what the owner chose; None leaves as it is.
#[derive(Debug, Clone, Default)]
pub struct SettingsChange {
    /// The version that the owner has seen.
    pub expected: i64,
    /// Another address, which has to be verified.
    pub url: Option<String>,
    /// Other kinds.
    pub types: Option<Option<Vec<EventKind>>>,
    /// Other businesses.
    pub businesses: Option<Option<Vec<BusinessId>>>,
    /// Another order.
    pub ordered: Option<bool>,
    /// Another description.
    pub description: Option<Option<String>>,
}

impl Owner {
    /// Whether the token reaches everything that the endpoint gets.
    pub fn reaches(&self, settings: &Settings) -> bool {
        match (&self.businesses, &settings.businesses) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(reached), Some(named)) => named.iter().all(|one| reached.contains(one)),
        }
    }

    fn within_reach(&self, settings: &Settings) -> Result<(), Refusal> {
        if self.reaches(settings) { Ok(()) } else { Err(beyond_reach()) }
    }
}

/// Makes an endpoint that gets what happens from now on, once it has echoed its challenge.
///
/// # Errors
/// [`Refusal::Invalid`] where the application has as many as it may, or the token reaches less than the endpoint would.
pub fn register(tx: &mut dyn Tx, new: &NewWebhook, mut stamp: Stamp) -> Result<Webhook, Refusal> {
    let NewWebhook { owner, settings, secret, challenge } = new.clone();
    owner.within_reach(&settings)?;
    let most = terms(stamp.now).most_endpoints;
    let page = PageRequest { after: None, limit: most };
    if tx.webhooks().list(&owner.application, &page)?.items.len() >= most as usize {
        return Err(too_many(most));
    }
    let webhook = Webhook {
        id: stamp.id(),
        application: owner.application,
        settings,
        state: WebhookState::PendingVerification,
        disabled: None,
        secret,
        old_secret: None,
        challenge,
        cursor: tx.events().head()?,
        failing_since: None,
        version: 1,
        created_at: stamp.now,
        changed_at: stamp.now,
        removed_at: None,
    };
    tx.webhooks().insert(&webhook)?;
    challenge_it(tx, &webhook, &mut stamp)?;
    Ok(webhook)
}

/// The application's endpoint.
///
/// # Errors
/// [`Refusal::NotFound`] where it has none with this id, or the token reaches less than the endpoint.
pub fn find(tx: &mut dyn Tx, named: &Named) -> Result<Webhook, Refusal> {
    let Named { owner, id } = named;
    let found = tx.webhooks().find(&owner.application, id)?;
    found.filter(|webhook| owner.reaches(&webhook.settings)).ok_or(Refusal::NotFound)
}

/// The application's endpoints that the token reaches, newest first.
///
/// # Errors
/// Only what the store says.
pub fn list(tx: &mut dyn Tx, owner: &Owner, page: &PageRequest) -> Result<Page<Webhook>, StoreError> {
    let mut found = tx.webhooks().list(&owner.application, page)?;
    found.items.retain(|webhook| owner.reaches(&webhook.settings));
    Ok(found)
}

/// Changes what the owner chose. Another address has to echo a new challenge before anything else is sent there.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Stale`], [`Refusal::Invalid`] beyond the token's reach.
pub fn change(
    tx: &mut dyn Tx,
    named: &Named,
    change: &SettingsChange,
    challenge: &str,
    mut stamp: Stamp,
) -> Result<Webhook, Refusal> {
    let mut webhook = find(tx, named)?;
    if webhook.version != change.expected {
        return Err(Refusal::Stale { current: webhook.version });
    }
    let SettingsChange { expected: _, url, types, businesses, ordered, description } = change.clone();
    let moved = url.as_ref().is_some_and(|url| *url != webhook.settings.url);
    let old = webhook.settings.clone();
    webhook.settings = Settings {
        url: url.unwrap_or(old.url),
        types: types.unwrap_or(old.types),
        businesses: businesses.unwrap_or(old.businesses),
        ordered: ordered.unwrap_or(old.ordered),
        description: description.unwrap_or(old.description),
    };
    named.owner.within_reach(&webhook.settings)?;
    match webhook.state {
        WebhookState::Active | WebhookState::PendingVerification if moved => {
            prove(tx, &mut webhook, challenge, &mut stamp)?;
        }
        WebhookState::Active | WebhookState::PendingVerification | WebhookState::Disabled => {
            webhook.change(stamp.now);
            tx.webhooks().update(&webhook)?;
        }
    }
    Ok(webhook)
}

/// Takes a new secret; the one before signs beside it for a term, so that receivers can follow without a pause.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn rotate(
    tx: &mut dyn Tx,
    named: &Named,
    secret: &SigningSecret,
    stamp: &Stamp,
) -> Result<Webhook, Refusal> {
    let mut webhook = find(tx, named)?;
    let old = std::mem::replace(&mut webhook.secret, secret.clone());
    webhook.old_secret = Some((old, stamp.now.plus(terms(stamp.now).overlap())));
    webhook.change(stamp.now);
    tx.webhooks().update(&webhook)?;
    Ok(webhook)
}

/// Sends a new challenge; the endpoint is active again when it has echoed it.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::State`] where it is active already.
pub fn activate(
    tx: &mut dyn Tx,
    named: &Named,
    challenge: &str,
    mut stamp: Stamp,
) -> Result<Webhook, Refusal> {
    let mut webhook = find(tx, named)?;
    match webhook.state {
        WebhookState::Active => Err(conflict(&webhook, "activate", "deactivate")),
        WebhookState::PendingVerification | WebhookState::Disabled => {
            prove(tx, &mut webhook, challenge, &mut stamp)?;
            Ok(webhook)
        }
    }
}

/// Stops sending; what happens meanwhile waits in the sequence.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::State`] where it is disabled already.
pub fn deactivate(tx: &mut dyn Tx, named: &Named, now: Timestamp) -> Result<Webhook, Refusal> {
    let mut webhook = find(tx, named)?;
    match webhook.state {
        WebhookState::Disabled => Err(conflict(&webhook, "deactivate", "activate")),
        WebhookState::Active | WebhookState::PendingVerification => {
            webhook.stand(WebhookState::Disabled, Some(DisabledReason::Owner), now);
            tx.webhooks().update(&webhook)?;
            Ok(webhook)
        }
    }
}

/// Removes an endpoint with its deliveries.
///
/// # Errors
/// [`Refusal::NotFound`], also when it is removed already.
pub fn remove(tx: &mut dyn Tx, named: &Named, now: Timestamp) -> Result<(), Refusal> {
    let mut webhook = find(tx, named)?;
    webhook.removed_at = Some(now);
    Ok(tx.webhooks().update(&webhook)?)
}

fn prove(
    tx: &mut dyn Tx,
    webhook: &mut Webhook,
    challenge: &str,
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    challenge.clone_into(&mut webhook.challenge);
    webhook.stand(WebhookState::PendingVerification, None, stamp.now);
    tx.webhooks().update(webhook)?;
    challenge_it(tx, webhook, stamp)
}

/// Lodges the challenge; those before it are dropped.
fn challenge_it(tx: &mut dyn Tx, webhook: &Webhook, stamp: &mut Stamp) -> Result<(), StoreError> {
    for mut old in tx.deliveries().own(&webhook.id)?.into_iter().filter(Delivery::is_challenge) {
        old.finish(DeliveryState::Dropped, stamp.now);
        tx.deliveries().update(&old)?;
    }
    let asked = Delivery::own(webhook, OwnKind::Verify, &webhook.id, stamp);
    tx.deliveries().insert(&asked)
}

pub(super) fn conflict(webhook: &Webhook, attempted: &'static str, allowed: &'static str) -> Refusal {
    Refusal::State { state: webhook.state.into(), attempted, allowed: vec![allowed] }
}

fn beyond_reach() -> Refusal {
    let detail = Text::new(
        "Токен выдан на часть бизнесов, а адрес доставки получал бы события других.",
        "The token reaches some businesses, and the endpoint would get events of others.",
    );
    let fix = Text::new(
        "Назовите в businesses только бизнесы токена или возьмите токен без ограничения.",
        "Name in businesses those of the token alone, or take a token that reaches all.",
    );
    let (pointer, code) = ("/businesses".to_owned(), "beyond-reach".to_owned());
    Refusal::Invalid(vec![Violation { pointer, code, detail, fix: Fix::say(fix) }])
}

fn too_many(most: u32) -> Refusal {
    let detail = Text::new(
        format!("У приложения не больше {most} адресов доставки."),
        format!("An application has {most} endpoints at most."),
    );
    let fix = Text::new(
        "Удалите ненужный адрес доставки или измените имеющийся.",
        "Remove an endpoint that is not needed, or change one.",
    );
    let pointer = String::new();
    Refusal::Invalid(vec![Violation { pointer, code: "too-many".into(), detail, fix: Fix::say(fix) }])
}
