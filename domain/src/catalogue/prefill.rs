//! A form filled from the profile, and a profile that learns from a form (4.5.7.8).

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::{field::Field, form::Form, model::Hint, schema::SchemaCompiler, service::Service};

/// The facts that a business states of itself; all others come from the state's registers, and no form teaches them.
const STATED: [&str; 4] = ["address", "bank", "contact", "head"];

/// Which fields are filled from which facts, fields of a group after the group.
#[derive(Debug)]
pub(super) struct Prefills(Vec<Prefill>);

#[derive(Debug)]
struct Prefill {
    field: String,
    fact: String,
    accepts: Validator,
}

impl Prefills {
    /// Gathers the fields that have a hint with a fact. Fields inside lists are left out: the profile cannot say which
    /// item is meant.
    ///
    /// # Errors
    /// What the schema compiler says of a field's schema.
    pub(super) fn compile(form: &Form, compiler: &SchemaCompiler) -> Result<Self, String> {
        let mut prefills = Vec::new();
        for (pointer, Hint { prefill, .. }) in
            form.hints.iter().filter(|(pointer, _)| !pointer.contains("/-"))
        {
            if let (Some(fact), Some(field)) = (prefill, form.fields.get(pointer)) {
                let accepts = compiler.compile(&field_schema(field, &form.schema))?;
                prefills.push(Prefill { field: pointer.clone(), fact: fact.clone(), accepts });
            }
        }
        Ok(Self(prefills))
    }
}

/// The field's schema with the blocks of the whole form, so that references in it resolve.
fn field_schema(field: &Field, form: &Value) -> Value {
    let mut schema = field.schema.clone();
    if let (Some(object), Some(blocks)) = (schema.as_object_mut(), form.get("$defs")) {
        object.insert("$defs".into(), blocks.clone());
    }
    schema
}

impl Service {
    /// What the profile already knows of the form. A value that the form would not accept in its place is left out.
    pub fn prefill(&self, profile: &Map<String, Value>) -> Map<String, Value> {
        let mut form = Map::new();
        for prefill in &self.prefills.0 {
            let fact = at(profile, &prefill.fact);
            if let Some(fact) =
                fact.filter(|fact| at(&form, &prefill.field).is_none() && prefill.accepts.is_valid(fact))
            {
                put(&mut form, &prefill.field, fact.clone());
            }
        }
        form
    }

    /// A merge patch (RFC 7396) for the profile: what the form says of its business.
    ///
    /// Only addresses, banks, contacts and heads are learned, and only from the field of the fact's own name: a
    /// workplace that was filled in from the business's address says nothing of that address.
    pub fn learned(&self, form: &Map<String, Value>) -> Map<String, Value> {
        let mut profile = Map::new();
        for prefill in
            self.prefills.0.iter().filter(|prefill| prefill.field == prefill.fact && is_stated(&prefill.fact))
        {
            let value = at(form, &prefill.field).filter(|value| prefill.accepts.is_valid(value));
            if let Some(value) = value {
                put(&mut profile, &prefill.fact, value.clone());
            }
        }
        profile
    }
}

fn is_stated(fact: &str) -> bool {
    fact.split('/').nth(1).is_some_and(|name| STATED.contains(&name))
}

fn at<'m>(map: &'m Map<String, Value>, pointer: &str) -> Option<&'m Value> {
    let (name, rest) = split(pointer)?;
    map.get(name)?.pointer(rest)
}

/// Puts the value in its place and makes the objects on the way; a value that is no object is in the way for good.
fn put(map: &mut Map<String, Value>, pointer: &str, value: Value) {
    let Some((name, rest)) = split(pointer) else { return };
    if rest.is_empty() {
        map.insert(name.to_owned(), value);
    } else if let Some(inner) = map.entry(name).or_insert_with(|| json!({})).as_object_mut() {
        put(inner, rest, value);
    }
}

/// The first name of a pointer, and the pointer that is left. Names of fields have no characters to be unescaped.
fn split(pointer: &str) -> Option<(&str, &str)> {
    let path = pointer.strip_prefix('/')?;
    Some(path.find('/').map_or((path, ""), |slash| path.split_at(slash)))
}
