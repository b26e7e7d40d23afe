use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    requirement::checklist::{AskedWhen, SelfCheckRules},
    text::Text,
};

fn terms() -> SelfCheckTerms {
    SelfCheckRules::default().terms.remove(0)
}

fn question(id: &str, kind: QuestionKind, weight: u32, expected: Option<Expected>) -> Question {
    let text = Text::new("в", "q");
    Question {
        id: id.to_owned(),
        text: text.clone(),
        hint: text,
        kind,
        weight,
        critical: false,
        expected,
        when: None,
    }
}

fn yes_no(id: &str, weight: u32) -> Question {
    question(id, QuestionKind::YesNo, weight, Some(Expected::Yes))
}

fn critical(question: Question) -> Question {
    Question { critical: true, ..question }
}

fn behind(opener: &str, question: Question) -> Question {
    Question { when: Some(AskedWhen { question: opener.to_owned(), is: Word::Yes }), ..question }
}

fn answers(given: &[(&str, serde_json::Value)]) -> Answers {
    let read = |answer: &serde_json::Value| serde_json::from_value(answer.clone()).expect("it is an answer");
    given.iter().map(|(id, answer)| (format!("R/{id}"), read(answer))).collect()
}

fn said(word: &str) -> serde_json::Value {
    json!({ "answer": word })
}

fn score(questions: &[Question], given: &[(&str, serde_json::Value)]) -> (Option<String>, Verdict) {
    let score = Score::of("R", questions, &answers(given));
    (score.score.map(|score| score.to_string()), score.verdict(&terms()))
}

fn scored(text: &str, verdict: Verdict) -> (Option<String>, Verdict) {
    (Some(text.to_owned()), verdict)
}

#[test]
fn the_score_is_the_met_share_of_the_applicable_weight() {
    let three = [yes_no("a", 5), yes_no("b", 3), yes_no("c", 1)];
    let all = [("a", said("yes")), ("b", said("yes")), ("c", said("yes"))];
    assert_eq!(score(&three, &all), scored("100", Verdict::Compliant));
    // 100 · 8 / 9 = 88.888…
    let most = [("a", said("yes")), ("b", said("yes")), ("c", said("no"))];
    assert_eq!(score(&three, &most), scored("88.89", Verdict::Partly));
    // 100 · 4 / 9 = 44.444…
    let less = [("a", said("no")), ("b", said("yes")), ("c", said("yes"))];
    assert_eq!(score(&three, &less), scored("44.44", Verdict::NotCompliant));
    // b does not apply: 100 · 5 / 6 = 83.333…
    let without = [("a", said("yes")), ("b", said("not_applicable")), ("c", said("no"))];
    assert_eq!(score(&three, &without), scored("83.33", Verdict::Partly));
    let none = three.each_ref().map(|question| (question.id.as_str(), said("not_applicable")));
    assert_eq!(score(&three, &none), (None, Verdict::NotApplicable));
    // Half a hundredth goes up: 100 · 1 / 32 = 3.125.
    let fine = [yes_no("a", 1), yes_no("b", 31)];
    assert_eq!(score(&fine, &[("a", said("yes")), ("b", said("no"))]), scored("3.13", Verdict::NotCompliant));
}

#[test]
fn a_critical_no_decides_whatever_the_score() {
    let questions = [yes_no("a", 5), yes_no("b", 5), yes_no("c", 5), critical(yes_no("d", 1))];
    let given = [("a", said("yes")), ("b", said("yes")), ("c", said("yes")), ("d", said("no"))];
    // 100 · 15 / 16 = 93.75
    assert_eq!(score(&questions, &given), scored("93.75", Verdict::NotCompliant));
    assert_eq!(Score::of("R", &questions, &answers(&given)).critical_unmet, ["R/d"]);
    let mended = [("a", said("no")), ("b", said("yes")), ("c", said("yes")), ("d", said("yes"))];
    assert_eq!(score(&questions, &mended), scored("68.75", Verdict::Partly));
}

