//! Repositories of webhooks and of what is on its way to them.

use super::store::Answer;
use crate::{
    ids::{ApplicationId, DeliveryId, EventId, WebhookId},
    page::{Page, PageRequest},
    time::Timestamp,
    webhook::{
        Webhook,
        delivery::{Delivery, DeliveryState},
    },
};

/// Endpoints of applications. What is removed is found by nobody.
pub trait Webhooks {
    /// Adds an endpoint.
    fn insert(&mut self, webhook: &Webhook) -> Answer<()>;
    /// The application's endpoint with this id.
    fn find(&mut self, application: &ApplicationId, id: &WebhookId) -> Answer<Option<Webhook>>;
    /// The endpoint with this id: for the gateway's own rounds, never for a caller.
    fn by_id(&mut self, id: &WebhookId) -> Answer<Option<Webhook>>;
    /// Stores a changed endpoint.
    fn update(&mut self, webhook: &Webhook) -> Answer<()>;
    /// The application's endpoints, newest first.
    fn list(&mut self, application: &ApplicationId, page: &PageRequest) -> Answer<Page<Webhook>>;
    /// Active endpoints whose cursor is before `head`: for the gateway's own rounds.
    fn behind(&mut self, head: i64) -> Answer<Vec<Webhook>>;
    /// Endpoints that are not disabled and have something to be sent at `now` that nobody holds by the real clock.
    fn waiting(&mut self, now: Timestamp, wall: Timestamp) -> Answer<Vec<Webhook>>;
    /// Forgets removed endpoints that have no deliveries any more; returns how many.
    fn forget_removed(&mut self) -> Answer<usize>;
}

/// Messages on their way to endpoints.
pub trait Deliveries {
    /// Adds a delivery.
    fn insert(&mut self, delivery: &Delivery) -> Answer<()>;
    /// The endpoint's delivery with this id.
    fn find(&mut self, webhook: &WebhookId, id: &DeliveryId) -> Answer<Option<Delivery>>;
    /// The endpoint's delivery of a message.
    fn of_message(&mut self, webhook: &WebhookId, message: &EventId) -> Answer<Option<Delivery>>;
    /// Stores a changed delivery.
    fn update(&mut self, delivery: &Delivery) -> Answer<()>;
    /// The endpoint's deliveries, newest first.
    fn list(
        &mut self,
        webhook: &WebhookId,
        state: Option<DeliveryState>,
        page: &PageRequest,
    ) -> Answer<Page<Delivery>>;
    /// How many of the endpoint's deliveries are not finished.
    fn pending(&mut self, webhook: &WebhookId) -> Answer<i64>;
    /// The endpoint's unfinished messages about endpoints, oldest first.
    fn own(&mut self, webhook: &WebhookId) -> Answer<Vec<Delivery>>;
    /// The first unfinished event in the order of the sequence, whether due or not.
    fn first_in_line(&mut self, webhook: &WebhookId) -> Answer<Option<Delivery>>;
    /// The event that has been due for longest and is held by nobody by the real clock.
    fn first_due(&mut self, webhook: &WebhookId, now: Timestamp, wall: Timestamp)
    -> Answer<Option<Delivery>>;
    /// Forgets deliveries that were finished before a moment or go to a removed endpoint, at most `limit`; returns how
    /// many.
    fn forget(&mut self, before: Timestamp, limit: u32) -> Answer<usize>;
}
