//! What an operation asks of its caller, told with every operation of the document as `x-authz`.
//!
//! Nothing of it is written by hand: the scope is that of the handler's [`Caller`](crate::extract::Caller), and the
//! rest follows from the table of scopes, the powers behind rights, and the operation's own path and parameters.

use domain::{
    actor::Side,
    journal,
    mandate::{Right, right::newest},
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::openapi::{OpenApi, extensions::Extensions, path::Paths};

use crate::{access::scope::ALL, problem::operations};

/// Who is let in at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Access {
    /// Everybody.
    Public,
    /// Clients that prove themselves in the request itself (RFC 6749).
    Client,
    /// Holders of an access token.
    Token,
}

/// How an operation depends on the caller's mandates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum MandateRule {
    /// The path names the business: a mandate for it that carries the scope, or a refusal.
    Named,
    /// It shows and reaches whatever the caller's mandates carry, and nothing else.
    Held,
    /// It shows the application's own mandates and requests for them, in force or not.
    Own,
    /// None is asked for.
    None,
}

/// The rules of one operation.
#[derive(Debug, Serialize)]
struct Rules<'d> {
    access: Access,
    scope: Option<&'d str>,
    /// None where both sides may hold the scope.
    side: Option<Side>,
    mandate: MandateRule,
    /// The powers any one of which is enough for a representative; empty where none is.
    powers: &'static [String],
    /// The parameter of the path that names somebody's thing.
    object: Option<&'d str>,
    idempotency_key: &'static str,
    /// Whether each answer makes an entry of the business's journal.
    journalled: bool,
    environments: &'static [&'static str],
}

/// Adds `x-authz` to every operation; `live` are the paths that a live gateway serves.
pub fn tell(document: &mut OpenApi, live: &Paths) {
    for (path, item) in &mut document.paths.paths {
        let environments: &[&str] =
            if live.paths.contains_key(path) { &["live", "sandbox"] } else { &["sandbox"] };
        for operation in operations(item) {
            let told = serde_json::to_value(&*operation).expect("an operation is JSON");
            let rules = json!(rules(path, &told, environments));
            operation.extensions.get_or_insert_with(Extensions::default).insert("x-authz".into(), rules);
        }
    }
}

fn rules<'d>(path: &'d str, operation: &'d Value, environments: &'static [&'static str]) -> Rules<'d> {
    let security = operation["security"].as_array().map_or(&[][..], Vec::as_slice);
    let scope = security.iter().find_map(|one| one["oauth2"][0].as_str());
    let by_client = security.iter().any(|one| one.get("client").is_some());
    let access = match (scope, by_client) {
        (Some(_), _) => Access::Token,
        (None, true) => Access::Client,
        (None, false) => Access::Public,
    };
    let right = scope.and_then(Right::of_scope);
    Rules {
        access,
        scope,
        side: ALL.iter().find(|row| Some(row.name) == scope).and_then(|row| row.side),
        mandate: match right {
            Some(_) if path.starts_with("/v1/businesses/{business_id}") => MandateRule::Named,
            Some(Right::RepresentativesRead | Right::RepresentativesWrite) => MandateRule::Own,
            Some(_) => MandateRule::Held,
            None => MandateRule::None,
        },
        powers: right.map_or(&[], |right| newest().sufficient(right)),
        object: scope.and_then(|_| innermost(path)),
        journalled: operation["operationId"].as_str().is_some_and(|id| journal::newest().contains(id)),
        idempotency_key: if takes_key(operation) { "required" } else { "none" },
        environments,
    }
}

/// The last parameter of a path that is an id.
fn innermost(path: &str) -> Option<&str> {
    let names = path.rsplit('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.into_iter().find(|name| name.ends_with("_id"))
}

fn takes_key(operation: &Value) -> bool {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.into_iter().any(|one| one["in"] == "header" && one["name"] == "Idempotency-Key")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, scope: &str) -> Value {
        let operation = json!({
            "security": [{ "oauth2": [scope] }],
            "parameters": [{ "in": "header", "name": "Idempotency-Key" }],
        });
        json!(rules(path, &operation, &["live", "sandbox"]))
    }

    #[test]
    fn rules_follow_from_scope_path_and_parameters() {
        let path = "/v1/businesses/{business_id}/submissions/{submission_id}/lodge";
        let lodging = told(path, "submissions:write");
        assert_eq!((&lodging["access"], &lodging["side"]), (&json!("token"), &json!("business")));
        assert_eq!((&lodging["mandate"], &lodging["object"]), (&json!("named"), &json!("submission_id")));
        assert_eq!(lodging["idempotency_key"], "required");
        assert!(lodging["powers"].as_array().is_some_and(|powers| powers.contains(&json!("2_FNS22"))));
        let feed = told("/v1/events", "events:read");
        assert_eq!((&feed["side"], &feed["mandate"]), (&Value::Null, &json!("held")));
        let inbox = told("/v1/authority/inbox/leases", "authority-inbox:manage");
        assert_eq!((&inbox["side"], &inbox["mandate"]), (&json!("authority"), &json!("none")));
        assert_eq!(
            told("/v1/businesses/{business_id}/representatives", "representatives:write")["powers"],
            json!([])
        );
    }

    #[test]
    fn what_asks_for_no_token_says_how_it_is_entered() {
        let open = json!({ "security": [{}] });
        assert_eq!(json!(rules("/livez", &open, &["live"]))["access"], "public");
        let oauth = json!({ "security": [{}, { "client": [] }] });
        assert_eq!(json!(rules("/oauth2/token", &oauth, &["live"]))["access"], "client");
    }
}
