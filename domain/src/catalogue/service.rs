//! A service ready for use: its passport, its form, its rules.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::{
    expression::{Expression, Facts},
    field::Fields,
    form::Form,
    model::{DocumentSpec, Hint, ServiceDocument},
    prefill::Prefills,
    rules::{CompiledRule, Findings},
};

/// A service of the catalogue, compiled.
#[derive(Debug)]
pub struct Service {
    /// The service as its document describes it.
    pub document: ServiceDocument,
    /// JSON Schema of the form with the blocks put in.
    pub schema: Value,
    /// Hints of every field, those of blocks included.
    pub hints: BTreeMap<String, Hint>,
    pub(super) prefills: Prefills,
    pub(super) rules: Vec<CompiledRule>,
    form: Form,
    papers: Vec<Option<Expression>>,
}

/// The compiled parts of a service.
pub(super) struct Parts {
    pub form: Form,
    pub prefills: Prefills,
    pub rules: Vec<CompiledRule>,
    /// The conditions of the document's papers, one for each.
    pub papers: Vec<Option<Expression>>,
}

impl Service {
    pub(super) fn new(document: ServiceDocument, parts: Parts) -> Self {
        let Parts { form, prefills, rules, papers } = parts;
        let (schema, hints) = (form.schema.clone(), form.hints.clone());
        Self { document, schema, hints, prefills, rules, form, papers }
    }

    /// Checks a form: all that is wrong with its fields, or, where nothing is, which rules are not met on that day.
    /// Pointers begin inside the form; [`Findings::under`] moves them.
    pub fn check(&self, form: &Map<String, Value>, profile: &Map<String, Value>, today: Date) -> Findings {
        self.examine(form, profile, today).0
    }

    /// The same, and the papers that these answers ask for. Where a fact is absent the paper is asked for.
    pub fn examine(
        &self,
        form: &Map<String, Value>,
        profile: &Map<String, Value>,
        today: Date,
    ) -> (Findings, Vec<&DocumentSpec>) {
        let violations = self.form.violations(form);
        if !violations.is_empty() {
            return (Findings { violations, ..Findings::default() }, Vec::new());
        }
        let facts = Facts::new(form, profile, today);
        (Findings::judge(self.rules.iter(), &facts), self.papers(&facts))
    }

    /// Names in the rules that nothing defines: the rule's number, the member and the name.
    pub(super) fn unknown_names(&self, facts: &Facts<'_>) -> Vec<(usize, (&'static str, String))> {
        let rules = self.rules.iter().enumerate();
        rules.filter_map(|(number, rule)| Some((number, rule.unknown_name(facts)?))).collect()
    }

    pub(super) fn papers(&self, facts: &Facts<'_>) -> Vec<&DocumentSpec> {
        let asked =
            |when: &Option<Expression>| when.as_ref().and_then(|when| when.holds(facts)).unwrap_or(true);
        let papers = self.document.documents.iter().zip(&self.papers);
        papers.filter(|(_, when)| asked(when)).map(|(paper, _)| paper).collect()
    }

    /// The fields that still must be filled in, by pointer; of a group that is missing as a whole, the fields in it.
    pub fn missing_fields(&self, form: &Map<String, Value>) -> Vec<String> {
        let violations = self.form.violations(form);
        let missing = violations.into_iter().filter(|violation| violation.code == "required");
        missing.flat_map(|violation| required_within(&self.form.fields, violation.pointer)).collect()
    }
}

#[cfg(test)]
impl Service {
    /// The schema of the field at a pointer.
    pub(super) fn field_schema(&self, pointer: &str) -> Option<&Value> {
        self.form.fields.get(&super::field::field_pointer(pointer)).map(|field| &field.schema)
    }
}

fn required_within(fields: &Fields, pointer: String) -> Vec<String> {
    let inside = format!("{pointer}/");
    let children = fields.iter().filter(|(name, field)| {
        let rest = name.strip_prefix(&inside);
        field.required && rest.is_some_and(|rest| !rest.contains('/') && rest != "-")
    });
    let found = children.flat_map(|(name, _)| required_within(fields, name.clone())).collect::<Vec<_>>();
    if found.is_empty() { vec![pointer] } else { found }
}
