//! Cautions: announced, objected to, answered, heeded.

use serde_json::{Value, json};
use tests::{
    Answer, Program,
    client::text,
    filing::{Filer, Office},
};

use super::self_checks::places;

tests::on_programs! { shared:
    a_caution_is_objected_to_and_answered
    a_caution_that_is_kept_is_closed_by_a_notice
    a_caution_names_its_requirement_and_demands_nothing
    cautions_are_listed_by_state_and_page
}

tests::on_programs! { start:
    after_its_term_an_objection_is_refused_with_the_day
}

fn caution(filer: &Filer) -> Value {
    json!({ "business_id": filer.business, "requirement": "OT-001",
        "ground": { "ru": "Адрес в реестре устарел", "en": "The address in the register is out of date" },
        "measures": { "ru": "Проверьте и обновите адрес", "en": "Check and update the address" } })
}

async fn announced(office: &Office, filer: &Filer) -> Value {
    office.0.post("/v1/authority/cautions", caution(filer)).await.expect(201)
}

async fn step(filer: &Filer, caution: &Value, act: &str, body: Value) -> Answer {
    filer.client.post(&filer.path(&format!("cautions/{}/{act}", text(&caution["id"]))), body).await
}

async fn answer(office: &Office, caution: &Value, outcome: &str) -> Answer {
    let body = json!({ "outcome": outcome, "reason": { "ru": "Проверено", "en": "Checked" } });
    office.0.post(&format!("/v1/authority/cautions/{}/answer", text(&caution["id"])), body).await
}

async fn a_caution_is_objected_to_and_answered(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let caution = announced(&office, &filer).await;
    assert_eq!((&caution["state"], &caution["authority_id"]), (&json!("announced"), &json!("aut_fns")));
    assert_eq!((&caution["act"], &caution["objection_working_days"]), (&json!("129-fz-2001"), &json!(5)));
    let event = filer.until(&text(&caution["id"]), "caution.announced").await;
    assert_eq!(event["data"]["requirement"], "OT-001");
    let attachment = filer.attach("extract", "application/pdf", b"%PDF-1.7 extract").await;
    let objection = json!({ "statement": "Адрес обновлён в срок.", "attachments": [attachment] });
    let objected = step(&filer, &caution, "objection", objection).await.expect(200);
    assert_eq!(
        (&objected["state"], &objected["receipt"]["act"]),
        (&json!("objected"), &json!("caution_objected"))
    );
    assert_eq!(objected["objection"]["attachments"][0]["id"], attachment.as_str());
    let seen = format!("/v1/authority/cautions/{}", text(&caution["id"]));
    assert_eq!(office.0.get(&seen).await.expect(200)["objection"], objected["objection"]);
    let withdrawn = answer(&office, &caution, "withdrawn").await.expect(200);
    assert_eq!((&withdrawn["state"], &withdrawn["version"]), (&json!("withdrawn"), &json!(3)));
    filer.until(&text(&caution["id"]), "caution.withdrawn").await;
    let conflict = answer(&office, &caution, "kept").await.problem(409, "state-conflict");
    assert_eq!((&conflict["state"], &conflict["allowed"]), (&json!("withdrawn"), &json!([])));
    let notice = json!({ "statement": "Сделано." });
    step(&filer, &caution, "notice", notice).await.problem(409, "state-conflict");
}

async fn a_caution_that_is_kept_is_closed_by_a_notice(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let kept = announced(&office, &filer).await;
    answer(&office, &kept, "kept").await.problem(409, "state-conflict");
    step(&filer, &kept, "objection", json!({ "statement": "Нет." })).await.expect(200);
    let notice = json!({ "statement": "Адрес обновлён." });
    step(&filer, &kept, "notice", notice.clone()).await.problem(409, "state-conflict");
    answer(&office, &kept, "kept").await.expect(200);
    let closed = step(&filer, &kept, "notice", notice.clone()).await.expect(200);
    assert_eq!((&closed["state"], &closed["receipt"]["act"]), (&json!("closed"), &json!("caution_noticed")));
    filer.until(&text(&kept["id"]), "caution.closed").await;
    let heeded = announced(&office, &filer).await;
    assert_eq!(step(&filer, &heeded, "notice", notice).await.expect(200)["state"], "closed");
}

