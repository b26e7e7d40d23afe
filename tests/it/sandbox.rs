//! The sandbox: every magic value plays as `/sandbox/scenarios` tells, by the virtual clock. Tests that move the clock
//! have a gateway of their own.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{Filer, certificate},
};

const HOUR: u32 = 3600;
const DAY: u32 = 24 * HOUR;

tests::on_programs! { shared:
    every_magic_value_is_documented
    a_magic_value_is_read_whatever_its_case
    granted_is_granted_at_once
    refused_is_refused_with_two_reasons
    asks_asks_once_and_grants_after_the_answer
    returned_returns_once_and_grants_after_the_correction
    an_unknown_value_waits_for_the_authority
    every_profile_makes_a_business
    an_unknown_profile_is_refused
    the_clock_does_not_go_backwards
}

mod clock {
    tests::on_programs! { start:
        granted_in_two_days_is_registered_at_once_and_granted_then
        down_is_reached_after_an_hour
        silent_registers_and_says_nothing_more
        an_answer_corrected_to_another_value_plays_that_one
        a_moved_clock_tells_the_time_of_everything
    }

    use super::*;

    async fn pass(filer: &Filer, seconds: u32) -> Value {
        filer.client.post("/sandbox/clock", json!({ "advance_s": seconds })).await.expect(200)
    }

    async fn granted_in_two_days_is_registered_at_once_and_granted_then(program: &Program) {
        let filer = Filer::new(program, "cafe").await;
        let id = filer.lodged("granted-in-two-days@magic.test").await;
        filer.until(&id, "submission.registered").await;
        pass(&filer, 2 * DAY - 60).await;
        assert_eq!(filer.read(&id).await["state"], "registered");
        pass(&filer, 61).await;
        assert_eq!(filer.read(&id).await["state"], "granted");
    }

    async fn down_is_reached_after_an_hour(program: &Program) {
        let filer = Filer::new(program, "cafe").await;
        let id = filer.lodged("down@magic.test").await;
        let delayed = filer.until(&id, "submission.delivery_delayed").await;
        assert!(text(&delayed["data"]["next_attempt_at"]) > text(&delayed["time"]));
        pass(&filer, HOUR - 60).await;
        assert_eq!(filer.read(&id).await["state"], "lodged");
        pass(&filer, 61).await;
        assert_eq!(filer.read(&id).await["state"], "granted");
    }

    async fn silent_registers_and_says_nothing_more(program: &Program) {
        let filer = Filer::new(program, "cafe").await;
        let id = filer.lodged("silent@magic.test").await;
        filer.until(&id, "submission.registered").await;
        let now = text(&pass(&filer, 100 * DAY).await["now"]);
        let silent = filer.read(&id).await;
        assert_eq!(
            (&silent["state"], &silent["next_step"]["owed_by"]),
            (&json!("registered"), &json!("authority"))
        );
        assert!(text(&silent["decision_due_at"]) < now, "the term has passed");
    }

    async fn an_answer_corrected_to_another_value_plays_that_one(program: &Program) {
        let filer = Filer::new(program, "cafe").await;
        let id = filer.lodged("silent@magic.test").await;
        filer.until(&id, "submission.registered").await;
        let form = json!({ "contact": { "email": "granted@magic.test" } });
        filer
            .step(&id, "corrections", json!({ "reason": "другой сценарий", "form": form }))
            .await
            .expect(200);
        pass(&filer, 1).await;
        assert_eq!(filer.read(&id).await["state"], "granted");
    }

    async fn a_moved_clock_tells_the_time_of_everything(program: &Program) {
        let filer = Filer::new(program, "cafe").await;
        let before = text(&filer.client.get("/sandbox/clock").await.expect(200)["now"]);
        let moved = text(&pass(&filer, 366 * DAY).await["now"]);
        assert!(moved[..4] > before[..4], "{moved} is a year after {before}");
        let now = text(&filer.client.get("/sandbox/clock").await.expect(200)["now"]);
        assert!(now >= moved);
        let draft = filer.create(json!({ "service": tests::filing::CERTIFICATE })).await.expect(201);
        assert!(text(&draft["created_at"]) >= moved);
    }
}

async fn scenarios(program: &Program) -> Value {
    program.client().get("/sandbox/scenarios").await.expect(200)
}

fn values(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|row| text(&row["value"])).collect()
}

