//! State resources over HTTP: a question is a POST, its answer a small JSON object. What goes wrong is an answer, too:
//! the resource is unreachable, and the inquiry comes again later.

use std::collections::BTreeMap;

use domain::{
    business::BusinessKind,
    ports::state_resource::{Answer, Asking, Question, StateResources},
    text::Text,
    time::Timestamp,
};
use jiff::{SignedDuration, civil::Date};
use serde::{Deserialize, Serialize};

use super::partner::{Failure, Partner};

pub use super::partner::{Endpoint, Patience};

/// The longest text that is taken from an answer.
const MOST_CHARACTERS: usize = 2_000;
/// When a resource that failed is worth another try.
const LATER: SignedDuration = SignedDuration::from_mins(5);
/// When a resource that is not connected is looked for again.
const MUCH_LATER: SignedDuration = SignedDuration::from_hours(6);

/// The connected resources.
pub struct HttpResources(BTreeMap<String, Partner>);

/// What a resource is sent.
#[derive(Serialize)]
struct Asked<'q> {
    requirement: &'q str,
    evidence: &'q str,
    kind: BusinessKind,
    inn: &'q str,
}

/// What a resource answers.
#[derive(Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
enum Reply {
    Found { as_of: Date, confirms: bool, summary: Text },
    Absent {},
}

impl HttpResources {
    /// Connects the resources; nothing is sent yet.
    ///
    /// # Errors
    /// Where no client can be made, such as without certificates to trust.
    pub fn connect(endpoints: Vec<Endpoint>, patience: Patience) -> Result<Self, reqwest::Error> {
        let partners = endpoints.into_iter().map(|endpoint| Partner::connect(endpoint, patience));
        let named = partners.map(|partner| partner.map(|partner| (partner.code().to_owned(), partner)));
        Ok(Self(named.collect::<Result<_, _>>()?))
    }
}

impl StateResources for HttpResources {
    fn ask<'a>(&'a self, question: &'a Question) -> Asking<'a> {
        Box::pin(async move {
            match self.0.get(&question.resource) {
                Some(partner) => ask(partner, question).await,
                None => unreachable_at(question.now, MUCH_LATER),
            }
        })
    }
}

async fn ask(partner: &Partner, question: &Question) -> Answer {
    let Question { requirement, evidence, kind, inn, .. } = question;
    let asked = Asked { requirement, evidence, kind: *kind, inn };
    let today = question.now.moscow_date();
    let reply = partner.ask(&asked, |bytes| Reply::read(bytes, today)).await;
    reply.map_or_else(|| unreachable_at(question.now, LATER), Reply::into_answer)
}

impl Reply {
    fn read(bytes: &[u8], today: Date) -> Result<Self, Failure> {
        let lasting = |what: &str| Err(Failure::Lasting(what.to_owned()));
        let too_long = |text: &Text| text.ru.chars().count().max(text.en.chars().count()) > MOST_CHARACTERS;
        match serde_json::from_slice(bytes) {
            // What the answer holds may be personal data: the log learns the place alone.
            Err(error) => lasting(&format!("the answer cannot be read at column {}", error.column())),
            Ok(Self::Found { as_of, .. }) if as_of > today => lasting("the answer speaks for a day to come"),
            Ok(Self::Found { summary, .. }) if too_long(&summary) => lasting("the answer's text is too long"),
            Ok(reply) => Ok(reply),
        }
    }

    fn into_answer(self) -> Answer {
        match self {
            Self::Found { as_of, confirms, summary } => Answer::Found { as_of, confirms, summary },
            Self::Absent {} => Answer::Absent,
        }
    }
}

fn unreachable_at(now: Timestamp, pause: SignedDuration) -> Answer {
    Answer::Unreachable { retry_at: now.plus(pause) }
}
