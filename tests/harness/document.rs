//! Holds answers against the committed document: an undocumented status or a body that its schema refuses is a failure.

use std::{collections::HashMap, sync::OnceLock};

use jsonschema::Validator;
use serde_json::{Value, json};

/// The document with its schemas compiled.
pub struct Document {
    paths: Vec<(Vec<String>, Value)>,
    components: Value,
    validators: std::sync::Mutex<HashMap<String, std::sync::Arc<Validator>>>,
}

/// The committed document, read once.
pub fn document() -> &'static Document {
    static DOCUMENT: OnceLock<Document> = OnceLock::new();
    DOCUMENT.get_or_init(|| Document::new(raw()))
}

/// The committed document as JSON.
pub fn raw() -> &'static Value {
    static RAW: OnceLock<Value> = OnceLock::new();
    RAW.get_or_init(|| {
        serde_json::from_str(include_str!("../../docs/openapi/sandbox.json")).expect("the document is JSON")
    })
}

impl Document {
    fn new(document: &Value) -> Self {
        let paths = document["paths"].as_object().expect("a document has paths");
        let paths = paths
            .iter()
            .map(|(path, item)| (path.split('/').map(str::to_owned).collect(), item.clone()))
            .collect();
        Self { paths, components: document["components"].clone(), validators: Default::default() }
    }

    /// Panics where the document does not foresee the answer.
    pub fn check(&self, method: &str, path: &str, status: u16, content_type: &str, body: &[u8]) {
        let Some(operation) = self.operation(method, path) else {
            // Unknown paths and methods answer with the framework's problems, which no operation documents.
            assert!(
                matches!(status, 404 | 405),
                "{method} {path} answered {status} and is not in the document"
            );
            return;
        };
        let id = operation["operationId"].as_str().unwrap_or("?");
        let response = &operation["responses"][status.to_string()];
        assert!(response.is_object(), "{id} answered {status}, which the document does not foresee");
        let media = content_type.split(';').next().unwrap_or_default().trim();
        let Some(contents) = response["content"].as_object() else {
            assert!(body.is_empty(), "{id} {status} has a body, the document says it has none");
            return;
        };
        let content = contents.get(media);
        let content = content
            .unwrap_or_else(|| panic!("{id} {status} answered `{media}`, not among {:?}", contents.keys()));
        if media.ends_with("json") && content["schema"].is_object() {
            let value: Value = serde_json::from_slice(body).expect("a JSON answer is JSON");
            self.hold(&format!("{id} {status}"), &content["schema"], &value);
        }
    }

    fn hold(&self, what: &str, schema: &Value, value: &Value) {
        let mut validators = self.validators.lock().expect("no check panics while it holds the lock");
        let validator = validators.entry(what.to_owned()).or_insert_with(|| {
            let mut whole = schema.clone();
            whole["components"] = self.components.clone();
            std::sync::Arc::new(jsonschema::draft202012::new(&whole).expect("the document's schemas compile"))
        });
        let validator = std::sync::Arc::clone(validator);
        drop(validators);
        let errors: Vec<Value> = validator
            .iter_errors(value)
            .map(|error| json!({ "at": error.instance_path().to_string(), "error": error.to_string() }))
            .collect();
        assert!(errors.is_empty(), "{what} does not fit its schema: {errors:#?}\n{value:#}");
    }

    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let path = path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |template: &[String]| {
            template.len() == parts.len()
                && template.iter().zip(&parts).all(|(name, part)| name.starts_with('{') || name == part)
        };
        let literal = |template: &[String]| template.iter().filter(|name| !name.starts_with('{')).count();
        let found = self
            .paths
            .iter()
            .filter(|(template, _)| fits(template))
            .max_by_key(|(template, _)| literal(template));
        let operation = &found?.1[method.to_lowercase()];
        operation.is_object().then_some(operation)
    }
}
