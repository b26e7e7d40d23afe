//! From an error of the schema validator to a finding that a clerk and a program can mend.

use std::collections::BTreeMap;

use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::{Value, json};

use super::{
    field::{Field, Fields, below, field_pointer},
    format::{CustomFormat, Flaw},
    model::Hint,
    place::Place,
    remedy::Remedy,
    schema::Dictionaries,
    wording::{self, say},
};
use crate::error::Violation;

const AT_MOST: (&str, &str) = ("не больше", "at most");
const AT_LEAST: (&str, &str) = ("не меньше", "at least");
const LESS: (&str, &str) = ("меньше", "less than");
const MORE: (&str, &str) = ("больше", "more than");
const MULTIPLE: (&str, &str) = ("кратно", "a multiple of");

/// What is wrong, most telling first: of several errors at one place the first of these is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Code {
    Required,
    UnknownField,
    WrongType,
    NotInList,
    NotInDictionary,
    WrongLength,
    CheckDigit,
    WrongFormat,
    TooLong,
    TooShort,
    Pattern,
    OutOfRange,
    TooManyItems,
    TooFewItems,
    DuplicateItems,
    Condition,
}

/// Collects errors and keeps the most telling one for each place.
pub(super) struct Explainer<'f> {
    fields: &'f Fields,
    hints: &'f BTreeMap<String, Hint>,
    dictionaries: &'f Dictionaries,
    found: BTreeMap<String, (Code, Violation)>,
}

impl<'f> Explainer<'f> {
    pub(super) fn new(
        fields: &'f Fields,
        hints: &'f BTreeMap<String, Hint>,
        dictionaries: &'f Dictionaries,
    ) -> Self {
        Self { fields, hints, dictionaries, found: BTreeMap::new() }
    }

    /// The findings in the order of their pointers.
    pub(super) fn finish(self) -> Vec<Violation> {
        self.found.into_values().map(|(_, violation)| violation).collect()
    }

    /// Takes in one error; of alternatives, what the nearest one lacks.
    pub(super) fn explain(&mut self, error: &ValidationError<'_>) {
        let place = &self.place(error.instance_path().as_str());
        let value = error.instance().as_ref();
        match error.kind() {
            Kind::Required { property } => self.required(error, property.as_str().unwrap_or_default()),
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                unexpected.iter().for_each(|name| self.unknown_field(place.pointer(), name));
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => self.alternatives(place, context),
            Kind::PropertyNames { error } => self.explain(error),
            Kind::Type { kind } => {
                self.add(Code::WrongType, place, Remedy::wrong_type(place, value, &expected(kind)))
            }
            Kind::Enum { options } => {
                self.add(Code::NotInList, place, Remedy::not_in_list(place, value, options))
            }
            Kind::Constant { expected_value } => {
                self.add(Code::NotInList, place, Remedy::only(place, expected_value))
            }
            Kind::Custom { .. } => self.not_in_dictionary(place, value),
            Kind::Format { format } => self.wrong_format(place, value, format),
            Kind::Pattern { pattern } => self.add(Code::Pattern, place, Remedy::pattern(place, pattern)),
            Kind::MaxLength { limit } => self.length(Code::TooLong, place, value, AT_MOST, *limit),
            Kind::MinLength { limit } => self.length(Code::TooShort, place, value, AT_LEAST, *limit),
            Kind::MaxItems { limit } => self.items(Code::TooManyItems, place, value, AT_MOST, *limit),
            Kind::AdditionalItems { limit } => {
                self.items(Code::TooManyItems, place, value, AT_MOST, *limit as u64)
            }
            Kind::MinItems { limit } => self.items(Code::TooFewItems, place, value, AT_LEAST, *limit),
            Kind::UniqueItems => self.add(Code::DuplicateItems, place, Remedy::duplicates(place)),
            Kind::Maximum { limit } => self.out_of_range(place, value, AT_MOST, limit),
            Kind::Minimum { limit } => self.out_of_range(place, value, AT_LEAST, limit),
            Kind::ExclusiveMaximum { limit } => self.out_of_range(place, value, LESS, limit),
            Kind::ExclusiveMinimum { limit } => self.out_of_range(place, value, MORE, limit),
            Kind::MultipleOf { multiple_of } => {
                self.out_of_range(place, value, MULTIPLE, &json!(multiple_of))
            }
            Kind::FalseSchema => self.add(Code::Condition, place, Remedy::not_here(place)),
            Kind::Not { .. }
            | Kind::OneOfMultipleValid { .. }
            | Kind::Contains
            | Kind::UnevaluatedItems { .. }
            | Kind::MaxProperties { .. }
            | Kind::MinProperties { .. }
            | Kind::ContentEncoding { .. }
            | Kind::ContentMediaType { .. }
            | Kind::FromUtf8 { .. }
            | Kind::BacktrackLimitExceeded { .. }
            | Kind::RegexEngineFailure { .. }
            | Kind::Referencing(_) => {
                self.add(Code::Condition, place, Remedy::condition(place));
            }
        }
    }

