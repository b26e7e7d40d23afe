//! The registry in force: compiled once for each edition, asked often.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::civil::Date;
use serde::de::DeserializeOwned;

use super::{
    checks::Checks,
    condition::{Condition, Facts, Truth},
    document::{RegistryDocument, RegistryKind},
    fact::FactSheet,
    list::Verdict,
    model::{Act, Algorithm, Requirement},
    practice::Publication,
    reach::Reach,
    risk::RiskModel,
};
use crate::assessment::{cost::CostRates, rules::AssessmentRules};

/// So many changed requirements are not judged one by one.
const MANY: usize = 64;

/// A requirement with the version of its document.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The requirement.
    pub requirement: Requirement,
    /// The version of its document.
    pub version: i64,
    /// The edition of the registry that brought this version.
    pub edition: i64,
}

impl Entry {
    /// Whether it binds a business of which this is known; None where it is not in force or does not apply.
    pub fn verdict(&self, facts: Facts<'_>, day: Date) -> Option<Verdict> {
        if !self.requirement.is_in_force(day) {
            return None;
        }
        match self.requirement.applies_when.truth(facts) {
            Truth::True => Some(Verdict::Applies),
            Truth::Unknown => Some(Verdict::NeedsAnswer),
            Truth::False => None,
        }
    }
}

/// The registry in force. Immutable; a new edition is a new value.
#[derive(Clone)]
pub struct Registry {
    /// Counts the changes of the registry from 1.
    pub edition: i64,
    acts: BTreeMap<String, Arc<Act>>,
    requirements: BTreeMap<String, Arc<Entry>>,
    algorithms: BTreeMap<String, Arc<Algorithm>>,
    /// The algorithms that fulfil a requirement, by its code.
    fulfilling: BTreeMap<String, Vec<Arc<Algorithm>>>,
    checks: Checks,
    practice: BTreeMap<String, Arc<Publication>>,
    facts: FactSheet,
    risk: Option<Arc<RiskModel>>,
    cost: Option<Arc<CostRates>>,
    assessing: Option<Arc<AssessmentRules>>,
    reach: Reach,
    /// The requirements by the edition that brought them as they are.
    by_edition: BTreeMap<i64, Vec<Arc<Entry>>>,
    /// The days on which requirements begin to bind or cease to, in order.
    edges: Vec<Date>,
}

/// What is wrong with a document of the registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} `{code}`: {what}")]
pub struct RegistryFault {
    /// The document's kind.
    pub kind: RegistryKind,
    /// Its code.
    pub code: String,
    /// What is wrong.
    pub what: String,
}

impl Registry {
    /// Compiles the newest version of every document.
    ///
    /// # Errors
    /// Every document that cannot be read or names something that is not there.
    pub fn compile(edition: i64, documents: &[RegistryDocument]) -> Result<Self, Vec<RegistryFault>> {
        let empty = Self {
            edition,
            acts: BTreeMap::new(),
            requirements: BTreeMap::new(),
            algorithms: BTreeMap::new(),
            fulfilling: BTreeMap::new(),
            checks: Checks::default(),
            practice: BTreeMap::new(),
            facts: FactSheet::default(),
            risk: None,
            cost: None,
            assessing: None,
            reach: Reach::default(),
            by_edition: BTreeMap::new(),
            edges: Vec::new(),
        };
        empty.with(edition, documents)
    }

