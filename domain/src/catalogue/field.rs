//! The fields of a form, found by walking its schema.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The fields of a form by their pointer, in which `-` stands for any item of a list.
pub(super) type Fields = BTreeMap<String, Field>;

/// One field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// The title a clerk knows it by.
    pub title: String,
    /// Its name on the wire.
    pub name: String,
    /// Its schema, with a reference to a block resolved.
    pub schema: Value,
    /// Whether the object it stands in must have it whatever the other answers are.
    pub required: bool,
    /// Whether a value is entered here, and not in fields below.
    pub leaf: bool,
    /// The value that the service's examples have here.
    pub example: Option<Value>,
}

/// Every field of the schema, with the examples' values.
pub(super) fn fields_of<'e>(
    schema: &Value,
    examples: impl Iterator<Item = &'e Map<String, Value>>,
) -> Fields {
    let mut fields = Fields::new();
    Walk { root: schema, fields: &mut fields }.object(schema, "");
    for form in examples {
        note_examples(form, "", &mut fields);
    }
    fields
}

/// The pointer of the field that a value's pointer belongs to: numbers of items become `-`.
pub(super) fn field_pointer(pointer: &str) -> String {
    let generic = |segment: &str| {
        let is_number = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { "/-".to_owned() } else { format!("/{segment}") }
    };
    pointer.split('/').skip(1).map(generic).collect()
}

/// The pointer of a property of the object at `parent`.
pub(super) fn below(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The strings of a list, as in `required`.
pub(super) fn strings<'v>(schema: &'v Value, keyword: &str) -> impl Iterator<Item = &'v str> {
    schema.get(keyword).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

struct Walk<'w> {
    root: &'w Value,
    fields: &'w mut Fields,
}

impl Walk<'_> {
    fn resolve<'v>(&'v self, schema: &'v Value) -> &'v Value {
        let target =
            schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        target.and_then(|pointer| self.root.pointer(pointer)).unwrap_or(schema)
    }

    /// Visits what the schema says of an object at `pointer`. What is said first of a field holds.
    fn object(&mut self, schema: &Value, pointer: &str) {
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let required = strings(schema, "required").any(|one| one == name);
            self.field(property, name, below(pointer, name), required);
        }
        for branch in branches(schema) {
            self.object(branch, pointer);
        }
    }

    fn field(&mut self, schema: &Value, name: &str, pointer: String, required: bool) {
        let schema = self.resolve(schema).clone();
        let items = schema.get("items").map(|items| self.resolve(items).clone());
        let field = Field {
            title: schema.get("title").and_then(Value::as_str).unwrap_or(name).to_owned(),
            name: name.to_owned(),
            leaf: !has_fields(&schema) && !items.as_ref().is_some_and(has_fields),
            schema: schema.clone(),
            required,
            example: None,
        };
        if let Some(items) = items {
            let item = Field { schema: items.clone(), leaf: false, ..field.clone() };
            let place = format!("{pointer}/-");
            self.fields.entry(place.clone()).or_insert(item);
            self.object(&items, &place);
        }
        self.object(&schema, &pointer);
        self.fields.entry(pointer).or_insert(field);
    }
}

fn has_fields(schema: &Value) -> bool {
    schema.get("properties").is_some() || branches(schema).any(|branch| branch.get("properties").is_some())
}

fn branches(schema: &Value) -> impl Iterator<Item = &Value> {
    let single = ["then", "else"].into_iter().filter_map(|keyword| schema.get(keyword));
    let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_array());
    single.chain(lists.flatten())
}

fn note_examples(form: &Map<String, Value>, pointer: &str, fields: &mut Fields) {
    for (name, value) in form {
        note_example(value, &below(pointer, name), fields);
    }
}

fn note_example(value: &Value, pointer: &str, fields: &mut Fields) {
    if let Some(field) = fields.get_mut(pointer) {
        field.example.get_or_insert_with(|| value.clone());
    }
    match value {
        Value::Object(object) => note_examples(object, pointer, fields),
        Value::Array(items) => {
            items.iter().for_each(|item| note_example(item, &format!("{pointer}/-"), fields))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_found_in_blocks_lists_and_branches() {
        let schema = json!({
            "$defs": {
                "contact": {"title": "Контакты", "required": ["email"], "properties": {"email": {"title": "Почта"}}}
            },
            "required": ["contact"],
            "properties": {
                "contact": {"$ref": "#/$defs/contact"},
                "workers": {"items": {"properties": {"snils": {"title": "СНИЛС"}}}},
                "codes": {"items": {"type": "string"}}
            },
            "allOf": [{"then": {"properties": {"note": {"title": "Примечание"}}}}]
        });
        let example = json!({"workers": [{"snils": "1"}], "codes": ["x"]});
        let fields = fields_of(&schema, example.as_object().into_iter());
        let leaves = fields.iter().filter(|(_, field)| field.leaf).map(|(pointer, _)| pointer.as_str());
        assert_eq!(leaves.collect::<Vec<_>>(), ["/codes", "/contact/email", "/note", "/workers/-/snils"]);
        assert_eq!(fields["/contact"].title, "Контакты");
        assert!(fields["/contact/email"].required && !fields["/codes"].required);
        assert_eq!(fields["/workers/-/snils"].example, Some(json!("1")));
        assert_eq!(fields["/codes/-"].example, Some(json!("x")));
    }

    #[test]
    fn an_item_belongs_to_the_field_of_its_list() {
        assert_eq!(field_pointer("/workers/12/snils"), "/workers/-/snils");
        assert_eq!(field_pointer(""), "");
    }
}