    fn alternatives(&mut self, place: &Place<'_>, branches: &[Vec<ValidationError<'static>>]) {
        match nearest(branches) {
            Some(branch) => branch.iter().for_each(|inner| self.explain(inner)),
            None => self.add(Code::Condition, place, Remedy::condition(place)),
        }
    }

    fn length(&mut self, code: Code, place: &Place<'_>, value: &Value, bound: (&str, &str), limit: u64) {
        let found = value.as_str().map_or(0, |text| text.chars().count());
        let detail = match found {
            0 => wording::empty(&place.label()),
            _ => wording::counted(&place.label(), ("знаков", "characters"), found, bound, limit),
        };
        self.add(code, place, Remedy::resize(place, detail));
    }

    fn items(&mut self, code: Code, place: &Place<'_>, value: &Value, bound: (&str, &str), limit: u64) {
        let found = value.as_array().map_or(0, Vec::len);
        let detail = wording::counted(&place.label(), ("позиций", "items"), found, bound, limit);
        self.add(code, place, Remedy::resize(place, detail));
    }

    fn required(&mut self, error: &ValidationError<'_>, name: &str) {
        let path = error.schema_path().as_str();
        let conditional = ["/then/", "/else/", "/dependentRequired"].iter().any(|part| path.contains(part));
        let pointer = below(error.instance_path().as_str(), name);
        let place = self.place(&pointer);
        self.add(Code::Required, &place, Remedy::required(&place, conditional));
    }

    fn unknown_field(&mut self, parent: &str, name: &str) {
        let pointer = below(parent, name);
        let place = self.place(&pointer);
        self.add(Code::UnknownField, &place, Remedy::unknown_field(&place, name));
    }

    fn not_in_dictionary(&mut self, place: &Place<'_>, value: &Value) {
        let remedy = match place.dictionary(self.dictionaries) {
            Some(dictionary) => Remedy::not_in_dictionary(place, value, dictionary),
            None => Remedy::condition(place),
        };
        self.add(Code::NotInDictionary, place, remedy);
    }

    fn wrong_format(&mut self, place: &Place<'_>, value: &Value, format: &str) {
        let text = value.as_str().unwrap_or_default();
        let looks = wording::format_looks(format).unwrap_or_else(|| say(format, format));
        let flaw = format
            .parse::<CustomFormat>()
            .ok()
            .and_then(|custom| custom.flaw(text))
            .unwrap_or(Flaw::Characters);
        let code = match flaw {
            Flaw::CheckDigit => Code::CheckDigit,
            Flaw::Length => Code::WrongLength,
            Flaw::Characters => Code::WrongFormat,
        };
        let detail = wording::flaw(&place.label(), flaw, &looks, text.chars().count());
        self.add(code, place, Remedy::rewrite(place, detail, &looks, format, flaw));
    }

    fn out_of_range(&mut self, place: &Place<'_>, value: &Value, bound: (&str, &str), limit: &Value) {
        self.add(Code::OutOfRange, place, Remedy::out_of_range(place, value, bound, limit));
    }

    fn place(&self, pointer: &str) -> Place<'f> {
        let generic = field_pointer(pointer);
        let field: Option<&'f Field> = self.fields.get(&generic);
        let hint = self.hints.get(&generic).or_else(|| self.hints.get(generic.strip_suffix("/-")?));
        Place::new(pointer, field, hint)
    }

    fn add(&mut self, code: Code, place: &Place<'_>, remedy: Remedy) {
        let pointer = place.pointer();
        let known = self.found.get(pointer).map(|(known, _)| *known);
        if known.is_none_or(|known| code < known) {
            let name: &str = code.into();
            let violation = Violation {
                pointer: pointer.to_owned(),
                code: name.to_owned(),
                detail: remedy.detail,
                fix: remedy.fix,
            };
            self.found.insert(pointer.to_owned(), (code, violation));
        }
    }
}

/// The alternative that the form most likely meant: one whose distinguishing values fit, then with the fewest errors.
fn nearest<'e>(branches: &'e [Vec<ValidationError<'static>>]) -> Option<&'e Vec<ValidationError<'static>>> {
    let is_other =
        |error: &ValidationError<'_>| matches!(error.kind(), Kind::Constant { .. } | Kind::Enum { .. });
    let rank = |branch: &&Vec<ValidationError<'static>>| {
        (branch.iter().filter(|error| is_other(error)).count(), branch.len())
    };
    branches.iter().filter(|branch| !branch.is_empty()).min_by_key(rank)
}

fn expected(kind: &TypeKind) -> Vec<JsonType> {
    match kind {
        TypeKind::Single(single) => vec![*single],
        TypeKind::Multiple(several) => several.iter().collect(),
    }
}
