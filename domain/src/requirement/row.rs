//! Judging one row that an authority brings: its shape, what it refers to, and whether it is the authority's to write.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    condition::Condition,
    document::RegistryKind,
    model::{Act, Algorithm, Requirement, RequirementStatus},
    objection::objection,
    timing::Timing,
    upsert::{Grounds, Judged, Row, Taken},
};
use crate::{error::Violation, ids::AuthorityId};

mod practice;
mod refusal;

use refusal::{
    empty, ends_before_it_begins, filled, not_yours, repeated, step_id, unknown, without_algorithm,
};

/// Words that stand in paths in the place of a code.
const RESERVED: [&str; 1] = ["facts"];
const LONGEST_CODE: usize = 64;

/// The rows of one call as far as they were judged.
pub(super) struct Bench<'a> {
    grounds: &'a Grounds<'a>,
    acts: BTreeMap<String, Act>,
    requirements: BTreeMap<String, Requirement>,
    /// Requirements that an algorithm for everybody fulfils, among those of the call.
    fulfilled: BTreeSet<String>,
    taken: Taken,
}

impl<'a> Bench<'a> {
    pub(super) fn new(grounds: &'a Grounds<'a>) -> Self {
        let (acts, requirements) = (BTreeMap::new(), BTreeMap::new());
        Self { grounds, acts, requirements, fulfilled: BTreeSet::new(), taken: Taken::new() }
    }

    /// Judges a row, given the rows judged before it.
    pub(super) fn judge(&mut self, row: &Row) -> Judged {
        let mut wrong = code_objections(row);
        if !self.taken.insert((row.kind, row.code.clone())) {
            wrong.push(repeated());
        }
        let odd = match row.kind {
            RegistryKind::Act => self.act(row, &mut wrong),
            RegistryKind::Requirement => self.requirement(row, &mut wrong),
            RegistryKind::Algorithm => self.algorithm(row, &mut wrong),
            RegistryKind::Checklist | RegistryKind::CheckPack => self.serving(row, &mut wrong),
            RegistryKind::Practice => self.practice(row, &mut wrong),
            RegistryKind::Assessment
            | RegistryKind::Cost
            | RegistryKind::Facts
            | RegistryKind::Risk
            | RegistryKind::SelfCheck => {
                wrong.push(not_yours());
                Vec::new()
            }
        };
        if wrong.is_empty() { Judged::Fit(odd) } else { Judged::Unfit(wrong) }
    }

    fn act(&mut self, row: &Row, wrong: &mut Vec<Violation>) -> Vec<Violation> {
        let Some(act) = read::<Act>(&row.body, wrong) else { return Vec::new() };
        let caller = &self.grounds.actor.authority;
        // Who has an act may pass it on; nobody takes one, or begins one in another's name.
        let owner = self.grounds.registry.act(&row.code).map_or(&act.developer, |held| &held.developer);
        if owner != caller {
            wrong.push(not_yours());
        }
        self.known_authority("/document/developer", &act.developer, wrong);
        filled(&[("/document/number", &act.number), ("/document/title/ru", &act.title.ru)], wrong);
        if wrong.is_empty() {
            self.acts.insert(row.code.clone(), act);
        }
        Vec::new()
    }

    fn requirement(&mut self, row: &Row, wrong: &mut Vec<Violation>) -> Vec<Violation> {
        let Some(requirement) = read::<Requirement>(&row.body, wrong) else { return Vec::new() };
        let held = self.grounds.registry.requirement(&row.code).map(|entry| &entry.requirement);
        if !self.is_own(&requirement) || held.is_some_and(|held| !self.is_own(held)) {
            wrong.push(not_yours());
        }
        let Some(act) = self.find_act(&requirement.act).cloned() else {
            wrong.push(unknown("/document/act", "unknown-act", &requirement.act, "/v1/acts"));
            return Vec::new();
        };
        self.names(&requirement, wrong);
        let conditions = requirement.duties.iter().enumerate().filter_map(|(place, duty)| {
            Some((format!("/document/duties/{place}/when"), duty.when.as_ref()?))
        });
        let conditions = conditions.chain([("/document/applies_when".to_owned(), &requirement.applies_when)]);
        conditions.for_each(|(pointer, condition)| self.asks_known_facts(&pointer, condition, wrong));
        if requirement.valid_until.is_some_and(|last| last < requirement.valid_from) {
            wrong.push(ends_before_it_begins());
        }
        let is_new = held.is_none_or(|held| held.valid_from != requirement.valid_from);
        let timing = Timing::on(requirement.valid_from).filter(|_| is_new);
        let odd = timing.map(|timing| timing.oddities(&requirement, &act)).unwrap_or_default();
        if wrong.is_empty() {
            self.requirements.insert(row.code.clone(), requirement);
        }
        odd
    }