    /// The next edition: this one with the documents that came since. Only these are read anew; the rest is shared.
    ///
    /// # Errors
    /// Every document that cannot be read or names something that is not there, also one of those that stay.
    pub fn with(&self, edition: i64, documents: &[RegistryDocument]) -> Result<Self, Vec<RegistryFault>> {
        let mut next = Self { edition, ..self.clone() };
        let mut faults = Vec::new();
        for document in documents {
            if let Err(what) = next.take(document) {
                faults.push(RegistryFault { kind: document.kind, code: document.code.clone(), what });
            }
        }
        next.dangling(&mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        next.reach = Reach::of(next.requirements.values());
        next.by_edition.clear();
        for entry in next.requirements.values() {
            next.by_edition.entry(entry.edition).or_default().push(Arc::clone(entry));
        }
        next.fulfilling.clear();
        for algorithm in next.algorithms.values() {
            for code in &algorithm.requirements {
                next.fulfilling.entry(code.clone()).or_default().push(Arc::clone(algorithm));
            }
        }
        next.edges = edges(next.requirements.values());
        Ok(next)
    }

    fn take(&mut self, document: &RegistryDocument) -> Result<(), String> {
        let code = document.code.clone();
        match document.kind {
            RegistryKind::Act => drop(self.acts.insert(code, Arc::new(read(document)?))),
            RegistryKind::Requirement => {
                let (version, edition) = (document.version, document.edition);
                let entry = Entry { requirement: read(document)?, version, edition };
                self.requirements.insert(code, Arc::new(entry));
            }
            RegistryKind::Algorithm => drop(self.algorithms.insert(code, Arc::new(read(document)?))),
            RegistryKind::Facts => self.facts = read(document)?,
            RegistryKind::Checklist => self.checks.take_checklist(read(document)?, document.version),
            RegistryKind::CheckPack => self.checks.take_pack(read(document)?),
            RegistryKind::Practice => {
                let (version, edition) = (document.version, document.edition);
                let publication = Publication { practice: read(document)?, version, edition };
                self.practice.insert(code, Arc::new(publication));
            }
            RegistryKind::SelfCheck => self.checks.take_rules(read(document)?),
            RegistryKind::Cost => self.cost = Some(Arc::new(read(document)?)),
            RegistryKind::Assessment => self.assessing = Some(assessing(document)?),
            RegistryKind::Risk => self.risk = Some(Arc::new(read(document)?)),
        }
        Ok(())
    }

    fn dangling(&self, faults: &mut Vec<RegistryFault>) {
        faults.extend(self.checks.faults(|code| self.requirements.contains_key(code)));
        for test in self.risk.iter().flat_map(|model| model.tests()) {
            if let Some(what) = self.facts.objection(test) {
                faults.push(RegistryFault { kind: RegistryKind::Risk, code: "risk".into(), what });
            }
        }
        for Publication { practice, .. } in self.practice.values().map(AsRef::as_ref) {
            let code = &practice.code;
            faults.extend(self.unknown((RegistryKind::Practice, code), &practice.requirements));
        }
        for entry in self.requirements.values() {
            let Requirement { code, act, applies_when, duties, .. } = &entry.requirement;
            let mut fault = |what| {
                faults.push(RegistryFault { kind: RegistryKind::Requirement, code: code.clone(), what });
            };
            if !self.acts.contains_key(act) {
                fault(format!("there is no act `{act}`"));
            }
            let duties = duties.iter().filter_map(|duty| duty.when.as_ref());
            for test in duties.chain([applies_when]).flat_map(Condition::tests) {
                if let Some(what) = self.facts.objection(test) {
                    fault(what);
                }
            }
        }
        for algorithm in self.algorithms.values() {
            for what in
                algorithm.when.iter().flat_map(Condition::tests).filter_map(|test| self.facts.objection(test))
            {
                let code = algorithm.code.clone();
                faults.push(RegistryFault { kind: RegistryKind::Algorithm, code, what });
            }
            faults.extend(self.unknown((RegistryKind::Algorithm, &algorithm.code), &algorithm.requirements));
        }
    }

    /// The fault of a document that names a requirement which is not there.
    fn unknown(&self, (kind, code): (RegistryKind, &str), named: &[String]) -> Option<RegistryFault> {
        let unknown = named.iter().find(|one| !self.requirements.contains_key(*one))?;
        let what = format!("there is no requirement `{unknown}`");
        Some(RegistryFault { kind, code: code.to_owned(), what })
    }

    /// The requirements in the order of their codes.
    pub fn requirements(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.requirements.values()
    }

    /// The requirements whose codes come behind `after`, in order.
    pub fn requirements_after(&self, after: Option<&str>) -> impl Iterator<Item = &Arc<Entry>> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        self.requirements.range::<str, _>((from, Unbounded)).map(|(_, entry)| entry)
    }

    /// The requirement with this code.
    pub fn requirement(&self, code: &str) -> Option<&Arc<Entry>> {
        self.requirements.get(code)
    }

