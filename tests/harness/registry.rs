//! A registry of any size, derived from the one that is part of the program: the same for the same size.

use domain::requirement::{
    builtin::builtin,
    document::{RegistryDocument, RegistryKind},
};
use serde_json::{Value, json};

/// Everything that the program ships, with as many derived requirements as make `n` in all. Each derived one is tied to
/// a kind of activity, one in fifty to a region alone; some ask for a region or a size besides.
pub fn generated(n: usize) -> Vec<RegistryDocument> {
    let mut documents = builtin();
    let models: Vec<Value> = of_kind(&documents, RegistryKind::Requirement);
    let spread = Spread::read();
    let mut algorithms = Vec::new();
    let derived = n.saturating_sub(models.len());
    for (place, model) in models.iter().enumerate().take(derived) {
        let numbers = (place..derived).step_by(models.len());
        let codes: Vec<String> = numbers.clone().map(code).collect();
        let title = model["title"].clone();
        let step = json!({ "id": "do", "title": title, "proof": "none", "minutes": 10 });
        algorithms
            .push(json!({ "code": format!("GEN-ALG-{place:03}"), "title": title, "requirements": codes,
            "when": null, "minutes": 10, "steps": [step] }));
        documents.extend(
            numbers.map(|number| shipped(RegistryKind::Requirement, spread.requirement(model, number))),
        );
    }
    documents.extend(algorithms.into_iter().map(|body| shipped(RegistryKind::Algorithm, body)));
    documents
}

/// The code of the derived requirement with this number.
pub fn code(number: usize) -> String {
    format!("GEN-{number:05}")
}

fn of_kind(documents: &[RegistryDocument], kind: RegistryKind) -> Vec<Value> {
    documents.iter().filter(|one| one.kind == kind).map(|one| one.body.clone()).collect()
}

fn shipped(kind: RegistryKind, body: Value) -> RegistryDocument {
    let code = body["code"].as_str().expect("it was given one").to_owned();
    RegistryDocument { kind, code, version: 1, edition: 1, brought_by: None, body }
}

/// What derived requirements are spread over.
struct Spread {
    /// Codes and names of kinds of activity.
    activities: Vec<(String, String)>,
    regions: Vec<String>,
}

impl Spread {
    fn read() -> Self {
        let rows = |text: &str| -> Vec<(String, String)> {
            let dictionary: Value = serde_json::from_str(text).expect("a dictionary is JSON");
            let items = dictionary["items"].as_array().expect("a dictionary has items");
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            items.iter().map(|item| (text(&item["code"]), text(&item["title"]["ru"]))).collect()
        };
        let activities = rows(include_str!("../../domain/data/dictionaries/okved2.json"));
        let regions = rows(include_str!("../../domain/data/dictionaries/regions.json"));
        Self {
            // Sections, which are letters, are no kinds of activity of a business.
            activities: activities
                .into_iter()
                .filter(|(code, _)| code.starts_with(|c: char| c.is_ascii_digit()))
                .collect(),
            regions: regions.into_iter().map(|(code, _)| code).collect(),
        }
    }

    fn requirement(&self, model: &Value, number: usize) -> Value {
        // A step without a common divisor with the lengths: neighbours differ in everything.
        let at = |length: usize, step: usize| number.wrapping_mul(step) % length;
        let (activity, name) = &self.activities[at(self.activities.len(), 7919)];
        let region = json!({ "fact": "region", "one_of": [self.regions[at(self.regions.len(), 6007)]] });
        let mut parts = Vec::new();
        if number % 50 == 49 {
            parts.push(region);
        } else {
            parts.push(json!({ "fact": "activities", "within": [activity] }));
            if number.is_multiple_of(3) {
                parts.push(region);
            }
        }
        if number % 4 == 1 {
            parts.push(json!({ "fact": "employees", "at_least": number % 250 + 1 }));
        }
        let mut body = model.clone();
        body["code"] = json!(code(number));
        body["applies_when"] = json!({ "all": parts });
        let title = model["title"]["ru"].as_str().unwrap_or_default();
        body["title"]["ru"] = json!(format!("{title}: {name}"));
        body
    }
}