async fn a_caution_names_its_requirement_and_demands_nothing(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let table = [
        ("/business_id", json!("biz_nobody"), "/business_id unknown-business"),
        ("/requirement", json!("OT-none"), "/requirement unknown-requirement"),
        ("/requirement", json!("OT-021"), "/requirement not-supervisor"),
        ("/requirement", json!("OT-103"), "/requirement not-on-list"),
        ("/measures/ru", json!("Просим  Представить документы до пятницы"), "/measures/ru demands-documents"),
        (
            "/measures/ru",
            json!("Документы по кассе нaправьте, пожалуйста, в отдел"),
            "/measures/ru demands-documents",
        ),
        ("/ground/en", json!("Submit documents at once"), "/ground/en demands-documents"),
        ("/ground/en", json!(" "), "/ground length"),
        ("/objection_working_days", json!(1), "/objection_working_days too-short"),
        ("/objection_working_days", json!(61), "/objection_working_days range"),
        ("/documents", json!(["устав"]), "/documents unknown-field"),
    ];
    for (pointer, value, expected) in table {
        let mut body = caution(&filer);
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        body.pointer_mut(parent).expect("it is there")[name] = value;
        let problem = office.0.post("/v1/authority/cautions", body).await.problem(422, "validation-failed");
        assert_eq!(places(&problem), [expected]);
    }
    let caution = announced(&office, &filer).await;
    let foreign = json!({ "statement": "Нет.", "attachments": ["att_none"] });
    let problem = step(&filer, &caution, "objection", foreign).await.problem(422, "validation-failed");
    assert_eq!(places(&problem), ["/attachments/0 attachment-not-ready"]);
}

async fn after_its_term_an_objection_is_refused_with_the_day(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let mut body = caution(&filer);
    body["objection_working_days"] = json!(7);
    let caution = office.0.post("/v1/authority/cautions", body).await.expect(201);
    assert_eq!(caution["objection_working_days"], 7);
    // Twenty days hold seven working days even over New Year.
    filer.client.post("/sandbox/clock", json!({ "advance_s": 20 * 86_400 })).await.expect(200);
    let late = step(&filer, &caution, "objection", json!({ "statement": "Нет." })).await;
    let problem = late.problem(422, "validation-failed");
    assert_eq!(places(&problem), [" term-over"]);
    let day = text(&caution["objection_until"]);
    assert!(text(&problem["violations"][0]["detail"]).contains(&day), "{problem:#}");
    step(&filer, &caution, "notice", json!({ "statement": "Сделано." })).await.expect(200);
}

async fn cautions_are_listed_by_state_and_page(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let first = announced(&office, &filer).await;
    let second = announced(&office, &filer).await;
    step(&filer, &first, "objection", json!({ "statement": "Нет." })).await.expect(200);
    let ids = |list: &Value| -> Vec<Value> {
        list["items"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect()
    };
    let all = filer.client.get(&filer.path("cautions?limit=1")).await.expect(200);
    assert_eq!(ids(&all), [second["id"].clone()]);
    let rest = filer.path(&format!("cautions?limit=1&cursor={}", text(&all["next_cursor"])));
    assert_eq!(ids(&filer.client.get(&rest).await.expect(200)), [first["id"].clone()]);
    let objected = filer.client.get(&filer.path("cautions?state=objected")).await.expect(200);
    assert_eq!(ids(&objected), [first["id"].clone()]);
    let own = office.0.get("/v1/authority/cautions?state=objected&limit=1000").await.expect(200);
    assert!(ids(&own).contains(&first["id"]) && !ids(&own).contains(&second["id"]));
    let one = filer.path(&format!("cautions/{}", text(&first["id"])));
    let read = filer.client.get(&one).await;
    assert_eq!(read.header("etag"), "\"v2\"");
}
