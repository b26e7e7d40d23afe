//! What the gateway does of itself: it brings tasks to authorities' systems and closes what is overdue.

use std::{sync::Arc, time::Duration};

use domain::{
    ids::AuthorityId,
    inbox::{Route, Task},
    ports::{
        authority::{Answer, Authorities},
        store::{StoreError, Tx},
    },
    submission::{Submission, expire::expire_overdue},
    time::Timestamp,
};
use jiff::SignedDuration;
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::gateway::Gateway;

mod assessments;
pub mod connector;
pub mod drafts;
pub mod evidence;
pub mod guard;
pub mod lists;
pub mod log;
mod mandates;
mod partner;
pub mod portal;
pub mod proactive;
pub mod state_resources;
mod terms;
pub mod webhooks;

/// No connectors: every authority takes its tasks from its inbox.
pub struct InboxOnly;

impl Authorities for InboxOnly {
    fn route(&self, _: &AuthorityId, _: &Map<String, Value>) -> Route {
        Route::Inbox
    }

    /// Never asked, because no task goes this way; an old one waits for a connector to come back.
    fn push(&self, _: &Task, _: &Submission, now: Timestamp) -> Answer {
        Answer::Unreachable(now.plus(SignedDuration::from_hours(1)))
    }
}

/// How long the gateway waits for an event before it looks by itself.
const PATIENCE: Duration = Duration::from_millis(500);
/// How many overdue submissions one unit of work closes.
const OVERDUE_AT_ONCE: u32 = 100;

/// Works for ever: after every event, and twice a second without one. A failure is logged by the name of the `work` and
/// tried again.
pub async fn run(
    gateway: Arc<Gateway>,
    work: &'static str,
    turn: impl AsyncFn(&Gateway) -> Result<(), StoreError>,
) {
    let mut seen = 0;
    loop {
        if gateway.feed.beyond(seen, PATIENCE).await {
            seen = gateway.feed.head();
        }
        if let Err(error) = turn(&gateway).await {
            tracing::warn!(work, %error, "outbound work failed, trying again");
            tokio::time::sleep(PATIENCE).await;
        }
    }
}

/// One turn at a time, so that what another turn holds in its hands is done when this one ends.
static TURN: Mutex<()> = Mutex::const_new(());

/// Does all that is due now: deliveries until none is left, then overdue submissions, then terms that are over.
///
/// # Errors
/// What the store says; the rest stays due.
pub async fn turn(gateway: &Gateway) -> Result<(), StoreError> {
    let _alone = TURN.lock().await;
    while connector::deliver(gateway).await? > 0 {}
    close_overdue(gateway).await?;
    mandates::close_over(gateway).await?;
    assessments::remind(gateway).await?;
    terms::end_due(gateway).await
}

async fn close_overdue(gateway: &Gateway) -> Result<(), StoreError> {
    loop {
        let (desk, stamp) = (gateway.desk(), gateway.stamp());
        let closing = move |tx: &mut dyn Tx| expire_overdue(tx, &desk, OVERDUE_AT_ONCE, stamp.clone());
        let idle = gateway.store.read(overdue_exists(gateway.clock.now())).await?;
        if idle || gateway.store.write(closing).await? == 0 {
            return Ok(());
        }
    }
}

fn overdue_exists(now: Timestamp) -> impl FnMut(&mut dyn Tx) -> Result<bool, StoreError> + Send + 'static {
    move |tx| Ok(tx.submissions().overdue(now, 1)?.is_empty())
}