    /// Whatever a requirement names must be known.
    fn names(&self, requirement: &Requirement, wrong: &mut Vec<Violation>) {
        if requirement.supervisors.is_empty() {
            wrong.push(empty("/document/supervisors"));
        }
        for (place, supervisor) in requirement.supervisors.iter().enumerate() {
            self.known_authority(&format!("/document/supervisors/{place}"), supervisor, wrong);
        }
        for (place, duty) in requirement.duties.iter().enumerate() {
            self.known_authority(&format!("/document/duties/{place}/to"), &duty.to, wrong);
        }
        for (place, code) in requirement.life_situations.iter().enumerate() {
            if !self.grounds.catalogue.situations().iter().any(|situation| situation.code == *code) {
                let pointer = format!("/document/life_situations/{place}");
                wrong.push(unknown(&pointer, "unknown-life-situation", code, "/v1/life-situations"));
            }
        }
        let Requirement { title, text, provision, .. } = requirement;
        let texts = [
            ("/document/title/ru", &title.ru),
            ("/document/title/en", &title.en),
            ("/document/text/ru", &text.ru),
            ("/document/text/en", &text.en),
            ("/document/provision", provision),
        ];
        filled(&texts, wrong);
    }

    fn algorithm(&mut self, row: &Row, wrong: &mut Vec<Violation>) -> Vec<Violation> {
        let Some(algorithm) = read::<Algorithm>(&row.body, wrong) else { return Vec::new() };
        let held = self.grounds.registry.algorithm(&row.code);
        self.serves_own(
            held.map_or(&[][..], |held| held.requirements.as_slice()),
            &algorithm.requirements,
            wrong,
        );
        if let Some(condition) = &algorithm.when {
            self.asks_known_facts("/document/when", condition, wrong);
        }
        if algorithm.steps.is_empty() {
            wrong.push(empty("/document/steps"));
        }
        let mut ids = BTreeSet::new();
        for (place, step) in algorithm.steps.iter().enumerate() {
            if step.id.is_empty() || !ids.insert(step.id.as_str()) {
                wrong.push(step_id(place));
            }
        }
        if wrong.is_empty() && algorithm.when.is_none() {
            self.fulfilled.extend(algorithm.requirements);
        }
        Vec::new()
    }

