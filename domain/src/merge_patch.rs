//! JSON merge patches (RFC 7396) over objects.

use serde_json::{Map, Value};

/// The object with the patch applied; nulls in the patch remove.
pub fn merge_patched(object: &Map<String, Value>, patch: &Map<String, Value>) -> Map<String, Value> {
    let mut object = object.clone();
    for (name, change) in patch {
        if change.is_null() {
            object.remove(name);
        } else {
            json_patch::merge(object.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
    object
}

/// Whether the patch would change the object.
pub fn merge_changes(object: &Map<String, Value>, patch: &Map<String, Value>) -> bool {
    patch.iter().any(|(name, change)| match (object.get(name), change) {
        (known, Value::Null) => known.is_some(),
        (Some(Value::Object(known)), Value::Object(change)) => merge_changes(known, change),
        (known, change) => known != Some(change),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_examples_of_rfc_7396_hold() {
        for (object, patch, expected) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (
                json!({"a": {"b": 1, "c": 2}}),
                json!({"a": {"b": 1}, "d": null}),
                json!({"a": {"b": 1, "c": 2}}),
            ),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let patched =
                merge_patched(object.as_object().expect("an object"), patch.as_object().expect("an object"));
            assert_eq!(Value::Object(patched), expected, "{object} with {patch}");
            let changes =
                merge_changes(object.as_object().expect("an object"), patch.as_object().expect("an object"));
            assert_eq!(changes, object != expected, "{object} with {patch}");
        }
    }
}
