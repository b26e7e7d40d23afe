//! The walk: every operation of the document, tried by whoever may not. A new operation is walked over as soon as it
//! is in the document; what the walk does not know how to call stops it.

mod assessed;
mod checks;
mod controls;
mod drafted;
mod evidenced;
mod mandated;
mod matrix;
mod proactive;
mod supervised;
mod tour;
mod walk;
mod webhooked;
mod world;

use serde_json::Value;

/// One operation of the document.
#[derive(Debug, Clone)]
struct Operation {
    id: String,
    method: reqwest::Method,
    path: String,
    /// The scope it needs; None where it is public.
    scope: Option<String>,
    body: Value,
}

impl Operation {
    /// Every operation of the sandbox's document.
    fn all() -> Vec<Self> {
        let document = tests::document::raw();
        let paths = document["paths"].as_object().expect("a document has paths");
        let mut all = Vec::new();
        for (path, item) in paths {
            for (method, body) in item.as_object().expect("a path has methods") {
                let method = method.to_uppercase().parse().expect("a method");
                let id = tests::client::text(&body["operationId"]);
                let scope = scope_of(body);
                all.push(Self { id, method, path: path.clone(), scope, body: body.clone() });
            }
        }
        assert!(all.len() > 50, "the document lost its operations");
        all
    }

    /// The operations that need a token.
    fn guarded() -> Vec<Self> {
        Self::all().into_iter().filter(|operation| operation.scope.is_some()).collect()
    }

    /// What its `x-authz` says, empty where it says null.
    fn rule(&self, name: &str) -> &str {
        self.body["x-authz"][name].as_str().unwrap_or_default()
    }

    /// Whether a live gateway serves it too.
    fn is_live(&self) -> bool {
        let environments = self.body["x-authz"]["environments"].as_array();
        environments.is_some_and(|all| all.iter().any(|one| one == "live"))
    }

    fn needs_key(&self) -> bool {
        self.takes("Idempotency-Key")
    }

    fn takes(&self, header: &str) -> bool {
        let parameters = self.body["parameters"].as_array().into_iter().flatten();
        parameters.filter(|one| one["in"] == "header").any(|one| one["name"] == header)
    }

    /// The media type of its body and the document's example of it.
    fn payload(&self) -> Option<(String, Value)> {
        let contents = self.body["requestBody"]["content"].as_object()?;
        let (media, content) = contents.iter().next().expect("a body has a media type");
        let document = tests::document::raw();
        let named = content["schema"]["$ref"].as_str().and_then(|target| document.pointer(&target[1..]));
        let example = [&content["example"], named.map_or(&Value::Null, |schema| &schema["example"])];
        let example = example.into_iter().find(|one| !one.is_null()).cloned();
        Some((media.clone(), example.unwrap_or(Value::Null)))
    }

    /// Whether it answers in pages.
    fn lists(&self) -> bool {
        let parameters = self.body["parameters"].as_array().into_iter().flatten();
        parameters.filter(|one| one["in"] == "query").any(|one| one["name"] == "cursor")
    }

    fn is_authority(&self) -> bool {
        self.path.starts_with("/v1/authority/")
    }

    /// Whether its path names something that belongs to somebody.
    fn is_owned(&self) -> bool {
        self.path.contains("_id}")
    }
}

fn scope_of(operation: &Value) -> Option<String> {
    let first = operation["security"][0]["oauth2"][0].as_str();
    first.map(str::to_owned)
}
