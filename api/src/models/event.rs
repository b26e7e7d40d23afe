//! Events on the wire: CloudEvents 1.0, JSON format.

use domain::{
    actor::Touchpoint,
    event::{Event, NewEvent},
    ids::{ApplicationId, AuthorityId, BusinessId, EventId, MandateId},
    time::Timestamp,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An event in the structured JSON form of CloudEvents 1.0.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    /// Always `1.0`.
    #[schema(example = "1.0")]
    pub specversion: &'static str,
    /// Its id; a reader that sees it twice has seen one event.
    pub id: EventId,
    /// The gateway, by its base URL.
    #[schema(example = "http://127.0.0.1:8080")]
    pub source: String,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(example = "submission.lodged")]
    pub kind: &'static str,
    /// What it is about: `sub_…`, `att_…` or `biz_…`.
    #[schema(example = "sub_01KAZ8Q3V5T2N4W6Y8B0D2F4H6")]
    pub subject: String,
    /// When it happened.
    pub time: Timestamp,
    /// Always `application/json`.
    #[schema(example = "application/json")]
    pub datacontenttype: &'static str,
    /// Its place in the gateway's sequence, 20 digits, so that texts compare as numbers do.
    #[schema(example = "00000000000000000042")]
    pub sequence: String,
    /// Whose business it concerns.
    pub businessid: BusinessId,
    /// The authority concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorityid: Option<AuthorityId>,
    /// The application that acted; absent for the gateway's own timers and connectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applicationid: Option<ApplicationId>,
    /// The mandate on which the application acted for the business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandateid: Option<MandateId>,
    /// The power that carried the act, by code; absent where the application is the business's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2_FNS22")]
    pub power: Option<String>,
    /// `true` where whoever acted is declared to be an AI agent; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aiagent: Option<bool>,
    /// The channel it came by.
    pub touchpoint: Touchpoint,
    /// The service concerned, by code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The life situation concerned, by code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifesituation: Option<String>,
    /// Facts a reader needs without a second call.
    #[schema(value_type = Object)]
    pub data: Value,
}

impl EventView {
    /// The event as sent by the gateway at `base_url`.
    pub fn new(event: Event, base_url: &str) -> Self {
        let Event { sequence, event } = event;
        let NewEvent {
            id,
            kind,
            at,
            business,
            authority,
            subject,
            application,
            ground,
            touchpoint,
            service,
            situation,
            data,
        } = event;
        Self {
            specversion: "1.0",
            id,
            source: base_url.to_owned(),
            kind: kind.name(),
            subject,
            time: at,
            datacontenttype: "application/json",
            sequence: format!("{sequence:020}"),
            businessid: business,
            authorityid: authority,
            applicationid: application,
            aiagent: ground.as_ref().filter(|ground| ground.ai_agent).map(|_| true),
            power: ground.as_ref().and_then(|ground| ground.power.clone()),
            mandateid: ground.map(|ground| ground.mandate),
            touchpoint,
            service,
            lifesituation: situation,
            data,
        }
    }
}

/// A piece of the feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventBatch {
    /// Events in sequence.
    pub items: Vec<EventView>,
    /// Give it as `after` in the next call. Present also where no event came.
    #[schema(example = "42")]
    pub next_cursor: String,
}
