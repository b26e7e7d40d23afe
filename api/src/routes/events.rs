//! The event feed: a cursor, a long poll, and the same as server-sent events.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, web::Data};
use domain::{
    event::{Audience, Event, EventKind},
    ports::store::StoreError,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::{Validate, ValidationError};

use crate::{
    access::scope::{EventsRead, Scope},
    extract::{Caller, Query, refuse},
    gateway::Gateway,
    models::event::{EventBatch, EventView},
    problem::{Fault, Rejection},
    reply::{Answered, Raw},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(EventBatch, EventView)))]
pub struct Schemas;

/// How long a stream stays silent before it sends a comment that keeps the line open.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Which part of the feed to read.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// The cursor: events behind it are given. 0 or absent begins at the beginning.
    #[validate(range(min = 0))]
    #[param(minimum = 0, default = 0)]
    pub after: Option<i64>,
    /// How many seconds to wait for an event if there is none yet, 0 to 30.
    #[validate(range(max = 30))]
    #[param(minimum = 0, maximum = 30, default = 0)]
    pub wait: Option<u32>,
    /// Only these types, separated by commas.
    #[validate(custom(function = known_types))]
    #[param(example = "submission.granted,submission.refused")]
    pub types: Option<String>,
    /// At most this many, 1 to 1000.
    #[validate(range(min = 1, max = 1000))]
    #[param(minimum = 1, maximum = 1000, default = 100)]
    pub limit: Option<u32>,
}

pub(super) fn known_types(types: &str) -> Result<(), ValidationError> {
    let known = types.split(',').all(|name| name.parse::<EventKind>().is_ok());
    if known {
        Ok(())
    } else {
        Err(refuse("not-in-list", "Такого вида событий нет.", "There is no such type of event."))
    }
}

impl EventQuery {
    fn kinds(&self) -> Vec<&'static str> {
        let names = self.types.as_deref().unwrap_or_default().split(',');
        names.filter_map(|name| name.parse::<EventKind>().ok()).map(EventKind::name).collect()
    }
}

/// Read the event feed
///
/// Everything that happened to the caller's businesses (or, for an authority, to submissions addressed to it), in one
/// gap-free order. Keep `next_cursor` and give it as `after`: no event is skipped or told twice, whatever restarts.
#[utoipa::path(tag = "events", params(EventQuery), security(("oauth2" = [EventsRead::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1", "4.6.3.8", "4.1.8"]))))]
#[get("/events")]
pub async fn list_events(
    caller: Caller<EventsRead>,
    query: Query<EventQuery>,
    gateway: Data<Gateway>,
) -> Result<Answered<EventBatch>, Rejection<StoreError>> {
    let patience = Duration::from_secs(query.wait.unwrap_or(0).into());
    let reader = Reader::new(&caller, &query, &gateway)?;
    let (events, cursor) = reader.next(query.after.unwrap_or(0), patience).await?;
    caller.still_admitted(gateway.still_good(&caller.token))?;
    let items = events.into_iter().map(|event| EventView::new(event, &gateway.base_url)).collect();
    Ok(Answered(EventBatch { items, next_cursor: cursor.to_string() }))
}

/// Follow the event feed
///
/// The same feed as server-sent events: `id` is the cursor, `event` the type, `data` the CloudEvent. A reader that
/// comes back with `Last-Event-ID` goes on where it was. The stream ends with the token.
#[utoipa::path(tag = "events", params(EventQuery), security(("oauth2" = [EventsRead::NAME])),
    responses((status = 200, description = "Events as they happen.", content_type = "text/event-stream", body = String)),
    extensions(("x-standard" = json!(["4.6.1.1", "4.6.3.8", "4.1.8"]))))]
#[get("/events/stream")]
pub async fn stream_events(
    caller: Caller<EventsRead>,
    query: Query<EventQuery>,
    request: HttpRequest,
    gateway: Data<Gateway>,
) -> Result<Raw, Rejection<StoreError>> {
    let last = request.headers().get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let mut cursor = last.or(query.after).unwrap_or(0);
    let reader = Reader::new(&caller, &query, &gateway)?;
    let stream = async_stream::stream! {
        while gateway.still_good(&caller.token) && !gateway.feed.is_closed() {
            let Ok((events, reached)) = reader.next(cursor, HEARTBEAT).await else { break };
            // The token may have been revoked while the stream waited: nothing more is told then.
            if !gateway.still_good(&caller.token) {
                break;
            }
            cursor = reached;
            yield Ok::<_, std::convert::Infallible>(frames(events, &gateway.base_url));
        }
    };
    Ok(Raw(stream_head().streaming(stream)))
}

fn stream_head() -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.content_type("text/event-stream").insert_header(("Cache-Control", "no-store"));
    response
}

/// What one caller may read, and how much at once.
struct Reader {
    gateway: Data<Gateway>,
    audience: Audience,
    kinds: Vec<&'static str>,
    limit: u32,
}

impl Reader {
    fn new(caller: &Caller<EventsRead>, query: &EventQuery, gateway: &Data<Gateway>) -> Result<Self, Fault> {
        let limit = query.limit.unwrap_or(gateway.limits.values.page_items_default);
        Ok(Self { gateway: gateway.clone(), audience: caller.audience()?, kinds: query.kinds(), limit })
    }

    /// The events behind `cursor`, waiting for one if there is none, and the cursor reached.
    async fn next(&self, mut cursor: i64, patience: Duration) -> Result<(Vec<Event>, i64), StoreError> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let (events, head) = self.read(cursor).await?;
            if let Some(last) = events.last() {
                let reached =
                    if events.len() < self.limit as usize { head.max(last.sequence) } else { last.sequence };
                return Ok((events, reached));
            }
            // Nothing of this caller's up to the head: the cursor may pass over it.
            cursor = cursor.max(head);
            let left = deadline.saturating_duration_since(tokio::time::Instant::now());
            if left.is_zero() || !self.gateway.feed.beyond(cursor, left).await {
                return Ok((Vec::new(), cursor));
            }
        }
    }

    /// Events and head of one snapshot, so that the head hides nothing.
    async fn read(&self, cursor: i64) -> Result<(Vec<Event>, i64), StoreError> {
        let audience = self.audience.clone().at(self.gateway.clock.now());
        let (kinds, limit) = (self.kinds.clone(), self.limit);
        let reading = move |tx: &mut dyn domain::ports::store::Tx| {
            Ok((tx.events().after(&audience, cursor, &kinds, limit)?, tx.events().head()?))
        };
        self.gateway.store.read(reading).await
    }
}

fn frames(events: Vec<Event>, base_url: &str) -> actix_web::web::Bytes {
    use std::fmt::Write;
    if events.is_empty() {
        return actix_web::web::Bytes::from_static(b": still here\n\n");
    }
    let mut text = String::new();
    for event in events {
        let (id, view) = (event.sequence, EventView::new(event, base_url));
        let data = serde_json::to_string(&view).expect("an event view is JSON");
        let written = write!(text, "id: {id}\nevent: {}\ndata: {data}\n\n", view.kind);
        written.expect("writing to a String does not fail");
    }
    text.into()
}
