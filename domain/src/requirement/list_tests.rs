//! The personal list over thousands of made-up businesses: what must be true of every one.

use jiff::civil::{Date, date};
use serde_json::{Map, Value, json};

use super::{
    builtin::builtin,
    condition::{ACTIVITIES, Facts, Truth},
    document::RegistryKind,
    fact::FactKind,
    list::{Cause, PersonalList, Row, Verdict, draw},
    questions::{members, questions},
    reason::Reason,
    refresh::{Redrawn, is_current, redraw},
    registry::Registry,
    what_if::what_if,
    wording::worded,
};
use crate::{
    business::{Business, BusinessKind},
    merge_patch::merge_patched,
    time::Timestamp,
};

type Profile = Map<String, Value>;

const DAY: Date = date(2026, 11, 23);
const BUSINESSES: u64 = 2000;

fn registry() -> Registry {
    Registry::compile(1, &builtin()).expect("the shipped registry holds together")
}

fn now() -> Timestamp {
    "2026-11-23T09:00:00Z".parse().expect("RFC 3339")
}

/// A sequence of numbers that is the same for the same seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).expect("below a usize")
    }

    fn some<'a>(&mut self, of: &[&'a str]) -> Vec<&'a str> {
        of.iter().copied().filter(|_| self.below(4) == 0).collect()
    }

    /// A value that a fact may have.
    fn value(&mut self, registry: &Registry, name: &str) -> Value {
        let fact = registry.facts().get(name).expect("a fact of the sheet");
        let codes: Vec<&str> = match name {
            "region" | "activity_regions" => vec!["77", "78", "50", "16"],
            "okopf" => vec!["12300", "50102", "12267"],
            _ => fact.values.keys().map(String::as_str).collect(),
        };
        match fact.kind {
            FactKind::Text => json!(codes[self.below(codes.len())]),
            FactKind::Number => json!(self.below(300)),
            FactKind::Money => json!(format!("{}.00", self.below(3_000_000_000))),
            FactKind::YesNo => json!(self.below(2) == 0),
            FactKind::List => json!(self.some(&codes)),
            FactKind::Activities => json!(ACTIVITY[self.below(ACTIVITY.len())]),
        }
    }

    /// Some members of a profile with their values; nulls where they are to be forgotten.
    fn members(&mut self, registry: &Registry, given: usize, forgotten: usize) -> Profile {
        let mut made = Profile::new();
        for name in registry.facts().iter().map(|(name, _)| name).filter(|name| *name != ACTIVITIES) {
            match self.below(100) {
                dice if dice < given => drop(made.insert(name.clone(), self.value(registry, name))),
                dice if dice < given + forgotten => drop(made.insert(name.clone(), Value::Null)),
                _ => {}
            }
        }
        if self.below(100) < given {
            made.insert("okved_main".into(), self.value(registry, ACTIVITIES));
        }
        if self.below(100) < given {
            made.insert("okved_additional".into(), json!(self.some(&ACTIVITY)));
        }
        made
    }

    fn profile(&mut self, registry: &Registry) -> Profile {
        let mut profile = self.members(registry, 70, 0);
        profile.insert("kind".into(), self.value(registry, "kind"));
        profile
    }
}

const ACTIVITY: [&str; 14] = [
    "56.10", "56.30", "47.11", "47.25", "10.71", "49.41", "55.10", "96.02", "62.01", "86.21", "85.41",
    "01.11", "46.90", "68.20",
];

fn business(profile: &Profile, version: i64) -> Business {
    Business {
        id: "biz_1".parse().expect("an id"),
        kind: BusinessKind::LegalEntity,
        inn: "9600989390".into(),
        name: "ООО".into(),
        profile: profile.clone(),
        version,
        created_at: now(),
        updated_at: now(),
    }
}

fn list(registry: &Registry, profile: &Profile) -> PersonalList {
    let undrawn = PersonalList::undrawn("biz_1".parse().expect("an id"), now());
    redraw(registry, &business(profile, 1), undrawn, now()).list
}

fn each(test: impl Fn(&Registry, &mut Dice)) {
    let registry = registry();
    (0..BUSINESSES).for_each(|seed| test(&registry, &mut Dice(seed)));
}

#[test]
fn a_list_is_what_asking_every_requirement_gives() {
    each(|registry, dice| {
        let profile = dice.profile(registry);
        let facts = Facts(&profile);
        let judged = registry.requirements().filter(|entry| entry.requirement.is_in_force(DAY));
        let expected: Vec<(&str, Truth)> = judged
            .map(|entry| (entry.requirement.code.as_str(), entry.requirement.applies_when.truth(facts)))
            .filter(|(_, truth)| *truth != Truth::False)
            .collect();
        let drawn = draw(registry, facts, DAY, &[], now());
        let found: Vec<(&str, Truth)> = drawn
            .iter()
            .map(|row| match row.verdict {
                Verdict::Applies => (row.code.as_str(), Truth::True),
                Verdict::NeedsAnswer => (row.code.as_str(), Truth::Unknown),
            })
            .collect();
        assert_eq!(found, expected, "{profile:?}");
    });
}