    /// The acts in the order of their codes.
    pub fn acts(&self) -> impl Iterator<Item = &Arc<Act>> {
        self.acts.values()
    }

    /// The act with this code.
    pub fn act(&self, code: &str) -> Option<&Arc<Act>> {
        self.acts.get(code)
    }

    /// The algorithms in the order of their codes.
    pub fn algorithms(&self) -> impl Iterator<Item = &Arc<Algorithm>> {
        self.algorithms.values()
    }

    /// The algorithm with this code.
    pub fn algorithm(&self, code: &str) -> Option<&Arc<Algorithm>> {
        self.algorithms.get(code)
    }

    /// Digests of practice and explanations in the order of their codes.
    pub fn publications(&self) -> impl Iterator<Item = &Arc<Publication>> {
        self.practice.values()
    }

    /// The digest or explanation with this code.
    pub fn publication(&self, code: &str) -> Option<&Arc<Publication>> {
        self.practice.get(code)
    }

    /// The rates of the cost calculator.
    pub fn cost(&self) -> Option<&CostRates> {
        self.cost.as_deref()
    }

    /// The rules of assessment.
    pub fn assessing(&self) -> Option<&AssessmentRules> {
        self.assessing.as_deref()
    }

    /// The model of risk; None where the registry was compiled without one.
    pub fn risk(&self) -> Option<&Arc<RiskModel>> {
        self.risk.as_ref()
    }

    /// Checklists, check packs and the rules of self-checks.
    pub fn checks(&self) -> &Checks {
        &self.checks
    }

    /// The algorithms that fulfil the requirement with this code, in the order of their codes (4.8.1.6).
    pub fn algorithms_for(&self, requirement: &str) -> &[Arc<Algorithm>] {
        self.fulfilling.get(requirement).map_or(&[], Vec::as_slice)
    }

    /// How facts are called and asked for.
    pub fn facts(&self) -> &FactSheet {
        &self.facts
    }

    /// The requirements that can concern a business of which this is known, in the order of codes.
    pub fn concerning(&self, facts: Facts<'_>) -> impl Iterator<Item = &Arc<Entry>> {
        self.reach.concerning(facts)
    }

    /// The requirements that came or changed after `edition`, in the order of codes; None where they are so many that
    /// it is cheaper to ask which can concern a business.
    pub fn changed_since(&self, edition: i64) -> Option<Vec<&Arc<Entry>>> {
        let later = || self.by_edition.range(edition + 1..).flat_map(|(_, entries)| entries);
        let mut changed: Vec<_> = later().take(MANY).collect();
        changed.sort_unstable_by(|one, other| one.requirement.code.cmp(&other.requirement.code));
        (changed.len() < MANY).then_some(changed)
    }

    /// The last day up to `day` on which a requirement began to bind or ceased to: a list drawn before it is behind.
    pub fn last_change(&self, day: Date) -> Option<Date> {
        let until = self.edges.partition_point(|edge| *edge <= day);
        until.checked_sub(1).map(|last| self.edges[last])
    }

    /// The next such day after `day`.
    pub fn next_change(&self, day: Date) -> Option<Date> {
        self.edges.get(self.edges.partition_point(|edge| *edge <= day)).copied()
    }
}

fn edges<'e>(entries: impl Iterator<Item = &'e Arc<Entry>>) -> Vec<Date> {
    let both = entries.flat_map(|entry| {
        let Requirement { valid_from, valid_until, .. } = &entry.requirement;
        let over = valid_until.and_then(|last| last.tomorrow().ok());
        [Some(*valid_from), over].into_iter().flatten()
    });
    both.collect::<BTreeSet<_>>().into_iter().collect()
}

fn assessing(document: &RegistryDocument) -> Result<Arc<AssessmentRules>, String> {
    let rules: AssessmentRules = read(document)?;
    rules.objection().map_or_else(|| Ok(Arc::new(rules)), Err)
}

fn read<T: DeserializeOwned>(document: &RegistryDocument) -> Result<T, String> {
    T::deserialize(&document.body).map_err(|error| error.to_string())
}