async fn every_magic_value_is_documented(program: &Program) {
    let told = scenarios(program).await;
    let emails = values(&told["contact_emails"]);
    assert_eq!(
        emails,
        [
            "granted@magic.test",
            "granted-in-two-days@magic.test",
            "asks@magic.test",
            "refused@magic.test",
            "returned@magic.test",
            "down@magic.test",
            "silent@magic.test",
        ],
        "each is played by a test of this module"
    );
    for row in told["contact_emails"].as_array().expect("a list") {
        assert!(!text(&row["meaning"]["ru"]).is_empty() && !text(&row["meaning"]["en"]).is_empty());
    }
}

async fn a_magic_value_is_read_whatever_its_case(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.lodged("Granted@Magic.test").await;
    filer.until(&id, "submission.granted").await;
    assert_eq!(filer.read(&id).await["state"], "granted");
}

async fn granted_is_granted_at_once(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.lodged("granted@magic.test").await;
    let event = filer.until(&id, "submission.granted").await;
    assert_eq!(event["touchpoint"], "gateway");
    let outcome = filer.read(&id).await["outcome"].clone();
    assert!(text(&outcome["result_number"]).starts_with("TEST-"));
}

async fn refused_is_refused_with_two_reasons(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.lodged("refused@magic.test").await;
    filer.until(&id, "submission.refused").await;
    let outcome = filer.read(&id).await["outcome"].clone();
    assert_eq!(outcome["reasons"].as_array().expect("a list").len(), 2);
    assert!(text(&outcome["way_forward"]["en"]).contains("granted@magic.test"));
    // A refusal does not prevent the next attempt.
    let again = filer.lodged("granted@magic.test").await;
    filer.until(&again, "submission.granted").await;
}

async fn asks_asks_once_and_grants_after_the_answer(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.lodged("asks@magic.test").await;
    let event = filer.until(&id, "submission.information_requested").await;
    let asked = filer.read(&id).await;
    assert_eq!(asked["requests"][0]["id"], event["data"]["request_id"]);
    let answer = json!({ "request_id": event["data"]["request_id"], "text": "Телефон верный",
        "form": { "contact": { "phone": "+79990000003" } } });
    filer.step(&id, "responses", answer).await.expect(200);
    filer.until(&id, "submission.granted").await;
    assert_eq!(filer.read(&id).await["requests"].as_array().expect("a list").len(), 1);
}

async fn returned_returns_once_and_grants_after_the_correction(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let lodged = filer.lodge(certificate("returned@magic.test")).await;
    let id = text(&lodged["id"]);
    filer.until(&id, "submission.returned").await;
    let outcome = filer.read(&id).await["outcome"].clone();
    assert_eq!(outcome["reasons"][0]["pointer"], "/contact/phone");
    let mended = json!({ "reason": "Телефон добавлен", "form": { "contact": { "phone": "+79990000003" } } });
    filer.step(&id, "corrections", mended).await.expect(200);
    filer.until(&id, "submission.granted").await;
    assert_eq!(filer.read(&id).await["lodged_at"], lodged["lodged_at"]);
}

async fn an_unknown_value_waits_for_the_authority(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let by_hand = filer.lodged("nobody@magic.test").await;
    let scripted = filer.lodged("granted@magic.test").await;
    filer.until(&scripted, "submission.granted").await;
    assert_eq!(filer.read(&by_hand).await["state"], "lodged");
}

async fn every_profile_makes_a_business(program: &Program) {
    let told = scenarios(program).await;
    let client = program.client().register("Профили").await;
    for profile in values(&told["business_profiles"]) {
        let id = client.business(&profile).await;
        let business = client.get(&format!("/v1/businesses/{id}")).await.expect(200);
        let inn = client.get(&format!("/v1/checks/inn/{}", text(&business["inn"]))).await.expect(200);
        assert_eq!(inn["valid"], true, "{profile}");
        let facts = client.get(&format!("/v1/businesses/{id}/profile")).await.expect(200)["facts"].clone();
        assert_eq!((&facts["inn"], &facts["kind"]), (&business["inn"], &business["kind"]), "{profile}");
    }
}

async fn an_unknown_profile_is_refused(program: &Program) {
    let client = program.client().register("Профили").await;
    let request = client.request(reqwest::Method::POST, "/sandbox/businesses");
    let answer = client.send(request.json(&json!({ "profile": "bank" }))).await;
    let problem = answer.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["pointer"], "/profile");
    assert!(!problem["violations"][0]["fix"].is_null());
}

async fn the_clock_does_not_go_backwards(program: &Program) {
    let client = program.client().register("Часы").await;
    for advance in [json!(0), json!(-60), json!(31_622_401), json!("1")] {
        let body = json!({ "advance_s": advance });
        client.post("/sandbox/clock", body).await.problem(422, "validation-failed");
    }
}
