use std::sync::Arc;

use domain::{
    ids::Id,
    submission::{AttachedDocument, Correction, Dossier, InformationRequest, Response},
};
use serde_json::json;

use super::*;

const LODGED: i64 = 1_000_000_000;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).expect("in range")
}

fn submission(address: &str, state: State) -> Submission {
    let id = "sub_01".parse().expect("an id");
    let form = json!({ "contact": { "email": address } });
    Submission {
        id,
        business: "biz_1".parse().expect("an id"),
        application: "app_1".parse().expect("an id"),
        service: "tax-balance-certificate".into(),
        service_version: 1,
        authority: "aut_fns".parse().expect("an id"),
        situation: None,
        state,
        number: (state != State::Lodged).then(|| "2026-1".into()),
        form: Arc::new(form.as_object().expect("an object").clone()),
        attachments: Vec::<AttachedDocument>::new(),
        dossier: Dossier::default(),
        version: 1,
        created_at: at(0),
        updated_at: at(LODGED),
        lodged_at: Some(at(LODGED)),
        decision_due_at: None,
        expires_at: None,
    }
}

fn task(kind: TaskKind) -> Task {
    Task {
        id: "tsk_1".parse().expect("an id"),
        authority: "aut_fns".parse().expect("an id"),
        submission: "sub_01".parse().expect("an id"),
        kind,
        route: Route::Connector,
        available_at: at(LODGED),
        attempts: 1,
        lease: None,
        acknowledged_at: None,
    }
}

fn push(submission: &Submission, kind: TaskKind, now: Timestamp) -> Answer {
    ScriptedAuthority.push(&task(kind), submission, now)
}

fn correction() -> Correction {
    Correction { reason: "Опечатка".into(), form: Map::new(), at: at(LODGED) }
}

fn answered_request() -> InformationRequest {
    let response = Response { text: Some("+7".into()), form: None, attachments: Vec::new(), at: at(LODGED) };
    InformationRequest {
        id: "req_1".parse().expect("an id"),
        question: text("?", "?"),
        fields: Vec::new(),
        asked_at: at(LODGED),
        due_at: at(LODGED),
        response: Some(response),
    }
}

fn verdict(answer: Answer) -> Option<Verdict> {
    let Answer::Act(steps) = answer else { return None };
    steps.into_iter().find_map(|step| match step {
        Step::Decide(verdict) => Some(verdict),
        Step::Register | Step::BeginReview => None,
    })
}

#[test]
fn only_magic_values_are_routed_to_the_script() {
    let authority = "aut_fns".parse().expect("an id");
    let route = |form: Value| ScriptedAuthority.route(&authority, form.as_object().expect("an object"));
    for (address, scenario, ..) in MAGIC {
        let form = json!({ "contact": { "email": address } });
        assert_eq!(Scenario::of(form.as_object().expect("an object")), Some(scenario));
        assert_eq!(route(form), Route::Connector);
    }
    assert_eq!(route(json!({ "contact": { "email": "GRANTED@Magic.Test" } })), Route::Connector);
    for other in [
        json!({}),
        json!({ "contact": 1 }),
        json!({ "contact": { "email": "other@magic.test" } }),
        json!({ "contact": { "email": "granted@magic.test.ru" } }),
        json!({ "email": "granted@magic.test" }),
    ] {
        assert_eq!(route(other.clone()), Route::Inbox, "{other}");
    }
}

#[test]
fn granted_takes_every_step_that_is_missing() {
    let lodged = submission("granted@magic.test", State::Lodged);
    let steps = |answer: Answer| match answer {
        Answer::Act(steps) => steps.len(),
        Answer::ActAndGoOn(..) | Answer::Unreachable(_) => 0,
    };
    assert_eq!(steps(push(&lodged, TaskKind::Lodged, at(LODGED))), 3);
    assert!(matches!(verdict(push(&lodged, TaskKind::Lodged, at(LODGED))), Some(Verdict::Grant { .. })));
    let reviewed = submission("granted@magic.test", State::InReview);
    assert_eq!(steps(push(&reviewed, TaskKind::Corrected, at(LODGED))), 1);
    assert_eq!(push(&lodged, TaskKind::Withdrawn, at(LODGED)), Answer::Act(Vec::new()));
}

