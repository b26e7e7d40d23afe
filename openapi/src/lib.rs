//! The document of the gateway's two modes, and what must be true of it. Read first: [`lint`].

use utoipa::openapi::OpenApi;
use yaml_serde::Value;

pub mod lint;

/// Which gateway a document describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// The live gateway.
    Live,
    /// The sandbox: the live gateway's operations and its own.
    Sandbox,
}

impl Edition {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Live, Self::Sandbox];

    /// The name of its files under `docs/openapi`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Sandbox => "sandbox",
        }
    }
}

/// The document, built from the mounted routes.
pub fn document(edition: Edition) -> OpenApi {
    api::service::document(edition == Edition::Sandbox)
}

/// The files that are committed for an edition: name and content.
pub fn files(edition: Edition) -> [(String, String); 2] {
    let document = ordered(&document(edition));
    let json = serde_json::to_string_pretty(&document).expect("a document is JSON");
    let yaml = yaml_serde::to_string(&document).expect("a document is YAML");
    [(format!("{}.json", edition.name()), json + "\n"), (format!("{}.yaml", edition.name()), yaml)]
}

/// The document with the extensions of each operation in the order of their names: utoipa keeps them without one.
fn ordered(document: &OpenApi) -> Value {
    let mut document = yaml_serde::to_value(document).expect("a document is YAML");
    order(&mut document);
    document
}

fn order(value: &mut Value) {
    match value {
        Value::Mapping(members) => {
            let is_extension = |name: &Value| name.as_str().is_some_and(|name| name.starts_with("x-"));
            let names: Vec<Value> = members.keys().filter(|name| is_extension(name)).cloned().collect();
            let mut extensions: Vec<(Value, Value)> = names
                .into_iter()
                .filter_map(|name| members.shift_remove(&name).map(|held| (name, held)))
                .collect();
            extensions.sort_by(|(one, _), (other, _)| one.as_str().cmp(&other.as_str()));
            members.extend(extensions);
            members.values_mut().for_each(order);
        }
        Value::Sequence(items) => items.iter_mut().for_each(order),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Tagged(_) => {}
    }
}

/// `docs/problems.md`, generated from the problem catalogue.
pub fn problems() -> String {
    api::problem::page::problems_markdown()
}
