//! Passes opinions and assessments on to the regulation portal, apart from deliveries: a slow portal must not hold
//! anything up. What is passed on is a POST; the same message again is how the gateway asks what became of it.

use domain::{
    ports::{
        regulation_portal::{Answer, Passing, RegulationPortal, Telling},
        store::{StoreError, Tx},
    },
    record::Stored,
    text::Text,
    time::Timestamp,
    transfer::{StoredTransfer, Transfer, passing, settle},
};
use futures_util::{StreamExt as _, stream};
use jiff::SignedDuration;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::partner::{Endpoint, Failure, Partner, Patience};
use crate::gateway::Gateway;

/// The code under which the portal is connected in the settings: `[state_resources.regulation-portal]`.
pub const CODE: &str = "regulation-portal";
/// How many transfers are taken at once.
const AT_ONCE: u32 = 16;
/// When a portal that failed is worth another try.
const LATER: SignedDuration = SignedDuration::from_mins(5);
/// When a portal that is not connected is looked for again.
const MUCH_LATER: SignedDuration = SignedDuration::from_hours(6);
/// When a portal that has received something is asked what became of it.
const ASK_AFTER: SignedDuration = SignedDuration::from_hours(1);
/// The longest text that is taken from an answer.
const MOST_CHARACTERS: usize = 2_000;

/// One turn at a time, so that nothing is passed on twice at once.
static TURN: Mutex<()> = Mutex::const_new(());

/// Passes on everything that is due.
///
/// # Errors
/// What the store says; the rest stays due.
pub async fn turn(gateway: &Gateway) -> Result<(), StoreError> {
    let _alone = TURN.lock().await;
    loop {
        let due = gateway.store.read(due(gateway.clock.now())).await?;
        if due.is_empty() {
            return Ok(());
        }
        let steps = stream::iter(due).map(|(transfer, passing)| pass(gateway, transfer, passing));
        let mut steps = steps.buffer_unordered(AT_ONCE as usize);
        while let Some(taken) = steps.next().await {
            taken?;
        }
    }
}

type Due = Vec<(StoredTransfer, Passing)>;

fn due(now: Timestamp) -> impl FnMut(&mut dyn Tx) -> Result<Due, StoreError> + Send + 'static {
    move |tx| {
        let mut found = Vec::new();
        for transfer in Stored::<Transfer>::due(tx, now, AT_ONCE)? {
            let passing = passing(tx, &transfer, now)?;
            found.push((transfer, passing));
        }
        Ok(found)
    }
}

async fn pass(gateway: &Gateway, transfer: StoredTransfer, passing: Passing) -> Result<(), StoreError> {
    let answer = gateway.regulation_portal.pass(&passing).await;
    let (clerk, stamp) = (gateway.clerk(), gateway.stamp());
    gateway.store.write(move |tx| settle(tx, &clerk, &transfer, &answer, stamp.clone())).await
}

/// The portal over HTTP; None where it is not connected.
pub struct HttpPortal(Option<Partner>);

/// What the portal answers.
#[derive(Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
enum Reply {
    Accepted { number: String },
    Received {},
    Refused { reason: Text },
}

impl HttpPortal {
    /// Connects the portal; nothing is sent yet.
    ///
    /// # Errors
    /// Where no client can be made, such as without certificates to trust.
    pub fn connect(endpoint: Option<Endpoint>, patience: Patience) -> Result<Self, reqwest::Error> {
        let partner = endpoint.map(|endpoint| Partner::connect(endpoint, patience));
        Ok(Self(partner.transpose()?))
    }
}

impl RegulationPortal for HttpPortal {
    fn pass<'a>(&'a self, passing: &'a Passing) -> Telling<'a> {
        Box::pin(async move {
            let now = passing.now;
            let Some(partner) = &self.0 else {
                return Answer::Unreachable { retry_at: now.plus(MUCH_LATER) };
            };
            match partner.ask(passing, Reply::read).await {
                Some(Reply::Accepted { number }) => Answer::Accepted { number },
                Some(Reply::Received {}) => Answer::Received { ask_at: now.plus(ASK_AFTER) },
                Some(Reply::Refused { reason }) => Answer::Refused { reason },
                None => Answer::Unreachable { retry_at: now.plus(LATER) },
            }
        })
    }
}

impl Reply {
    fn read(bytes: &[u8]) -> Result<Self, Failure> {
        let reply = serde_json::from_slice(bytes);
        // What the answer holds may be personal data: the log learns the place alone.
        let reply: Self = reply.map_err(|error| {
            Failure::Lasting(format!("the answer cannot be read at column {}", error.column()))
        })?;
        let longest = match &reply {
            Self::Accepted { number } => number.chars().count(),
            Self::Received {} => 0,
            Self::Refused { reason } => reason.ru.chars().count().max(reason.en.chars().count()),
        };
        if longest > MOST_CHARACTERS {
            Err(Failure::Lasting("the answer's text is too long".into()))
        } else {
            Ok(reply)
        }
    }
}
