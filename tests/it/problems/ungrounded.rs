//! Mandates that do not carry an act, one for each reason.

use std::collections::BTreeMap;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tests::{
    Client, Own,
    client::{fresh_key, text},
    papers,
    representatives::{Representative, granted},
};

/// A representative for each problem.
pub struct Ungrounded {
    clients: BTreeMap<&'static str, Client>,
    base: String,
}

impl Ungrounded {
    /// Makes the representatives of a business. The register's answers stand in the database: nothing else is asked here.
    pub async fn make(own: &Own, business: &Client, base: &str) -> Self {
        let past = json!({ "powers": ["2_FNS22"], "valid_until": "2030-01-01T00:00:00Z" });
        let later = json!({ "powers": ["2_FNS22"], "valid_from": "2100-01-01T00:00:00Z" });
        let (filing, taking) = (json!({ "powers": ["2_FNS22"] }), json!({ "powers": ["2_FNS03"] }));
        let scopes: [(&'static str, Value); 6] = [
            ("mandate-ended", filing.clone()),
            ("mandate-expired", past),
            ("mandate-not-yet-valid", later),
            ("mandate-pending", filing.clone()),
            ("power-insufficient", taking),
            ("principal-inactive", filing),
        ];
        let mut clients = BTreeMap::new();
        for (slug, scope) in scopes {
            let representative = Representative::register(business, slug).await;
            let mandate = text(&granted(business, base, &representative, scope).await["id"]);
            match slug {
                "mandate-ended" => {
                    let path = format!("{base}/representatives/{mandate}/dismissal");
                    business.post(&path, json!({})).await.expect(200);
                }
                "mandate-expired" => change(own, &mandate, "valid_until = 1"),
                "mandate-pending" => change(own, &mandate, "status = 'pending'"),
                "principal-inactive" => change(own, &mandate, "principal_active = 0"),
                _ => {}
            }
            clients.insert(slug, representative.client);
        }
        Self { clients, base: base.to_owned() }
    }

    /// Whether a problem is one of these.
    pub fn knows(&self, slug: &str) -> bool {
        self.clients.contains_key(slug)
    }

    /// A submission that the problem's representative may not make.
    pub fn provoke(&self, slug: &str) -> RequestBuilder {
        let body = papers::certificate("office@example.test", false);
        let request = self.clients[slug].request(Method::POST, &format!("{}/submissions", self.base));
        request.header("Idempotency-Key", fresh_key()).json(&body)
    }
}

fn change(own: &Own, mandate: &str, what: &str) {
    own.sql(&format!("UPDATE mandates SET {what} WHERE id = '{mandate}'"));
}
