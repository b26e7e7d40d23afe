//! Goes round the state's resources for the inquiries that are due, apart from deliveries: a slow resource must not
//! hold anything up.

use domain::{
    business::Business,
    compliance::evidence::inquiry::{Inquiry, questions, settle},
    ports::{
        state_resource::{Answer, Question},
        store::{StoreError, Tx},
    },
    record::Stored,
    time::Timestamp,
};
use futures_util::{StreamExt as _, stream};
use tokio::sync::Mutex;

use crate::gateway::Gateway;

/// How many inquiries are taken at once.
const AT_ONCE: u32 = 16;
/// How many questions of one inquiry are on their way at once.
const ON_THE_WAY: usize = 8;

/// One turn at a time, so that no inquiry goes round twice at once.
static TURN: Mutex<()> = Mutex::const_new(());

/// Takes every inquiry that is due a round further.
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
        let rounds = stream::iter(due).map(|(inquiry, business)| go_round(gateway, inquiry, business));
        let mut rounds = rounds.buffer_unordered(AT_ONCE as usize);
        while let Some(gone) = rounds.next().await {
            gone?;
        }
    }
}

type Due = Vec<(Stored<Inquiry>, Business)>;

fn due(now: Timestamp) -> impl FnMut(&mut dyn Tx) -> Result<Due, StoreError> + Send + 'static {
    move |tx| {
        let mut found = Vec::new();
        for inquiry in Stored::<Inquiry>::due(tx, now, AT_ONCE)? {
            let business = tx.businesses().find(&inquiry.business)?;
            let business = business.ok_or_else(|| StoreError::Corrupt("records.business_id".into()))?;
            found.push((inquiry, business));
        }
        Ok(found)
    }
}

async fn go_round(gateway: &Gateway, inquiry: Stored<Inquiry>, business: Business) -> Result<(), StoreError> {
    let clerk = gateway.clerk();
    let asked = questions(&clerk, &business, &inquiry.body, gateway.clock.now());
    let answers = ask(gateway, asked).await;
    let stamp = gateway.stamp();
    gateway.store.write(move |tx| settle(tx, &clerk, &inquiry, &answers, stamp.clone())).await
}

async fn ask(gateway: &Gateway, questions: Vec<Question>) -> Vec<(Question, Answer)> {
    let asked = stream::iter(questions).map(async |question| {
        let answer = gateway.state_resources.ask(&question).await;
        (question, answer)
    });
    asked.buffer_unordered(ON_THE_WAY).collect().await
}
