use jiff::civil::date;

use super::*;
use crate::requirement::{builtin::builtin, registry::Registry};

/// Judges the program's pack on ledgers as a stranger would, and reports what the pack lets it report.
fn reported(ledgers: &Value) -> (CheckPack, Report) {
    let registry = Registry::compile(1, &builtin()).expect("the program's registry holds together");
    let pack = registry.checks().pack("cash-register-daily").expect("the program has it").clone();
    let ledgers = ledgers.as_object().expect("ledgers are an object");
    let told = |rule: &PackRule| RuleVerdict {
        rule: rule.id.clone(),
        outcome: pack.judge(rule, ledgers).expect("the ledgers hold every input"),
    };
    let facts = ledgers.iter().filter(|(name, _)| pack.report.contains(name));
    let report = Report {
        pack: pack.code.clone(),
        version: pack.version,
        period: Period { from: date(2026, 11, 20), to: date(2026, 11, 20) },
        verdicts: pack.rules.iter().map(told).collect(),
        evidence: Vec::new(),
        facts: facts.map(|(name, figure)| (name.clone(), figure.clone())).collect(),
    };
    (pack, report)
}

fn ledgers() -> Value {
    json!({ "receipts_total": "1200.00", "revenue": "1200.00", "cash_in": "700.00", "card_in": "500.00",
        "shifts_opened": 1, "shifts_closed": 1, "unsent_receipts": 0 })
}

fn found(pack: &CheckPack, report: &Report) -> Vec<(String, String)> {
    let violations = violations(pack, report, date(2026, 11, 23));
    violations.into_iter().map(|one| (one.pointer, one.code)).collect()
}

fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.into(), code.into())]
}

#[test]
fn an_honest_report_is_taken_and_partly_judged_again() {
    let (pack, report) = reported(&ledgers());
    assert_eq!(found(&pack, &report), []);
    let kept = kept(&pack, &report);
    assert_eq!(kept.outcome, Outcome::Pass);
    // cash_in, card_in and the shifts stay with the business: what needs them is taken on its word.
    assert_eq!(kept.recomputed, ["receipts-equal-revenue", "all-sent"]);
    let mut short = ledgers();
    short["unsent_receipts"] = json!(2);
    let (pack, report) = reported(&short);
    assert_eq!(found(&pack, &report), []);
    assert_eq!(super::kept(&pack, &report).outcome, Outcome::Warn);
}

#[test]
fn a_verdict_against_its_own_figures_is_refused() {
    let (pack, mut report) = reported(&ledgers());
    report.facts.insert("revenue".into(), json!("1200.01"));
    assert_eq!(found(&pack, &report), one("/verdicts/0/outcome", "contradicts-facts"));
    let (pack, mut report) = reported(&ledgers());
    report.verdicts[0].outcome = Outcome::Fail;
    assert_eq!(found(&pack, &report), one("/verdicts/0/outcome", "contradicts-facts"));
    // Nothing reported contradicts this one.
    report.facts.clear();
    assert_eq!(found(&pack, &report), []);
}

/// What spoils a report, and where and how it is refused.
type Spoiled = (fn(&mut Report), &'static str, &'static str);

#[test]
fn a_report_holds_what_is_asked_and_no_more() {
    let table: [Spoiled; 9] = [
        (
            |report| drop(report.facts.insert("cash_in".into(), json!("700.00"))),
            "/facts/cash_in",
            "fact-not-asked",
        ),
        (|report| drop(report.facts.insert("a/b".into(), json!(1))), "/facts/a~1b", "fact-not-asked"),
        (
            |report| drop(report.facts.insert("unsent_receipts".into(), json!("0"))),
            "/facts/unsent_receipts",
            "type",
        ),
        (|report| report.version = 7, "/version", "another-version"),
        (|report| report.period.to = date(2026, 11, 24), "/period/to", "period-not-over"),
        (|report| report.period.from = date(2026, 11, 21), "/period/to", "period-backwards"),
        (|report| drop(report.verdicts.pop()), "/verdicts", "required"),
        (|report| report.verdicts[3].outcome = Outcome::Fail, "/verdicts/3/outcome", "impossible-outcome"),
        (|report| report.verdicts.push(report.verdicts[0].clone()), "/verdicts/4", "duplicate-rule"),
    ];
    for (spoil, pointer, code) in table {
        let (pack, mut report) = reported(&ledgers());
        spoil(&mut report);
        assert_eq!(found(&pack, &report), one(pointer, code));
    }
}