    /// A checklist or a check pack: its own rules are judged with the whole registry.
    fn serving(&mut self, row: &Row, wrong: &mut Vec<Violation>) -> Vec<Violation> {
        let codes = |body: &Value| -> Vec<String> {
            let named = body.get("requirements").and_then(Value::as_array).into_iter().flatten();
            named.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let checks = self.grounds.registry.checks();
        let held: &[String] = match row.kind {
            RegistryKind::CheckPack => {
                checks.pack(&row.code).map_or(&[], |pack| pack.requirements.as_slice())
            }
            RegistryKind::Checklist
            | RegistryKind::Act
            | RegistryKind::Requirement
            | RegistryKind::Algorithm
            | RegistryKind::Assessment
            | RegistryKind::Cost
            | RegistryKind::Facts
            | RegistryKind::Practice
            | RegistryKind::Risk
            | RegistryKind::SelfCheck => checks.examined_by(&row.code),
        };
        self.serves_own(held, &codes(&row.body), wrong);
        Vec::new()
    }

    /// What serves requirements may be written by whoever may write all of them.
    fn serves_own(&self, held: &[String], new: &[String], wrong: &mut Vec<Violation>) {
        if new.is_empty() {
            wrong.push(empty("/document/requirements"));
        }
        let mut foreign =
            held.iter().any(|code| self.find_requirement(code).is_some_and(|one| !self.is_own(one)));
        for (place, code) in new.iter().enumerate() {
            match self.find_requirement(code) {
                Some(requirement) => foreign |= !self.is_own(requirement),
                None => {
                    let pointer = format!("/document/requirements/{place}");
                    wrong.push(unknown(&pointer, "unknown-requirement", code, "/v1/requirements"));
                }
            }
        }
        if foreign {
            wrong.push(not_yours());
        }
    }

    /// Whether the caller supervises the requirement or develops its act.
    fn is_own(&self, requirement: &Requirement) -> bool {
        let caller = &self.grounds.actor.authority;
        let develops = self.find_act(&requirement.act).is_some_and(|act| act.developer == *caller);
        develops || requirement.supervisors.contains(caller)
    }

    fn find_act(&self, code: &str) -> Option<&Act> {
        self.acts.get(code).or_else(|| self.grounds.registry.act(code).map(AsRef::as_ref))
    }

    fn find_requirement(&self, code: &str) -> Option<&Requirement> {
        let held = || self.grounds.registry.requirement(code).map(|entry| &entry.requirement);
        self.requirements.get(code).or_else(held)
    }

    fn known_authority(&self, pointer: &str, id: &AuthorityId, wrong: &mut Vec<Violation>) {
        if self.grounds.catalogue.authority(id).is_none() {
            wrong.push(unknown(pointer, "unknown-authority", id.as_str(), "/v1/services"));
        }
    }

    fn asks_known_facts(&self, pointer: &str, condition: &Condition, wrong: &mut Vec<Violation>) {
        let facts = self.grounds.registry.facts();
        for what in condition.tests().into_iter().filter_map(|test| facts.objection(test)) {
            wrong.push(objection(
                pointer,
                "unanswerable-condition",
                (
                    format!("Условие нельзя вычислить: {what}."),
                    format!("The condition cannot be answered: {what}."),
                ),
                (
                    "Проверьте имя факта, его тип и значения по /v1/requirements/facts.",
                    "Check the fact's name, type and values in /v1/requirements/facts.",
                ),
            ));
        }
    }

    /// Remarks fit requirements in force that no algorithm for everybody fulfils, in the registry or in this call.
    pub(super) fn remark_missing_algorithms(&self, rows: &[Row], judged: &mut [Judged]) {
        for (row, judged) in rows.iter().zip(judged) {
            let (RegistryKind::Requirement, Judged::Fit(odd)) = (row.kind, judged) else { continue };
            let Some(requirement) = self.requirements.get(&row.code) else { continue };
            let held = self.grounds.registry.algorithms_for(&row.code);
            let has_one = self.fulfilled.contains(&row.code) || held.iter().any(|one| one.when.is_none());
            if requirement.status == RequirementStatus::InForce && !has_one {
                odd.push(without_algorithm());
            }
        }
    }
}

/// Reads a document; the place of what is wrong is as exact as serde tells.
fn read<T: DeserializeOwned>(body: &Value, wrong: &mut Vec<Violation>) -> Option<T> {
    match serde_path_to_error::deserialize::<_, T>(body) {
        Ok(value) => Some(value),
        Err(error) => {
            let steps: Vec<String> = error.path().iter().filter_map(step).collect();
            let pointer = ["/document".to_owned()].into_iter().chain(steps).collect::<Vec<_>>().join("/");
            let what = error.inner().to_string();
            wrong.push(objection(
                &pointer,
                "shape",
                (format!("Запись не читается: {what}."), format!("The document cannot be read: {what}.")),
                (
                    "Сверьте состав записи с описанием реестра в документации.",
                    "Compare the document with the registry's description in the documentation.",
                ),
            ));
            None
        }
    }
}

fn step(segment: &serde_path_to_error::Segment) -> Option<String> {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

fn code_objections(row: &Row) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let characters = row.code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    let begins = row.code.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !(characters && begins && row.code.len() <= LONGEST_CODE) || RESERVED.contains(&row.code.as_str()) {
        wrong.push(objection(
            "/code",
            "format",
            (
                format!("Код — до {LONGEST_CODE} латинских букв, цифр, точек и дефисов; слова путей заняты."),
                format!("A code is up to {LONGEST_CODE} Latin letters, digits, dots and hyphens; words of paths are taken."),
            ),
            ("Возьмите другой код.", "Take another code."),
        ));
    }
    if row.body.get("code").and_then(Value::as_str) != Some(&row.code) {
        wrong.push(objection(
            "/document/code",
            "code-differs",
            ("Код записи и код в документе различаются.", "The row's code and the document's differ."),
            (
                format!("Укажите в документе код {}.", row.code),
                format!("Give the document the code {}.", row.code),
            ),
        ));
    }
    wrong
}