#[test]
fn what_if_is_what_then_happens() {
    each(|registry, dice| {
        let (profile, patch) = (dice.profile(registry), dice.members(registry, 15, 5));
        let changed = merge_patched(&profile, &patch);
        let before = list(registry, &profile);
        let outlook = what_if(registry, &before, &changed, now());
        let Redrawn { list, change, .. } = redraw(registry, &business(&changed, 2), before.clone(), now());
        assert_eq!(outlook.rows, list.rows, "{profile:?} with {patch:?}");
        match change {
            Some(change) => {
                assert_eq!((change.difference, change.cause), (outlook.difference, Cause::Profile));
                assert_eq!((change.version, list.version), (2, 2));
            }
            None => assert!(outlook.difference.is_empty() && list.version == before.version),
        }
        assert!(is_current(&list, registry, &business(&changed, 2), DAY));
    });
}

#[test]
fn all_answers_leave_nothing_open() {
    each(|registry, dice| {
        let mut profile = dice.profile(registry);
        let before = list(registry, &profile);
        let open = before.rows.iter().filter(|row| row.verdict == Verdict::NeedsAnswer);
        let asked = questions(registry, Facts(&profile), open.map(|row| row.code.as_str()));
        let seconds: u32 = asked.iter().map(|question| question.fact.seconds).sum();
        assert!(seconds <= 600, "{seconds} seconds of questions");
        for question in &asked {
            for member in members(question.name) {
                let value = match member {
                    "okved_additional" => json!(dice.some(&ACTIVITY)),
                    _ => dice.value(registry, question.name),
                };
                profile.entry(member).or_insert(value);
            }
        }
        let after = list(registry, &profile);
        assert!(after.rows.iter().all(|row| row.verdict == Verdict::Applies), "{profile:?}");
    });
}

#[test]
fn more_knowledge_never_turns_what_is_decided() {
    each(|registry, dice| {
        let less = dice.profile(registry);
        let mut more = dice.profile(registry);
        more.extend(less.clone());
        let (less, more) = (list(registry, &less), list(registry, &more));
        for row in &less.rows {
            let later = more.row(&row.code).map(|row| row.verdict);
            let fits = row.verdict == Verdict::NeedsAnswer || later == Some(Verdict::Applies);
            assert!(fits, "{} applied and is now {later:?}", row.code);
        }
        assert!(more.rows.iter().all(|row| less.row(&row.code).is_some()), "something was left out silently");
    });
}

#[test]
fn every_row_is_explained_in_both_languages() {
    each(|registry, dice| {
        let profile = dice.profile(registry);
        for row in list(registry, &profile).rows {
            let entry = registry.requirement(&row.code).expect("it is of this registry");
            let reasons = entry.requirement.applies_when.reasons(Facts(&profile));
            let holds = if row.verdict == Verdict::Applies { Truth::True } else { Truth::Unknown };
            for reason in &reasons {
                let text = worded(reason, registry.facts());
                assert!(!text.ru.is_empty() && !text.en.is_empty());
                assert_eq!(reason.holds == Truth::Unknown, holds == Truth::Unknown, "{text:?}");
            }
        }
    });
}

#[test]
fn rows_that_stay_keep_their_day() {
    let (registry, later) = (registry(), "2026-12-01T09:00:00Z".parse::<Timestamp>().expect("RFC 3339"));
    let mut dice = Dice(7);
    let (profile, other) = (dice.profile(&registry), dice.profile(&registry));
    let before = list(&registry, &profile);
    let after = redraw(&registry, &business(&other, 2), before.clone(), later).list;
    let stayed = |row: &Row| before.row(&row.code).is_some_and(|known| known.verdict == row.verdict);
    assert!(after.rows.iter().any(stayed) && after.rows.iter().any(|row| !stayed(row)));
    for row in &after.rows {
        assert_eq!(row.since, if stayed(row) { now() } else { later }, "{}", row.code);
    }
}

