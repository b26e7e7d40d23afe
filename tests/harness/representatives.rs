//! Representatives: applications that act for businesses of others.

use serde_json::{Value, json};

use crate::{Client, client::text};

/// An application of a representative, with its client id.
#[derive(Clone)]
pub struct Representative {
    /// Its client, with a token.
    pub client: Client,
    /// Its client id.
    pub id: String,
}

impl Representative {
    /// Registers one at the gateway of a client.
    pub async fn register(at: &Client, name: &str) -> Self {
        let asked = json!({ "client_name": name, "token_endpoint_auth_method": "client_secret_basic" });
        let made = at.post("/oauth2/register", asked).await.expect(201);
        let (id, secret) = (text(&made["client_id"]), text(&made["client_secret"]));
        Self { client: at.log_in(&id, &secret).await, id }
    }
}

/// A mandate that a business, by its path, grants to a representative; `scope` says the rest. Returns the answer.
pub async fn granted(by: &Client, base: &str, to: &Representative, scope: Value) -> Value {
    let mut body = scope;
    body["application_id"] = json!(to.id);
    by.post(&format!("{base}/representatives"), body).await.expect(201)
}

/// A request to file for a business of the client's, named by its numbers.
pub async fn named(client: &Client, base: &str) -> Value {
    let profile = client.get(&format!("{base}/profile")).await.expect(200);
    let facts = &profile["facts"];
    json!({ "inn": facts["inn"], "ogrn": facts["ogrn"], "reference": "contract", "powers": ["2_FNS22"] })
}
