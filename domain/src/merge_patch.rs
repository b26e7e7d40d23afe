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
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let patched =
                merge_patched(object.as_object().expect("an object"), patch.as_object().expect("an object"));
            assert_eq!(Value::Object(patched), expected, "{object} with {patch}");
        }
    }
}
