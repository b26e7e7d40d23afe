//! Proactive service over HTTP, one file per noun.

mod consents;
mod offers;
mod scenarios;
mod watches;

use serde_json::{Value, json};
use tests::{client::text, filing::Filer};

/// A consent to be given, by subject, code and mode.
pub fn consent(subject: &str, code: &str, mode: &str) -> Value {
    let short = if subject == "service" { "service" } else { "situation" };
    json!({ "subject": subject, "code": code, "mode": mode, "text_version": format!("{short}-{mode}-1") })
}

/// Gives a consent to a service, with data for its form.
pub async fn consented(filer: &Filer, service: &str, mode: &str, form: Value) -> Value {
    let mut body = consent("service", service, mode);
    body["form"] = form;
    filer.client.post(&filer.path("consents"), body).await.expect(201)
}

/// Waits at the feed for an event of this type about a service, and returns it.
pub async fn told(filer: &Filer, kind: &str, service: &str) -> Value {
    let mut cursor = "0".to_owned();
    for _ in 0..10 {
        let path = format!("/v1/events?after={cursor}&wait=10&types={kind}");
        let batch = filer.client.get(&path).await.expect(200);
        let items = batch["items"].as_array().expect("a list");
        let own = |event: &&Value| event["businessid"] == filer.business.as_str();
        if let Some(found) = items.iter().filter(own).find(|event| event["data"]["service"] == service) {
            return found.clone();
        }
        cursor = text(&batch["next_cursor"]);
    }
    panic!("no {kind} came about {service}");
}

/// Waits for the offer of a service and reads it.
pub async fn offered(filer: &Filer, kind: &str, service: &str) -> Value {
    let event = told(filer, kind, service).await;
    filer.client.get(&filer.path(&format!("offers/{}", text(&event["subject"])))).await.expect(200)
}

/// Changes the profile, whatever its version is.
pub async fn revised(filer: &Filer, patch: Value) -> Value {
    let profile = filer.client.get(&filer.path("profile")).await.expect(200);
    let version = profile["version"].as_i64().expect("a number");
    filer.client.patch(&filer.path("profile"), version, patch).await.expect(200)
}
