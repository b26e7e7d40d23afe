//! The part of the registry by which businesses examine themselves: checklists, check packs, and the rules of both.

use std::{borrow::Cow, collections::BTreeMap};

use jiff::civil::Date;

use super::{
    check_pack::CheckPack,
    checklist::{Checklist, SelfCheckRules, SelfCheckTerms},
    document::RegistryKind,
    registry::{Entry, RegistryFault},
};
use crate::text::Text;

/// Checklists, check packs and the rules of self-checks. Immutable, as the registry is.
#[derive(Debug, Clone, Default)]
pub struct Checks {
    checklists: BTreeMap<String, Sheet>,
    by_requirement: BTreeMap<String, String>,
    packs: BTreeMap<String, CheckPack>,
    rules: SelfCheckRules,
}

/// A checklist with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The checklist.
    pub checklist: Checklist,
    /// The version of its document; of the requirement's, where it is made from it.
    pub version: i64,
    /// Whether the gateway made it from the requirement's text and evidence.
    pub made: bool,
}

/// The rules that the program brings hold until the registry brings its own.
impl Default for SelfCheckRules {
    fn default() -> Self {
        serde_json::from_str(include_str!("../../data/registry/self-check.json"))
            .expect("the file is part of the program and a test reads it")
    }
}

impl Checks {
    pub(super) fn take_checklist(&mut self, checklist: Checklist, version: i64) {
        // A version before this one may have been for others.
        self.by_requirement.retain(|_, held| *held != checklist.code);
        for requirement in &checklist.requirements {
            self.by_requirement.entry(requirement.clone()).or_insert_with(|| checklist.code.clone());
        }
        self.checklists.insert(checklist.code.clone(), Sheet { checklist, version, made: false });
    }

    pub(super) fn take_pack(&mut self, pack: CheckPack) {
        self.packs.insert(pack.code.clone(), pack);
    }

    pub(super) fn take_rules(&mut self, rules: SelfCheckRules) {
        self.rules = rules;
    }

    /// What is wrong with them, given which requirements there are.
    pub(super) fn faults(&self, is_requirement: impl Fn(&str) -> bool) -> Vec<RegistryFault> {
        let unknown = |codes: &[String]| {
            let unknown = codes.iter().find(|code| !is_requirement(code.as_str()));
            unknown.map(|code| format!("there is no requirement `{code}`"))
        };
        let fault = |kind, code: &str, what| RegistryFault { kind, code: code.to_owned(), what };
        let checklists = self.checklists.values().flat_map(|Sheet { checklist, .. }| {
            let Checklist { code, requirements, .. } = checklist;
            let twice = requirements.iter().find(|one| self.by_requirement.get(*one) != Some(code));
            let twice = twice.map(|one| format!("`{one}` has another checklist already"));
            let found = [checklist.objection(), unknown(requirements), twice].into_iter().flatten();
            found.map(move |what| fault(RegistryKind::Checklist, code, what))
        });
        let packs = self.packs.values().flat_map(|pack| {
            let found = [pack.objection(), unknown(&pack.requirements)].into_iter().flatten();
            found.map(move |what| fault(RegistryKind::CheckPack, &pack.code, what))
        });
        let rules = self.rules.objection().map(|what| fault(RegistryKind::SelfCheck, "self_check", what));
        checklists.chain(packs).chain(rules).collect()
    }

    /// The checklist for a requirement: the one that was written for it, else the one made from it.
    pub fn sheet(&self, entry: &Entry, day: Date) -> Cow<'_, Sheet> {
        let written = self.by_requirement.get(&entry.requirement.code);
        match written.and_then(|code| self.checklists.get(code)) {
            Some(sheet) => Cow::Borrowed(sheet),
            None => {
                let checklist = Checklist::made(&entry.requirement, &self.terms(day).made);
                Cow::Owned(Sheet { checklist, version: entry.version, made: true })
            }
        }
    }

    /// How scores and verdicts are reached, in words.
    pub fn formula(&self) -> &Text {
        &self.rules.formula
    }

    /// The sums and terms of self-checks on `day`.
    pub fn terms(&self, day: Date) -> &SelfCheckTerms {
        self.rules.on(day).expect("a registry without terms does not compile")
    }

    /// The check packs in the order of their codes.
    pub fn packs(&self) -> impl Iterator<Item = &CheckPack> {
        self.packs.values()
    }

    /// The requirements that the checklist with this code is for; none where there is no such.
    pub fn examined_by(&self, checklist: &str) -> &[String] {
        self.checklists.get(checklist).map_or(&[], |sheet| sheet.checklist.requirements.as_slice())
    }

    /// The check pack with this code.
    pub fn pack(&self, code: &str) -> Option<&CheckPack> {
        self.packs.get(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirement::{builtin::builtin, registry::Registry};

    fn day() -> Date {
        Date::constant(2026, 11, 23)
    }

    #[test]
    fn every_requirement_of_the_program_has_a_checklist() {
        let registry = Registry::compile(1, &builtin()).expect("the program's registry holds together");
        let (mut written, mut made) = (0, 0);
        for entry in registry.requirements() {
            let sheet = registry.checks().sheet(entry, day());
            assert!(sheet.checklist.requirements.contains(&entry.requirement.code));
            assert_eq!(sheet.checklist.objection(), None, "{}", entry.requirement.code);
            let critical = sheet.checklist.questions.iter().any(|question| question.critical);
            assert!(critical, "{}: nothing in its checklist decides", entry.requirement.code);
            *(if sheet.made { &mut made } else { &mut written }) += 1;
        }
        assert!(written >= 30 && made >= 50, "{written} written, {made} made");
        assert!(registry.checks().packs().count() >= 3);
    }

    #[test]
    fn a_made_checklist_asks_for_the_evidence_once_the_requirement_is_met() {
        let registry = Registry::compile(1, &builtin()).expect("the program's registry holds together");
        let entry = registry.requirement("OT-001").expect("the program has it");
        let sheet = registry.checks().sheet(entry, day());
        let [met, documents @ ..] = sheet.checklist.questions.as_slice() else {
            panic!("there is a question")
        };
        assert!(sheet.made && met.critical && met.text.ru.starts_with("Выполняется ли: "));
        assert_eq!(documents.len(), entry.requirement.evidence.len());
        assert!(documents.iter().all(|one| one.when.as_ref().is_some_and(|when| when.question == "met")));
    }
}
