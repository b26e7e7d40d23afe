//! Hundreds of assessments from many callers: what is told, and the program's own recount of it.

use std::process::Command;

use serde_json::{Value, json};
use tests::{Engine, Own, Program, client::text, filing::Filer, on_both_engines, program::binary};

use super::{REGISTERED_FACTS, give, scored};

tests::on_programs! { start:
    nothing_is_told_of_few_businesses
    a_slice_is_the_sum_of_what_is_told
}

on_both_engines! { the_program_recounts_hundreds_of_concurrent_assessments }

const SUMMARY: &str = "/v1/requirements/OT-001/assessments/summary";

async fn nothing_is_told_of_few_businesses(program: &Program) {
    let mut filers = Vec::new();
    for _ in 0..6 {
        filers.push(Filer::new(program, "cafe").await);
    }
    let client = program.client();
    for filer in &filers[..4] {
        give(filer, scored(REGISTERED_FACTS, 4, 2)).await;
        let told = client.get(SUMMARY).await.expect(200);
        assert_eq!((&told["total"]["clarity"], &told["total"]["marks"]), (&Value::Null, &Value::Null));
        assert_eq!(told["procedures"], json!([]), "that anybody assessed is not told of few either");
    }
    let mut fifth = scored(REGISTERED_FACTS, 5, 2);
    fifth["proposal"] = json!({ "text": "Короче.", "reasons": "Длинно." });
    give(&filers[4], fifth).await;
    let told = client.get(SUMMARY).await.expect(200);
    let clarity = &told["total"]["clarity"];
    assert_eq!(
        (&clarity["n"], &clarity["mean"], &clarity["significant"]),
        (&json!(5), &json!(4.2), &json!(false))
    );
    assert_eq!(clarity["distribution"], json!([0, 0, 0, 4, 1]));
    assert_eq!(
        told["total"]["marks"],
        json!({ "assessments": 5, "duplicates": 0, "contradictions": 0, "proposals": 1 })
    );
    assert_eq!(told["procedures"][0]["procedure"], "actual_impact");
    give(&filers[5], scored(REGISTERED_FACTS, 1, 1)).await;
    give(&filers[0], scored(REGISTERED_FACTS, 1, 1)).await;
    let mut elsewhere = scored(REGISTERED_FACTS, 1, 1);
    elsewhere["procedure"] = json!("disclosure");
    give(&filers[5], elsewhere).await;
    assert_eq!(client.get(SUMMARY).await.expect(200), told, "two businesses move nothing");
}

async fn a_slice_is_the_sum_of_what_is_told(program: &Program) {
    let client = program.client();
    for requirement in ["OT-001", "OT-005"] {
        for score in 1..=5 {
            give(&Filer::new(program, "cafe").await, scored(requirement, score, 3)).await;
        }
    }
    let slice = async |dimension: &str, value: &str| {
        let path = format!("/v1/assessments/summary?dimension={dimension}&value={value}");
        client.get(&path).await.expect(200)["summary"].clone()
    };
    for (dimension, value) in [("procedure", "actual_impact"), ("level", "federal")] {
        let told = slice(dimension, value).await;
        assert_eq!((&told["clarity"]["n"], &told["clarity"]["mean"]), (&json!(10), &json!(3.0)));
        assert_eq!(told["clarity"]["distribution"], json!([2, 2, 2, 2, 2]));
        assert_eq!(told["feasibility"]["interval"]["half_width"], 0.0);
    }
    assert_eq!(slice("procedure", "disclosure").await["clarity"], Value::Null);
    client.get("/v1/assessments/summary?dimension=weather&value=x").await.problem(400, "malformed-request");
    client.get("/v1/requirements/none/assessments/summary").await.problem(404, "not-found");
}

/// What one caller of many says, each time something else.
async fn assess(filer: Filer, caller: u32) {
    for round in 0..12_u32 {
        let requirement = ["OT-001", "OT-005", "OT-006"][(round % 3) as usize];
        let score = |shift: u32| u8::try_from((caller * 7 + round * 3 + shift) % 5 + 1).expect("a score");
        let mut body = scored(requirement, score(0), score(2));
        if round > 8 {
            body["costs"] = json!({ "elements": [{ "name": "Работа", "hours": (caller + round).to_string(),
                "hourly_wage": "700", "times_per_year": "12" }] });
        }
        give(&filer, body).await;
    }
}

/// The program's recount of a gateway that has ended.
pub fn check(own: &Own) -> std::process::Output {
    let mut command = Command::new(binary());
    command.args(["assessments", "check", "--database-url", own.url()]);
    command.arg("--data-dir").arg(own.program.data()).output().expect("the program starts")
}

async fn the_program_recounts_hundreds_of_concurrent_assessments(engine: Engine) {
    let Some(mut own) = Own::start(engine, &[]) else { return };
    let mut callers = Vec::new();
    for caller in 0..24 {
        let filer = Filer::new(&own.program, "cafe").await;
        callers.push(tokio::spawn(assess(filer, caller)));
    }
    for caller in callers {
        caller.await.expect("every assessment is accepted");
    }
    let told = own.client().get(SUMMARY).await.expect(200);
    let n = told["total"]["clarity"]["n"].as_i64().expect("24 businesses are enough");
    assert!((20..=24).contains(&n), "{told:#}");
    assert!(text(&told["cost"]["median"]["amount"]).ends_with("00.00"), "two digits: {told:#}");
    own.program.signal("TERM");
    own.program.wait();
    let checked = check(&own);
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success() && said.starts_with("72 assessments"), "{checked:?}");
    own.sql("UPDATE assessment_slices SET told = '{}' WHERE dimension = 'level'");
    let checked = check(&own);
    assert_eq!(checked.status.code(), Some(1), "{checked:?}");
    assert!(String::from_utf8_lossy(&checked.stderr).contains("Level"), "{checked:?}");
}
