//! The problems that a caller brings upon himself.

use domain::text::Language;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tests::{
    Client, Engine, Own,
    client::{fresh_key, text},
    on_both_engines, papers,
};

use super::{holds, ungrounded::Ungrounded};

/// The problems of this module.
pub const SLUGS: [&str; 26] = [
    "malformed-request",
    "idempotency-key-required",
    "unauthenticated",
    "insufficient-scope",
    "wrong-side",
    "mandate-ended",
    "mandate-expired",
    "mandate-not-yet-valid",
    "mandate-pending",
    "power-insufficient",
    "principal-inactive",
    "not-found",
    "method-not-allowed",
    "state-conflict",
    "duplicate-submission",
    "lease-lost",
    "upload-offset-mismatch",
    "stale-version",
    "payload-too-large",
    "unsupported-media-type",
    "precondition-required",
    "validation-failed",
    "rule-violated",
    "digest-mismatch",
    "attachment-not-ready",
    "idempotency-key-reused",
];

/// A business, and the authority it deals with.
struct Scene {
    client: Client,
    authority: Client,
    base: String,
    ungrounded: Ungrounded,
}

impl Scene {
    async fn new(own: &Own) -> Self {
        let program = &own.program;
        let client = program.client().register("problems").await;
        let base = format!("/v1/businesses/{}", client.business("cafe").await);
        let (authority, ungrounded) =
            (tests::own::authority(program).await, Ungrounded::make(own, &client, &base).await);
        Self { client, authority, base, ungrounded }
    }

    fn post(&self, rest: &str) -> RequestBuilder {
        let request = self.client.request(Method::POST, &format!("{}{rest}", self.base));
        request.header("Idempotency-Key", fresh_key())
    }

    fn submit(&self, body: &Value) -> RequestBuilder {
        self.post("/submissions").json(body)
    }

    async fn draft(&self) -> String {
        let body = papers::certificate("office@example.test", false);
        text(&self.client.send(self.submit(&body)).await.expect(201)["id"])
    }

    fn patch(&self, draft: &str) -> RequestBuilder {
        let path = format!("{}/submissions/{draft}", self.base);
        self.client
            .request(Method::PATCH, &path)
            .header("Content-Type", "application/merge-patch+json")
            .body("{}")
    }

    /// Declares four bytes of a PDF that are not the declared ones.
    async fn declare(&self) -> String {
        let digest = format!("sha-256:{}", "0".repeat(64));
        let body = json!({ "name": "a.pdf", "content_type": "application/pdf", "size": 4, "digest": digest });
        text(&self.client.send(self.post("/attachments").json(&body)).await.expect(201)["id"])
    }

    fn upload(&self, attachment: &str, offset: &str) -> RequestBuilder {
        let path = format!("{}/attachments/{attachment}/content", self.base);
        let request = self.client.request(Method::PATCH, &path).header("Upload-Offset", offset);
        request.header("Content-Type", "application/octet-stream").body("%PDF")
    }

    async fn lapsed_lease(&self) -> RequestBuilder {
        let body = papers::certificate("office@example.test", true);
        // The document may be open already from the language before.
        self.client.send(self.submit(&body)).await;
        let leases = json!({ "limit": 1, "lease_s": 5 });
        let tasks = self.authority.post("/v1/authority/inbox/leases", leases).await.expect(200);
        let path = format!("/v1/authority/inbox/{}/release", text(&tasks["items"][0]["id"]));
        let lease = json!({ "lease_id": tasks["items"][0]["lease_id"] });
        self.authority.post(&path, lease.clone()).await.expect(200);
        self.authority.request(Method::POST, &path).json(&lease)
    }

    async fn reused_key(&self) -> RequestBuilder {
        let (key, path) = (fresh_key(), format!("{}/submissions", self.base));
        let body = papers::certificate("office@example.test", false);
        self.client.post_keyed(&path, &key, body).await.expect(201);
        let other = papers::certificate("other@example.test", false);
        self.client.request(Method::POST, &path).header("Idempotency-Key", key).json(&other)
    }

