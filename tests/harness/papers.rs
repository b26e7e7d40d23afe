//! The smallest submission there is, for tests that are about something else.

use serde_json::{Value, json};

use crate::{Client, client::text, filing};

/// A body for `POST …/submissions`. The address decides what the scripted authority does.
pub fn certificate(email: &str, lodge: bool) -> Value {
    let form = filing::certificate(email);
    json!({ "service": filing::CERTIFICATE, "life_situation": "start-business", "form": form, "lodge": lodge })
}

/// Drafts a submission and returns its id.
pub async fn draft(client: &Client, business: &str) -> String {
    let path = format!("/v1/businesses/{business}/submissions");
    let made = client.post(&path, certificate("silent@magic.test", false)).await;
    text(&made.expect(201)["id"])
}

/// Lodges a submission that its authority registers and then leaves alone; returns the answer.
pub async fn lodge(client: &Client, business: &str) -> Value {
    let path = format!("/v1/businesses/{business}/submissions");
    client.post(&path, certificate("silent@magic.test", true)).await.expect(201)
}
