//! A victim with something of every kind, and those who would like to have it.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tests::{
    Answer, Client, Engine, Own,
    client::{fresh_key, text},
    filing::Office,
    papers,
};

use super::{
    Operation, assessed::Assessed, checks::Checks, drafted::Drafted, evidenced::Evidenced,
    mandated::Mandated, proactive::Proactive, supervised::Supervised, webhooked::Webhooked,
};
use crate::requirements::practice::published;

/// What every attachment of the walk holds.
pub const CONTENT: &[u8] = b"%PDF-1.7\n";

/// The walk sends many bad tokens from one address, and may take longer than a token lives.
pub const PATIENT: [(&str, &str); 5] = [
    ("SHLYUZ_ACCESS__TOKEN_LIFETIME_S", "900"),
    ("SHLYUZ_LIMITS__ANONYMOUS_PER_SECOND", "1000000"),
    ("SHLYUZ_LIMITS__ANONYMOUS_BURST", "1000000"),
    ("SHLYUZ_LIMITS__APPLICATION_PER_SECOND", "1000000"),
    ("SHLYUZ_LIMITS__APPLICATION_BURST", "1000000"),
];

/// Everybody, and what the victim has.
pub struct World {
    pub own: Own,
    /// The application whose things are to be kept from others.
    pub victim: Client,
    /// Another business's application.
    pub thief: Client,
    pub thief_business: String,
    /// The authority to which the victim's submission is addressed.
    pub authority: Client,
    /// Another authority.
    pub foreign_authority: Client,
    pub things: Things,
}

/// The ids of what the victim has.
pub struct Things {
    pub business: String,
    pub submission: String,
    pub attachment: String,
    pub receipt: String,
    pub task: String,
    pub lease: String,
    pub idempotency_key: String,
    pub checks: Checks,
    pub assessed: Assessed,
    pub supervised: Supervised,
    pub evidenced: Evidenced,
    pub drafted: Drafted,
    pub mandated: Mandated,
    pub webhooked: Webhooked,
    pub proactive: Proactive,
}

/// What every gateway has in the place of a name in a path.
fn shipped(name: &str, path: &str) -> Option<&'static str> {
    let found = match name {
        "service" => "tax-balance-certificate",
        "code" if path.contains("/scenarios/") => "start-business",
        "code" if path.contains("life-situations") => "start-business",
        "code" if path.contains("/requirements/") => "OT-028",
        "code" if path.contains("/acts/") => "54-fz-2003",
        "code" if path.contains("/practice/") => "fns-2025",
        "code" if path.contains("/check-packs/") => "cash-register-daily",
        "code" => "tax-balance-certificate",
        "slug" => "not-found",
        "inn" => "7707083893",
        "name" => "regions",
        "level" => "0",
        "tile" => "000.p%2F1",
        _ => return None,
    };
    Some(found)
}

impl World {
    pub async fn new(engine: Engine) -> Option<Self> {
        Self::with(engine, &[]).await
    }

    /// As [`Self::new`], with further settings as environment variables.
    pub async fn with(engine: Engine, settings: &[(&str, &str)]) -> Option<Self> {
        let own = Own::start(engine, &[&PATIENT, settings].concat())?;
        let victim = own.client().register("victim").await;
        let thief = own.client().register("thief").await;
        let thief_business = thief.business("cafe").await;
        let authority = own.authority().await;
        let foreign_authority = foreign_authority(&own).await;
        let things = Things::make(&victim, &authority).await;
        published(&Office(authority.clone())).await;
        Some(Self { own, victim, thief, thief_business, authority, foreign_authority, things })
    }

    /// The client that an operation is meant for.
    pub fn entitled(&self, operation: &Operation) -> &Client {
        if operation.is_authority() { &self.authority } else { &self.victim }
    }