#[test]
fn numbers_and_documents_count_as_the_checklist_expects() {
    let questions = [
        question("most", QuestionKind::Value, 2, Some(Expected::AtMost(Decimal::new(45, 1)))),
        question("least", QuestionKind::Value, 1, Some(Expected::AtLeast(Decimal::TWO))),
        question("paper", QuestionKind::Document, 1, None),
        question("told", QuestionKind::YesNo, 5, None),
    ];
    let digest = json!({ "digest": Digest::of(b"log") });
    let good = [
        ("most", json!({ "value": "4.5" })),
        ("least", json!({ "value": "2" })),
        ("paper", digest),
        ("told", said("no")),
    ];
    assert_eq!(score(&questions, &good), scored("100", Verdict::Compliant));
    let bad = [
        ("most", json!({ "value": "4.51" })),
        ("least", json!({ "value": "1.99" })),
        ("paper", said("no")),
        ("told", said("yes")),
    ];
    assert_eq!(score(&questions, &bad), scored("0", Verdict::NotCompliant));
    let half = [
        ("most", json!({ "value": "0" })),
        ("least", said("no")),
        ("paper", said("no")),
        ("told", said("no")),
    ];
    assert_eq!(score(&questions, &half), scored("50", Verdict::Partly));
}

#[test]
fn a_question_is_asked_once_its_opener_is_answered_so() {
    let questions = [yes_no("a", 1), behind("a", yes_no("b", 1)), behind("b", yes_no("c", 1))];
    let names = |given: &[(&str, serde_json::Value)]| {
        let asked = asked("R", &questions, &answers(given));
        asked.iter().map(|question| question.id.clone()).collect::<Vec<_>>().join("")
    };
    assert_eq!(names(&[]), "a");
    assert_eq!(names(&[("a", said("yes"))]), "ab");
    assert_eq!(names(&[("a", said("yes")), ("b", said("yes"))]), "abc");
    // The answer to b stays, but b is no longer asked, and so c is not either.
    assert_eq!(names(&[("a", said("no")), ("b", said("yes"))]), "a");
    assert_eq!(score(&questions, &[("a", said("no")), ("b", said("yes"))]).0.as_deref(), Some("0"));
}

#[test]
fn an_answer_fits_its_kind_of_question() {
    use QuestionKind::{Document, Value, YesNo};
    let read = |answer| serde_json::from_value::<Answer>(answer).expect("it is an answer");
    let table = [
        (said("yes"), [true, false, false]),
        (said("no"), [true, true, true]),
        (said("not_applicable"), [true, false, false]),
        (json!({ "value": "1" }), [false, true, false]),
        (json!({ "digest": Digest::of(b"") }), [false, false, true]),
        (json!({ "attachment_id": "att_1" }), [false, false, true]),
        (json!({}), [false, false, false]),
    ];
    for (answer, expected) in table {
        assert_eq!(
            [YesNo, Value, Document].map(|kind| read(answer.clone()).fits(kind)),
            expected,
            "{answer}"
        );
    }
    for bad in
        [json!({ "answer": "maybe" }), json!({ "value": "x" }), json!({ "answer": "yes", "value": "1" })]
    {
        assert!(serde_json::from_value::<Answer>(bad.clone()).is_err(), "{bad}");
    }
}

fn words() -> impl Strategy<Value = Word> {
    prop_oneof![Just(Word::Yes), Just(Word::No), Just(Word::NotApplicable)]
}

proptest! {
    #[test]
    fn the_score_stays_within_its_bounds_and_never_falls_when_a_no_turns_into_a_yes(
        rows in proptest::collection::vec((1..=1000_u32, any::<bool>(), words()), 1..60), place in any::<usize>()
    ) {
        let questions: Vec<Question> = rows.iter().enumerate().map(|(number, (weight, is_critical, _))| {
            Question { critical: *is_critical, ..yes_no(&number.to_string(), *weight) }
        }).collect();
        let mut given: Answers = rows.iter().enumerate()
            .map(|(number, (.., word))| (format!("R/{number}"), Answer::Said { answer: *word })).collect();
        let before = Score::of("R", &questions, &given);
        if let Some(score) = before.score {
            prop_assert!(score >= Decimal::ZERO && score <= Decimal::ONE_HUNDRED);
        }
        let key = format!("R/{}", place % rows.len());
        if given[&key] == (Answer::Said { answer: Word::No }) {
            given.insert(key, Answer::Said { answer: Word::Yes });
            let after = Score::of("R", &questions, &given);
            prop_assert!(after.score >= before.score);
            prop_assert!(after.verdict(&terms()) <= before.verdict(&terms()));
        }
    }
}
