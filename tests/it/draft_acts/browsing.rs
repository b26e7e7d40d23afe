//! Which drafts are found, by everybody and by a business.

use serde_json::{Value, json};
use tests::{Program, filing::Filer, own::authority};

use super::published;

tests::on_programs! { shared:
    drafts_are_found_by_every_parameter
    a_business_sees_the_drafts_that_concern_it_or_may
    a_list_of_drafts_is_read_page_by_page
}

fn holds(page: &Value, draft: &str) -> bool {
    page.to_string().contains(draft)
}

async fn drafts_are_found_by_every_parameter(program: &Program) {
    let office = authority(program).await;
    let with =
        json!({ "requirements": [{ "code": "OT-001" }], "level": "regional", "act_kind": "regional_law" });
    let draft = published(&office, with).await;
    for (query, found) in [
        ("stage=notice", true),
        ("stage=adopted", false),
        ("open=true", true),
        ("developer=aut_fns", true),
        ("developer=aut_none", false),
        ("act_kind=regional_law", true),
        ("act_kind=code", false),
        ("level=regional", true),
        ("level=municipal", false),
        ("life_situation=start-business", true),
        ("life_situation=none", false),
        ("activity=56", true),
        ("activity=56.10.1", true),
        ("activity=01", false),
        ("keyword=журн", true),
        ("keyword=none", false),
        ("requirement=OT-001", true),
        ("requirement=OT-002", false),
        ("q=ЭЛЕКТРОННОМ", true),
        ("q=no+such+words", false),
    ] {
        let page = program.client().get(&format!("/v1/draft-acts?limit=1000&{query}")).await.expect(200);
        assert_eq!(holds(&page, &draft), found, "{query}");
    }
    program.client().get("/v1/draft-acts?colour=red").await.problem(400, "malformed-request");
    program.client().get("/v1/draft-acts/dra_none").await.problem(404, "not-found");
}

async fn a_business_sees_the_drafts_that_concern_it_or_may(program: &Program) {
    let (cafe, trader) = (Filer::new(program, "cafe").await, Filer::new(program, "sole-trader-it").await);
    let office = authority(program).await;
    let certain = published(&office, json!({})).await;
    let wants = json!({ "fact": "has_website", "equals": true });
    let asked = json!({ "title": { "ru": "Сайт", "en": "Site" }, "text": { "ru": "Вести.", "en": "Keep." }, "applies_when": wants });
    let open = published(&office, json!({ "requirements": [asked] })).await;
    let everybody = published(&office, json!({ "requirements": [], "activities": [] })).await;
    let seen = async |filer: &Filer, draft: &str| {
        let page = filer.client.get(&filer.path("draft-acts?open=true&limit=1000")).await.expect(200);
        let rows = page["items"].as_array().expect("a list").clone();
        rows.into_iter().find(|row| row["draft_act"]["id"] == draft)
    };
    let row = seen(&cafe, &certain).await.expect("it concerns cafés");
    assert_eq!((&row["concerns"], &row["missing"]), (&json!("yes"), &json!([])));
    assert_eq!(seen(&trader, &certain).await, None, "it concerns no programmers");
    let row = seen(&cafe, &open).await.expect("it may concern it");
    assert_eq!((&row["concerns"], &row["missing"]), (&json!("maybe"), &json!(["has_website"])));
    let row = seen(&trader, &everybody).await.expect("it concerns everybody");
    assert_eq!(row["concerns"], "yes");
    trader.until(&everybody, "draft_act.opened").await;
    let told = trader.client.get("/v1/events?types=draft_act.opened&limit=1000").await.expect(200);
    assert!(!holds(&told, &certain) && !holds(&told, &open), "only whom it concerns is told: {told:#}");
}

async fn a_list_of_drafts_is_read_page_by_page(program: &Program) {
    let office = authority(program).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(published(&office, json!({ "keywords": ["постранично"] })).await);
    }
    let client = program.client();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page =
            client.get(&format!("/v1/draft-acts?keyword=постранично&limit=1{cursor}")).await.expect(200);
        let rows = page["items"].as_array().expect("a list");
        assert!(rows.len() <= 1);
        seen.extend(rows.iter().filter_map(|row| row["id"].as_str().map(str::to_owned)));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    seen.retain(|id| made.contains(id));
    made.reverse();
    assert_eq!(seen, made, "newest first, none lost, none doubled");
}