    /// The path of an operation with the victim's things in it.
    pub fn path(&self, operation: &Operation) -> String {
        let things = &self.things;
        let fill = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            None => part.to_owned(),
            Some("business_id") => things.business.clone(),
            Some("submission_id") => things.submission.clone(),
            Some("attachment_id") => things.attachment.clone(),
            Some("receipt_id") => things.receipt.clone(),
            Some("task_id") => things.task.clone(),
            Some("self_check_id") if operation.is_authority() => things.checks.shown.clone(),
            Some("self_check_id") => things.checks.self_check.clone(),
            Some("declaration_id") => things.checks.declaration.clone(),
            Some("check_pack_result_id") => things.checks.pack_result.clone(),
            Some("run_id") => things.checks.run.clone(),
            Some("caution_id") => things.supervised.caution.clone(),
            Some("recognition_id") => things.supervised.recognition.clone(),
            Some("visit_id") => things.supervised.visit.clone(),
            Some("duty_id") => things.supervised.duty.clone(),
            Some("assessment_id") => things.assessed.assessment.clone(),
            Some("reference_id") => things.assessed.reference.clone(),
            Some("estimate_id") => things.assessed.estimate.clone(),
            Some("report_id") => things.assessed.report.clone(),
            Some("inapplicability_id") => things.evidenced.inapplicability.clone(),
            Some("inquiry_id") if operation.is_authority() => things.supervised.inquiry.clone(),
            Some("inquiry_id") => things.evidenced.inquiry.clone(),
            Some("dispute_id") => things.evidenced.dispute.clone(),
            Some("supply_id") => things.evidenced.supply.clone(),
            Some("confirmation_id") => things.evidenced.confirmation.clone(),
            Some("draft" | "draft_id") => things.drafted.draft.clone(),
            Some("opinion_id") => things.drafted.opinion.clone(),
            Some("transfer_id") => things.drafted.transfer.clone(),
            Some(name @ ("consent_id" | "offer_id" | "watch_id")) => things.proactive.id(name),
            Some(name @ ("access_request_id" | "mandate_id")) => things.mandated.id(name, &operation.path),
            Some(name @ ("webhook_id" | "delivery_id")) => things.webhooked.id(name),
            Some(name) if let Some(shipped) = shipped(name, &operation.path) => shipped.into(),
            Some(other) => panic!("{}: give the walk a value for {{{other}}}", operation.id),
        };
        operation.path.split('/').map(fill).collect::<Vec<_>>().join("/")
    }

    /// A request that lacks nothing but the right, with the document's example as its body.
    pub fn request(&self, client: &Client, operation: &Operation, path: &str) -> RequestBuilder {
        match operation.payload() {
            None => self.head(client, operation, path),
            Some((_, Value::Null)) => self.request_with(client, operation, path, CONTENT.to_vec()),
            Some((_, example)) => self.request_with(client, operation, path, example.to_string().into()),
        }
    }

    /// As [`Self::request`], with a body of one's own.
    pub fn request_with(
        &self,
        client: &Client,
        operation: &Operation,
        path: &str,
        body: Vec<u8>,
    ) -> RequestBuilder {
        let (media, _) = operation.payload().expect("a body was given, so the operation takes one");
        self.head(client, operation, path).header("Content-Type", media).body(body)
    }

    fn head(&self, client: &Client, operation: &Operation, path: &str) -> RequestBuilder {
        let mut request = client.request(operation.method.clone(), path);
        if operation.needs_key() {
            request = request.header("Idempotency-Key", fresh_key());
        }
        if operation.takes("If-Match") && [Method::PATCH, Method::PUT].contains(&operation.method) {
            request = request.header("If-Match", "\"v1\"");
        }
        if operation.takes("Upload-Offset") {
            request = request.header("Upload-Offset", "0");
        }
        request
    }

    /// Sends it and holds the answer against the document, except to HEAD, whose answers have no body.
    pub async fn send(&self, client: &Client, operation: &Operation, request: RequestBuilder) -> Answer {
        if operation.method != Method::HEAD {
            return client.send(request).await;
        }
        let response = request.send().await.expect("the gateway answers");
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, bytes: response.bytes().await.expect("no body comes").to_vec() }
    }
}

impl Things {
    async fn make(victim: &Client, authority: &Client) -> Self {
        let business = victim.business("cafe").await;
        let base = format!("/v1/businesses/{business}");
        let attachment = upload(victim, &base, CONTENT).await;
        let mut body = papers::certificate("office@example.test", true);
        body["attachments"] = json!([attachment]);
        let idempotency_key = fresh_key();
        let lodged =
            victim.post_keyed(&format!("{base}/submissions"), &idempotency_key, body).await.expect(201);
        let leases = json!({ "limit": 100, "lease_s": 3600 });
        let tasks = authority.post("/v1/authority/inbox/leases", leases).await.expect(200);
        let all = tasks["items"].as_array().expect("a list");
        let task = all.iter().find(|task| task["submission_id"] == lodged["id"]).cloned();
        let task = task.unwrap_or_else(|| panic!("the lodged submission is not in the inbox: {tasks}"));
        let checks = Checks::make(victim, &base, &attachment).await;
        let assessed = Assessed::make(victim, authority, &base).await;
        let supervised = Supervised::make(authority, &business).await;
        let evidenced = Evidenced::make(victim, &base, &attachment).await;
        let drafted = Drafted::make(victim, authority, &base).await;
        let mandated = Mandated::make(victim, &base).await;
        let webhooked = Webhooked::make(victim).await;
        let proactive = Proactive::make(victim, authority, &business).await;
        Self {
            business,
            submission: text(&lodged["id"]),
            attachment,
            receipt: text(&lodged["receipt"]["id"]),
            task: text(&task["id"]),
            lease: text(&task["lease_id"]),
            idempotency_key,
            checks,
            assessed,
            supervised,
            evidenced,
            drafted,
            mandated,
            webhooked,
            proactive,
        }
    }
}

/// Declares and uploads an attachment beneath a path.
pub async fn upload(client: &Client, base: &str, content: &[u8]) -> String {
    let declared = json!({ "name": "устав.pdf", "content_type": "application/pdf", "size": content.len(),
        "digest": format!("sha-256:{}", hex(content)) });
    let declared = client.post(&format!("{base}/attachments"), declared).await.expect(201);
    let id = text(&declared["id"]);
    let piece = client
        .request(Method::PATCH, &format!("{base}/attachments/{id}/content"))
        .header("Upload-Offset", "0")
        .header("Content-Type", "application/octet-stream")
        .body(content.to_vec());
    assert_eq!(client.send(piece).await.status.as_u16(), 204);
    id
}

fn hex(content: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Nobody registers an authority over HTTP: this one is put beside the first, with its secret.
async fn foreign_authority(own: &Own) -> Client {
    let known = own.program.credentials();
    let (id, secret) = (text(&known["authority"]["client_id"]), text(&known["authority"]["client_secret"]));
    let other = "app_01KAZ8Q3V5T2N4W6Y8B0D2F4H6";
    own.sql(&format!(
        "INSERT INTO applications (id, name, side, authority_id, secret_digest, jwks, scopes, created_at) \
         SELECT '{other}', name, side, 'aut_elsewhere', secret_digest, jwks, scopes, created_at \
         FROM applications WHERE id = '{id}'"
    ));
    own.client().log_in(other, &secret).await
}
