//! Rules of a service, compiled, and what they find.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    expression::{Expression, Facts},
    model::{Rule, RuleKind, Unmet},
};
use crate::{error::Violation, text::Text};

/// A rule that is not met, with the way to a positive result (4.5.7.11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UnmetRule {
    /// The rule's code.
    #[cfg_attr(feature = "schema", schema(example = "no-arrears"))]
    pub code: String,
    /// What the rule is about.
    pub kind: RuleKind,
    /// JSON Pointer to the field to look at.
    pub pointer: String,
    /// What is wrong.
    pub message: Text,
    /// How to reach a positive result.
    pub fix: Text,
    /// The provision it follows from, in Russian.
    pub legal_basis: String,
    /// What the authority would do.
    pub unmet: Unmet,
}

impl From<&Rule> for UnmetRule {
    fn from(rule: &Rule) -> Self {
        Self {
            code: rule.code.clone(),
            kind: rule.kind,
            pointer: rule.pointer.clone(),
            message: rule.message.clone(),
            fix: rule.fix.clone(),
            legal_basis: rule.legal_basis.clone(),
            unmet: rule.unmet,
        }
    }
}

/// A compiled rule.
#[derive(Debug)]
pub(super) struct CompiledRule {
    rule: Rule,
    when: Option<Expression>,
    require: Expression,
}

/// How a rule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It holds, or is not asked.
    Met,
    /// It does not hold.
    Unmet,
    /// A fact that it needs is absent.
    Unknown,
}

impl CompiledRule {
    /// Compiles a rule.
    ///
    /// # Errors
    /// The member whose expression does not compile, and what the parser says.
    pub(super) fn compile(rule: &Rule) -> Result<Self, (&'static str, String)> {
        let when =
            rule.when.as_deref().map(Expression::compile).transpose().map_err(|error| ("when", error))?;
        let require = Expression::compile(&rule.require).map_err(|error| ("require", error))?;
        Ok(Self { rule: rule.clone(), when, require })
    }

    /// The rule as written.
    pub(super) fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Whether it tells, without any form, who has the right to the service.
    pub(super) fn judges_profile(&self) -> bool {
        let expressions = self.when.iter().chain([&self.require]);
        self.rule.kind == RuleKind::Eligibility && expressions.into_iter().all(|one| !one.needs_form())
    }

    /// The facts of the profile that it names.
    pub(super) fn profile_facts(&self) -> impl Iterator<Item = &str> {
        let sources = self.rule.when.iter().chain([&self.rule.require]);
        let places = sources.flat_map(|source| source.split("profile.").skip(1));
        places.map(|rest| {
            let end = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            &rest[..end]
        })
    }

    /// Judges the rule by the facts.
    pub(super) fn standing(&self, facts: &Facts<'_>) -> Standing {
        match self.when.as_ref().map(|when| when.holds(facts)) {
            Some(Some(false)) => return Standing::Met,
            Some(None) => return Standing::Unknown,
            Some(Some(true)) | None => {}
        }
        match self.require.holds(facts) {
            Some(true) => Standing::Met,
            Some(false) => Standing::Unmet,
            None => Standing::Unknown,
        }
    }

    /// A name in it that nothing defines, with the member it stands in.
    pub(super) fn unknown_name(&self, facts: &Facts<'_>) -> Option<(&'static str, String)> {
        let in_when = self.when.as_ref().and_then(|when| when.unknown_name(facts)).map(|name| ("when", name));
        in_when.or_else(|| self.require.unknown_name(facts).map(|name| ("require", name)))
    }
}

/// What a check of a form finds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// What is wrong with the form itself, all of it. Pointers, and the paths of patches, begin inside the form.
    pub violations: Vec<Violation>,
    /// Rules that are not met; asked only where the form itself is right.
    pub unmet: Vec<UnmetRule>,
    /// Codes of rules that could not be judged because a fact is absent; they count as met.
    pub unknown: Vec<String>,
}

impl Findings {
    /// Judges rules by the facts.
    pub(super) fn judge<'r>(rules: impl Iterator<Item = &'r CompiledRule>, facts: &Facts<'_>) -> Self {
        let mut findings = Self::default();
        for rule in rules {
            match rule.standing(facts) {
                Standing::Met => {}
                Standing::Unmet => findings.unmet.push(rule.rule().into()),
                Standing::Unknown => findings.unknown.push(rule.rule().code.clone()),
            }
        }
        findings
    }

    /// The same findings for a body that has the form at `prefix`: in pointers and in the paths of patches.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        for violation in &mut self.violations {
            violation.pointer.insert_str(0, prefix);
            for operation in &mut violation.fix.patch {
                if let Some(Value::String(path)) = operation.get_mut("path") {
                    path.insert_str(0, prefix);
                }
            }
        }
        for unmet in &mut self.unmet {
            unmet.pointer.insert_str(0, prefix);
        }
        self
    }
}