    async fn provoke(&self, slug: &str) -> RequestBuilder {
        let get = |path: &str| self.client.request(Method::GET, path);
        match slug {
            "malformed-request" => get("/v1/businesses?limit=many"),
            "idempotency-key-required" => {
                let path = format!("{}/submissions", self.base);
                self.client.request(Method::POST, &path).json(&json!({}))
            }
            "unauthenticated" => self.client.with_token("nonsense").request(Method::GET, "/v1/businesses"),
            "wrong-side" => {
                let business = json!({ "profile": "cafe" });
                self.authority.request(Method::POST, "/sandbox/businesses").json(&business)
            }
            "insufficient-scope" => self.client.request(Method::POST, "/v1/authority/inbox/leases"),
            mandate if self.ungrounded.knows(mandate) => self.ungrounded.provoke(mandate),
            "not-found" => get("/v1/businesses/biz_01KAZ8Q3V5T2N4W6Y8B0D2F4H6"),
            "method-not-allowed" => self.client.request(Method::DELETE, "/v1/services"),
            "precondition-required" => self.patch(&self.draft().await),
            "stale-version" => self.patch(&self.draft().await).header("If-Match", "\"v7\""),
            "lease-lost" => self.lapsed_lease().await,
            "idempotency-key-reused" => self.reused_key().await,
            other => self.provoke_lodging(other).await,
        }
    }

    async fn provoke_lodging(&self, slug: &str) -> RequestBuilder {
        let mut body = papers::certificate("office@example.test", true);
        match slug {
            "state-conflict" => {
                let rating = json!({ "satisfaction": 4, "ease": 3 });
                self.post(&format!("/submissions/{}/rating", self.draft().await)).json(&rating)
            }
            "duplicate-submission" => {
                self.client.send(self.submit(&body)).await;
                self.submit(&body)
            }
            "payload-too-large" => {
                body["form"]["contact"]["email"] = json!("x".repeat(1024 * 1024));
                self.submit(&body)
            }
            "unsupported-media-type" => {
                self.post("/submissions").header("Content-Type", "text/plain").body("service=x")
            }
            "validation-failed" => {
                body["form"] = json!({ "contact": { "email": "x" } });
                self.submit(&body)
            }
            "rule-violated" => {
                body["form"]["on_date"] = json!("2023-01-31");
                self.submit(&body)
            }
            "attachment-not-ready" => {
                body["attachments"] = json!([self.declare().await]);
                self.submit(&body)
            }
            "upload-offset-mismatch" => self.upload(&self.declare().await, "2"),
            "digest-mismatch" => self.upload(&self.declare().await, "0"),
            other => panic!("nothing here provokes {other}"),
        }
    }
}

async fn every_ordinary_problem_is_told_in_both_languages(engine: Engine) {
    // A gateway of its own: another test might lease the task whose lease is to lapse.
    let Some(own) = Own::start(engine, &[]) else { return };
    let scene = Scene::new(&own).await;
    for slug in SLUGS {
        for language in [Language::Ru, Language::En] {
            let request = scene.provoke(slug).await.header("Accept-Language", language.tag());
            holds(&scene.client.send(request).await, slug, language);
        }
    }
}

async fn facts_of_a_problem_stand_in_members_of_their_own(engine: Engine) {
    let Some(own) = Own::start(engine, &[]) else { return };
    let scene = Scene::new(&own).await;
    let tell = async |slug: &str| scene.client.send(scene.provoke(slug).await).await.json();
    assert_eq!(tell("insufficient-scope").await["required_scope"], "authority-inbox:manage");
    let conflict = tell("state-conflict").await;
    assert_eq!(conflict["state"], "draft");
    assert!(conflict["allowed"].as_array().is_some_and(|moves| !moves.is_empty()));
    assert!(text(&tell("duplicate-submission").await["existing_id"]).starts_with("sub_"));
    assert_eq!(tell("stale-version").await["current_version"], 1);
    assert_eq!(tell("payload-too-large").await["limit_bytes"], 1024 * 1024);
    assert_eq!(tell("upload-offset-mismatch").await["upload_offset"], 0);
    assert_eq!(tell("unsupported-media-type").await["accepted"], "application/json");
}

on_both_engines! {
    every_ordinary_problem_is_told_in_both_languages,
    facts_of_a_problem_stand_in_members_of_their_own,
}
