//! A form ready for checking: its schema with the blocks put in, its fields, and the compiled validator.

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::{
    explain::Explainer,
    fault::Fault,
    field::{Field, Fields, fields_of},
    guide::Block,
    model::{Hint, ServiceDocument},
    schema::{DICTIONARY, Dictionaries, SchemaCompiler},
};
use crate::error::Violation;

const DEFS: &str = "#/$defs/";

/// A form ready for checking.
#[derive(Debug)]
pub(super) struct Form {
    /// The schema with the blocks put in.
    pub schema: Value,
    /// The service's own hints and those of the blocks.
    pub hints: BTreeMap<String, Hint>,
    /// Every field.
    pub fields: Fields,
    validator: Validator,
    dictionaries: Dictionaries,
}

impl Form {
    /// Puts the blocks into a service's form and compiles it. What is wrong goes to `fault` with its pointer.
    ///
    /// None where the schema does not compile.
    pub(super) fn compile(
        document: &ServiceDocument,
        blocks: &BTreeMap<String, Block>,
        resources: (&SchemaCompiler, &Dictionaries),
        fault: &mut dyn FnMut(String, Fault),
    ) -> Option<Self> {
        let examples = document.examples.iter().map(|example| &example.form);
        let form = Self::of_schema((&document.form, &document.hints), examples, blocks, resources, fault)?;
        for (pointer, field) in &form.fields {
            check_hint(pointer, field, &form.hints, fault);
        }
        for pointer in document.hints.keys().filter(|pointer| !form.fields.contains_key(*pointer)) {
            fault(format!("/hints{pointer}"), Fault::Dangling { what: "field", name: pointer.clone() });
        }
        Some(form)
    }

    /// Puts the blocks into a schema and compiles it, whether or not its fields have hints.
    ///
    /// None where the schema does not compile.
    pub(super) fn of_schema<'e>(
        (schema, hints): (&Value, &BTreeMap<String, Hint>),
        examples: impl Iterator<Item = &'e Map<String, Value>>,
        blocks: &BTreeMap<String, Block>,
        (compiler, dictionaries): (&SchemaCompiler, &Dictionaries),
        fault: &mut dyn FnMut(String, Fault),
    ) -> Option<Self> {
        let (schema, hints) = with_blocks(schema, hints, blocks, fault);
        let fields = fields_of(&schema, examples);
        for (pointer, field) in &fields {
            check_names(pointer, field, compiler, dictionaries, fault);
        }
        match compiler.compile(&schema) {
            Ok(validator) => {
                Some(Self { schema, hints, fields, validator, dictionaries: dictionaries.clone() })
            }
            Err(message) => {
                fault("/form".into(), Fault::Schema(message));
                None
            }
        }
    }

    /// Everything that is wrong with a filled form, one finding for each place.
    pub(super) fn violations(&self, form: &Map<String, Value>) -> Vec<Violation> {
        let instance = Value::Object(form.clone());
        if self.validator.is_valid(&instance) {
            return Vec::new();
        }
        let mut explainer = Explainer::new(&self.fields, &self.hints, &self.dictionaries);
        for error in self.validator.iter_errors(&instance) {
            explainer.explain(&error);
        }
        explainer.finish()
    }
}

fn with_blocks(
    form: &Value,
    own_hints: &BTreeMap<String, Hint>,
    blocks: &BTreeMap<String, Block>,
    fault: &mut dyn FnMut(String, Fault),
) -> (Value, BTreeMap<String, Hint>) {
    let mut schema = form.clone();
    let mut hints = BTreeMap::new();
    let mut definitions = Map::new();
    for (property, name) in block_references(form) {
        let Some(block) = blocks.get(name) else {
            let pointer = format!("/form/properties/{property}");
            fault(pointer, Fault::Dangling { what: "block", name: name.to_owned() });
            continue;
        };
        definitions.insert(name.to_owned(), block.schema.clone());
        hints.extend(
            block.hints.iter().map(|(pointer, hint)| (format!("/{property}{pointer}"), hint.clone())),
        );
    }
    hints.extend(own_hints.clone());
    if let (Some(form), false) = (schema.as_object_mut(), definitions.is_empty()) {
        let known = form.entry("$defs").or_insert_with(|| json!({}));
        known.as_object_mut().into_iter().for_each(|known| known.extend(definitions.clone()));
    }
    (schema, hints)
}

/// The form's own properties that refer to blocks, with the blocks' names.
fn block_references(form: &Value) -> impl Iterator<Item = (&str, &str)> {
    let own = |name: &str| form.get("$defs").is_some_and(|known| known.get(name).is_some());
    let properties = form.get("properties").and_then(Value::as_object).into_iter().flatten();
    let references = properties.filter_map(|(property, schema)| {
        Some((property.as_str(), schema.get("$ref")?.as_str()?.strip_prefix(DEFS)?))
    });
    references.filter(move |(_, name)| !own(name))
}

fn check_hint(
    pointer: &str,
    field: &Field,
    hints: &BTreeMap<String, Hint>,
    fault: &mut dyn FnMut(String, Fault),
) {
    if !field.leaf {
        return;
    }
    let hint = hints.get(pointer).or_else(|| hints.get(&format!("{pointer}/-")));
    match hint {
        None => fault(format!("/hints{pointer}"), Fault::HintMissing),
        Some(hint) if !field.required && hint.if_empty.is_none() => {
            fault(format!("/hints{pointer}"), Fault::IfEmptyMissing);
        }
        Some(_) => {}
    }
}

fn check_names(
    pointer: &str,
    field: &Field,
    compiler: &SchemaCompiler,
    dictionaries: &Dictionaries,
    fault: &mut dyn FnMut(String, Fault),
) {
    let named = |keyword| field.schema.get(keyword).and_then(Value::as_str);
    if let Some(name) = named("format").filter(|name| !compiler.knows_format(name)) {
        fault(format!("/form{pointer}"), Fault::Dangling { what: "format", name: name.to_owned() });
    }
    if let Some(name) = named(DICTIONARY).filter(|name| !dictionaries.contains_key(*name)) {
        fault(format!("/form{pointer}"), Fault::Dangling { what: "dictionary", name: name.to_owned() });
    }
}
