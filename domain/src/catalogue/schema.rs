//! JSON Schema as forms use it: draft 2020-12, formats asserted, our own formats and the keyword `x-dictionary`.

use std::{collections::BTreeMap, sync::Arc};

use jsonschema::{Draft, Keyword, PatternOptions, ValidationError, ValidationOptions, Validator};
use serde_json::Value;
use strum::VariantArray as _;

use super::{dictionary::Dictionary, format::CustomFormat};

/// The keyword by which a schema asks for a code of a dictionary.
pub(super) const DICTIONARY: &str = "x-dictionary";

/// The dictionaries by name.
pub(super) type Dictionaries = BTreeMap<String, Arc<Dictionary>>;

/// Compiles schemas.
pub(super) struct SchemaCompiler(ValidationOptions<'static>);

impl SchemaCompiler {
    /// Knows these dictionaries; a schema that names another lets any code pass, which compiling a form reports.
    pub(super) fn new(dictionaries: &Dictionaries) -> Self {
        let mut options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .with_pattern_options(PatternOptions::regex());
        for format in CustomFormat::VARIANTS {
            options = options.with_format(<&str>::from(*format), |text: &str| format.flaw(text).is_none());
        }
        let dictionaries = dictionaries.clone();
        Self(options.with_keyword(DICTIONARY, move |_, name, _| {
            let dictionary = name.as_str().and_then(|name| dictionaries.get(name)).cloned();
            Ok(Box::new(DictionaryKeyword(dictionary)))
        }))
    }

    /// Compiles one schema.
    ///
    /// # Errors
    /// What the schema compiler says.
    pub(super) fn compile(&self, schema: &Value) -> Result<Validator, String> {
        self.0.build(schema).map_err(|error| format!("{error} at `{}`", error.instance_path()))
    }

    /// Whether a schema may use this format.
    pub(super) fn knows_format(&self, name: &str) -> bool {
        self.0.is_known_format(Draft::Draft202012, name)
    }
}

struct DictionaryKeyword(Option<Arc<Dictionary>>);

impl<'i> Keyword<'i> for DictionaryKeyword {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.is_valid(instance) { Ok(()) } else { Err(ValidationError::custom("not in the dictionary")) }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        match (&self.0, instance.as_str()) {
            (Some(dictionary), Some(code)) => dictionary.contains(code),
            (None, _) | (_, None) => true,
        }
    }
}