#[test]
fn what_did_not_change_need_not_be_asked_again() {
    let registry = registry();
    let later: Timestamp = "2026-11-23T15:00:00Z".parse().expect("RFC 3339");
    let mut dice = Dice(31);
    let shipped = builtin();
    let requirements: Vec<_> = shipped.iter().filter(|one| one.kind == RegistryKind::Requirement).collect();
    let mut moved = 0;
    for _ in 0..BUSINESSES {
        let changes = (0..=dice.below(5)).map(|number| {
            let mut document = requirements[dice.below(requirements.len())].clone();
            (document.version, document.edition) = (2, 2);
            let other = requirements[dice.below(requirements.len())];
            match dice.below(4) {
                0 => document.body["applies_when"] = other.body["applies_when"].clone(),
                1 => document.body["valid_until"] = json!("2026-11-22"),
                2 => document.body["valid_from"] = json!("2026-11-24"),
                _ => document.code = format!("NEW-{number}"),
            }
            document.body["code"] = json!(document.code);
            document
        });
        let changed = registry.with(2, &changes.collect::<Vec<_>>()).expect("it holds together");
        let known = business(&dice.profile(&registry), 1);
        let before = list(&registry, &known.profile);
        let amended = redraw(&changed, &known, before.clone(), later);
        let drawn = redraw(&changed, &known, PersonalList { edition: 0, ..before }, later);
        assert_eq!((&amended.list, &amended.change), (&drawn.list, &drawn.change));
        moved += usize::from(amended.change.is_some());
    }
    assert!(moved > 100, "only {moved} lists changed");
}

#[test]
fn a_day_on_which_something_begins_puts_lists_behind() {
    let mut documents = builtin();
    let place = documents.iter().position(|one| one.code == "OT-001").expect("it is shipped");
    documents[place].body["valid_from"] = json!("2027-03-01");
    documents[place].body["applies_when"] = json!({ "always": true });
    let registry = Registry::compile(2, &documents).expect("it holds together");
    let profile = Dice(1).profile(&registry);
    let before = list(&registry, &profile);
    assert!(before.row("OT-001").is_none());
    assert_eq!(registry.next_change(date(2027, 2, 28)), Some(date(2027, 3, 1)));
    let known = business(&profile, 1);
    assert!(!is_current(&before, &registry, &known, date(2027, 3, 1)));
    // The day begins in Moscow three hours before it does in UTC.
    let then = "2027-02-28T21:00:00Z".parse().expect("RFC 3339");
    let Redrawn { list, change, .. } = redraw(&registry, &known, before, then);
    let change = change.expect("something began");
    assert_eq!((change.cause, list.day), (Cause::Date, date(2027, 3, 1)));
    assert!(change.difference.added.contains(&"OT-001".to_owned()));
}

/// What is asked of the profile below, and how the answer reads.
fn worded_tests() -> Vec<(Value, &'static str, &'static str)> {
    vec![
        (
            json!({ "fact": "activities", "within": ["56"] }),
            "Вид деятельности 56.10 входит в 56",
            "Activity 56.10 lies under 56",
        ),
        (
            json!({ "fact": "activities", "within": ["47"] }),
            "Виды деятельности: 56.10; ни один не входит в 47",
            "Activities: 56.10; none lies under 47",
        ),
        (
            json!({ "fact": "employees", "at_least": 1 }),
            "Численность работников: 3, не меньше 1",
            "Employees: 3, at least 1",
        ),
        (
            json!({ "fact": "employees", "at_most": 2 }),
            "Численность работников: 3, больше 2",
            "Employees: 3, more than 2",
        ),
        (
            json!({ "fact": "kind", "one_of": ["legal_entity"] }),
            "Вид лица: юридическое лицо",
            "Kind of person: legal entity",
        ),
        (json!({ "fact": "exports", "equals": true }), "Экспортирует: нет", "Exports: no"),
        (
            json!({ "fact": "kind", "one_of": ["sole_trader", "farm"] }),
            "Вид лица: юридическое лицо, а не индивидуальный предприниматель, крестьянское (фермерское) хозяйство",
            "Kind of person: legal entity, not sole trader, peasant farm",
        ),
        (
            json!({ "fact": "sells", "has_any": ["alcohol"] }),
            "Что продаёт: продукты питания, пиво и пивные напитки; среди них нет: алкоголь, кроме пива",
            "What it sells: food, beer and beer drinks; not among them: alcohol other than beer",
        ),
    ]
}

#[test]
fn reasons_read_as_a_person_would_say_them() {
    let registry = registry();
    let profile = json!({ "okved_main": "56.10", "okved_additional": [], "employees": 3, "kind": "legal_entity",
        "sells": ["food", "beer"], "activity_regions": ["77", "50"], "exports": false, "annual_revenue": "12000000.00" });
    let profile = profile.as_object().expect("an object").clone();
    for (test, ru, en) in worded_tests() {
        let condition: super::condition::Condition = serde_json::from_value(test).expect("a condition");
        let reason = condition.reasons(Facts(&profile)).remove(0);
        let text = worded(&reason, registry.facts());
        assert_eq!((text.ru.as_str(), text.en.as_str()), (ru, en));
    }
    let unknown: Reason =
        serde_json::from_value(json!({ "fact": "imports", "equals": true, "holds": "unknown" }))
            .expect("a reason");
    assert!(worded(&unknown, registry.facts()).ru.starts_with("Не знаем: "));
}