#[test]
fn two_days_are_counted_from_lodging_to_the_microsecond() {
    let due = at(LODGED).plus(TWO_DAYS);
    let lodged = submission("granted-in-two-days@magic.test", State::Lodged);
    let registers = Answer::ActAndGoOn(vec![Step::Register], due);
    assert_eq!(push(&lodged, TaskKind::Lodged, at(LODGED)), registers);
    assert_eq!(push(&lodged, TaskKind::Lodged, at(due.micros() - 1)), registers);
    assert!(matches!(verdict(push(&lodged, TaskKind::Lodged, due)), Some(Verdict::Grant { .. })));
}

#[test]
fn asks_once_and_grants_after_the_answer() {
    let lodged = submission("asks@magic.test", State::Lodged);
    let asked = verdict(push(&lodged, TaskKind::Lodged, at(LODGED)));
    assert!(matches!(asked, Some(Verdict::RequestInformation { .. })));
    let mut answered = submission("asks@magic.test", State::InReview);
    answered.dossier.requests.push(answered_request());
    let granted = verdict(push(&answered, TaskKind::Responded, at(LODGED)));
    assert!(matches!(granted, Some(Verdict::Grant { .. })));
    answered.state = State::InformationRequested;
    assert_eq!(push(&answered, TaskKind::Lodged, at(LODGED)), Answer::Act(Vec::new()));
}

#[test]
fn a_refusal_names_two_reasons_with_grounds_and_the_way_forward() {
    let lodged = submission("refused@magic.test", State::Lodged);
    let Some(Verdict::Refuse { reasons, way_forward, .. }) =
        verdict(push(&lodged, TaskKind::Lodged, at(LODGED)))
    else {
        panic!("a refusal was expected")
    };
    assert_eq!(reasons.len(), 2);
    assert!(reasons.iter().all(|reason| !reason.legal_ground.is_empty() && !reason.fix.ru.is_empty()));
    assert!(!way_forward.ru.is_empty() && !way_forward.en.is_empty());
}

#[test]
fn returned_is_granted_only_after_a_correction_of_the_return() {
    let mut lodged = submission("returned@magic.test", State::Lodged);
    let returned = |submission: &Submission, kind| {
        matches!(verdict(push(submission, kind, at(LODGED))), Some(Verdict::Return { .. }))
    };
    assert!(returned(&lodged, TaskKind::Lodged));
    lodged.dossier.corrections.push(correction());
    assert!(returned(&lodged, TaskKind::Lodged), "corrected before it was ever returned");
    let mut mended = submission("returned@magic.test", State::InReview);
    mended.dossier.corrections.push(correction());
    let granted = verdict(push(&mended, TaskKind::Corrected, at(LODGED)));
    assert!(matches!(granted, Some(Verdict::Grant { .. })));
}

#[test]
fn down_answers_after_an_hour() {
    let up = at(LODGED).plus(ONE_HOUR);
    let lodged = submission("down@magic.test", State::Lodged);
    assert_eq!(push(&lodged, TaskKind::Lodged, at(LODGED)), Answer::Unreachable(up));
    assert!(matches!(verdict(push(&lodged, TaskKind::Lodged, up)), Some(Verdict::Grant { .. })));
}

#[test]
fn silent_registers_and_no_more() {
    let lodged = submission("silent@magic.test", State::Lodged);
    assert_eq!(push(&lodged, TaskKind::Lodged, at(LODGED)), Answer::Act(vec![Step::Register]));
    let registered = submission("silent@magic.test", State::Registered);
    assert_eq!(push(&registered, TaskKind::Corrected, at(LODGED)), Answer::Act(Vec::new()));
}

#[test]
fn a_corrected_away_magic_value_leaves_the_authority_to_the_developer() {
    let mut lodged = submission("accountant@example.test", State::Lodged);
    assert_eq!(push(&lodged, TaskKind::Lodged, at(LODGED)), Answer::Act(Vec::new()));
    lodged.id = domain::ids::SubmissionId::from_ulid(Default::default());
    assert_eq!(push(&lodged, TaskKind::Corrected, at(LODGED)), Answer::Act(Vec::new()));
}

#[test]
fn every_meaning_stands_in_both_languages() {
    assert!(scenarios().iter().all(|(_, meaning)| !meaning.ru.is_empty() && !meaning.en.is_empty()));
}
