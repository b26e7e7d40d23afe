//! Granting, reading, changing and handing on.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    papers,
    representatives::{Representative, granted},
};

use super::Scene;

tests::on_programs! { shared:
    a_granted_mandate_lets_its_powers_and_no_more
    a_grant_is_receipted_and_told
    receipts_and_history_name_the_ground_of_an_act
    what_does_not_hold_is_not_granted
    nobody_but_the_business_manages_representatives
    a_second_mandate_for_the_same_application_is_a_conflict
    a_change_of_scope_holds_with_the_answer
    a_power_is_handed_on_within_the_mandate_alone
    what_was_handed_on_shrinks_with_its_mandate
    another_application_of_the_business_may_do_everything
}

async fn a_granted_mandate_lets_its_powers_and_no_more(program: &Program) {
    let scene = Scene::new(program).await;
    let agent = &scene.agent.client;
    agent.get(&scene.base).await.problem(404, "not-found");
    let mandate = scene.grant(json!({ "powers": ["2_FNS22"] })).await;
    assert_eq!((&mandate["status"], &mandate["kind"]), (&json!("in_force"), &json!("power_of_attorney")));
    agent.get(&scene.base).await.expect(200);
    papers::draft(agent, &scene.business).await;
    let refused = agent.patch(&scene.path("profile"), 1, json!({ "employees": 13 })).await;
    let problem = refused.problem(403, "power-insufficient");
    assert_eq!(problem["required_right"], "profile:write");
    assert_eq!(problem["sufficient_powers"], json!(["KLASS_2.0_REPRESENT_INTERESTS"]));
    agent.get(&scene.path("requirements?limit=1")).await.problem(403, "power-insufficient");
    let listed = agent.get("/v1/businesses").await.expect(200);
    assert_eq!(listed["items"][0]["id"], scene.business.as_str());
}

async fn a_grant_is_receipted_and_told(program: &Program) {
    let scene = Scene::new(program).await;
    let mandate = scene.grant(json!({ "powers": ["2_FNS22"], "valid_until": "2100-01-01T00:00:00Z" })).await;
    assert_eq!(
        (&mandate["receipt"]["act"], &mandate["version"]),
        (&json!("representative_granted"), &json!(1))
    );
    assert_eq!(mandate["receipt"]["subject"], mandate["id"]);
    let read = scene.own.get(&scene.at(&mandate, "")).await;
    assert_eq!(read.header("etag"), "\"v1\"");
    assert_eq!(read.expect(200)["valid_until"], "2100-01-01T00:00:00Z");
    for list in ["representatives", "representatives?status=in_force", "mandates?status=in_force"] {
        let items = scene.own.get(&scene.path(list)).await.expect(200)["items"].clone();
        let ids: Vec<&Value> = items.as_array().expect("a list").iter().map(|one| &one["id"]).collect();
        assert!(ids.contains(&&mandate["id"]), "{list}: {items:#}");
    }
    let none = scene.own.get(&scene.path("representatives?status=ended")).await.expect(200);
    assert_eq!(none["items"], json!([]));
    let own = scene.agent.client.get("/v1/mandates").await.expect(200);
    assert_eq!(own["items"][0]["id"], mandate["id"]);
    let events = scene.own.get("/v1/events?types=mandate.granted").await.expect(200);
    assert_eq!(events["items"][0]["subject"], mandate["id"]);
    assert_eq!(events["items"][0]["data"]["powers"], json!(["2_FNS22"]));
}

async fn receipts_and_history_name_the_ground_of_an_act(program: &Program) {
    let scene = Scene::new(program).await;
    let mandate = scene.grant(json!({ "powers": ["2_FNS03", "2_FNS22"], "ai_agent": true })).await;
    let lodged = papers::lodge(&scene.agent.client, &scene.business).await;
    let jws = text(&lodged["receipt"]["jws"]);
    let claims = super::dismissal::claims(&jws);
    assert_eq!(claims["mandate_id"], mandate["id"]);
    assert_eq!((&claims["power"], &claims["ai_agent"]), (&json!("2_FNS22"), &json!(true)));
    let history = scene.own.get(&scene.path("interactions")).await.expect(200);
    let all = history["items"].as_array().expect("a list");
    let act = |entry: &&Value| entry["subject"] == lodged["id"] && entry["type"] == "submission.lodged";
    let entry = all.iter().find(act).expect("the act is in the history");
    assert_eq!((&entry["mandateid"], &entry["power"]), (&mandate["id"], &json!("2_FNS22")));
    assert_eq!((&entry["aiagent"], &entry["applicationid"]), (&json!(true), &json!(scene.agent.id)));
    let own = papers::draft(&scene.own, &scene.business).await;
    let history = scene.own.get(&scene.path("interactions")).await.expect(200);
    let mut entries = history["items"].as_array().expect("a list").iter();
    let entry = entries.find(|entry| entry["subject"] == own.as_str()).expect("the draft is in the history");
    assert!(entry.get("power").is_none() && entry.get("aiagent").is_none(), "{entry:#}");
}

async fn what_does_not_hold_is_not_granted(program: &Program) {
    let scene = Scene::new(program).await;
    let refused = async |body: Value| {
        let mut whole = json!({ "application_id": scene.agent.id });
        let members = body.as_object().expect("an object").clone();
        whole.as_object_mut().expect("an object").extend(members);
        let answer = scene.own.post(&scene.path("representatives"), whole).await;
        let problem = answer.problem(422, "validation-failed");
        (text(&problem["violations"][0]["pointer"]), text(&problem["violations"][0]["code"]))
    };
    let said = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    assert_eq!(refused(json!({})).await, said("/powers", "powers-missing"));
    let unknown = json!({ "powers": ["2_FNS22", "NO_SUCH"] });
    assert_eq!(refused(unknown).await, said("/powers/1", "unknown-power"));
    let over = json!({ "powers": ["2_FNS22"], "valid_until": "2020-01-01T00:00:00Z" });
    assert_eq!(refused(over).await, said("/valid_until", "term-over"));
    let own = json!({ "kind": "own", "powers": ["2_FNS22"] });
    assert_eq!(refused(own).await, said("/powers", "powers-of-own"));
    let stranger = json!({ "application_id": "app_unknown", "powers": ["2_FNS22"] });
    assert_eq!(refused(stranger).await, said("/application_id", "unknown-application"));
    assert_eq!(scene.own.get(&scene.path("representatives")).await.expect(200)["items"], json!([]));
}

async fn nobody_but_the_business_manages_representatives(program: &Program) {
    let scene = Scene::new(program).await;
    let mandate = scene.grant(json!({ "powers": ["KLASS_2.0_REPRESENT_INTERESTS"] })).await;
    let agent = &scene.agent.client;
    let body = json!({ "application_id": scene.agent.id, "powers": ["2_FNS22"] });
    let refused = agent.post(&scene.path("representatives"), body).await;
    assert_eq!(refused.problem(403, "power-insufficient")["sufficient_powers"], json!([]));
    agent.get(&scene.path("representatives")).await.problem(403, "power-insufficient");
    agent.post(&scene.at(&mandate, "/dismissal"), json!({})).await.problem(403, "power-insufficient");
    let patch = json!({ "powers": ["2_FNS22"] });
    agent.patch(&scene.at(&mandate, ""), 1, patch).await.problem(403, "power-insufficient");
}

async fn a_second_mandate_for_the_same_application_is_a_conflict(program: &Program) {
    let scene = Scene::new(program).await;
    scene.grant(json!({ "powers": ["2_FNS22"] })).await;
    let body = json!({ "application_id": scene.agent.id, "powers": ["2_FNS03"] });
    let problem = scene.own.post(&scene.path("representatives"), body).await.problem(409, "state-conflict");
    assert_eq!((&problem["state"], &problem["allowed"]), (&json!("in_force"), &json!(["change", "dismiss"])));
}

async fn a_change_of_scope_holds_with_the_answer(program: &Program) {
    let scene = Scene::new(program).await;
    let mandate = scene.grant(json!({ "powers": ["2_FNS22"] })).await;
    papers::draft(&scene.agent.client, &scene.business).await;
    let path = scene.at(&mandate, "");
    let patch = json!({ "powers": ["2_FNS03"], "ai_agent": true });
    scene.own.patch(&path, 7, patch.clone()).await.problem(412, "stale-version");
    let changed = scene.own.patch(&path, 1, patch).await.expect(200);
    assert_eq!((&changed["version"], &changed["powers"]), (&json!(2), &json!(["2_FNS03"])));
    let body = papers::certificate("office@example.test", false);
    let refused = scene.agent.client.post(&scene.path("submissions"), body).await;
    refused.problem(403, "power-insufficient");
    scene.agent.client.get(&scene.path("submissions")).await.expect(200);
    let ended = scene.own.patch(&path, 2, json!({ "valid_until": "2100-01-01T00:00:00Z" })).await.expect(200);
    assert_eq!(ended["valid_until"], "2100-01-01T00:00:00Z");
    let endless = scene.own.patch(&path, 3, json!({ "valid_until": null })).await.expect(200);
    assert_eq!((&endless["valid_until"], &endless["powers"]), (&Value::Null, &json!(["2_FNS03"])));
}

async fn a_power_is_handed_on_within_the_mandate_alone(program: &Program) {
    let scene = Scene::new(program).await;
    let scope = json!({ "powers": ["2_FNS03", "2_FNS22"], "sub_delegation": true, "valid_until": "2100-01-01T00:00:00Z" });
    let mandate = scene.grant(scope).await;
    let helper = Representative::register(&scene.own, "helper").await;
    let agent = &scene.agent.client;
    let asked = |powers: &[&str], until: &str| json!({ "application_id": helper.id, "powers": powers, "valid_until": until });
    let more = asked(&["2_FNS22", "2_FNS99"], "2090-01-01T00:00:00Z");
    let problem = agent.post(&scene.path("representatives"), more).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["code"], "power-not-held");
    let longer = asked(&["2_FNS22"], "2110-01-01T00:00:00Z");
    let problem = agent.post(&scene.path("representatives"), longer).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["code"], "term-beyond-parent");
    let handed = granted(agent, &scene.base, &helper, json!({ "powers": ["2_FNS22"] })).await;
    assert_eq!(
        (&handed["parent_id"], &handed["valid_until"]),
        (&mandate["id"], &json!("2100-01-01T00:00:00Z"))
    );
    papers::draft(&helper.client, &scene.business).await;
    let seen = agent.get(&scene.path("representatives")).await.expect(200);
    assert_eq!(seen["items"].as_array().map(Vec::len), Some(1), "only what it handed on: {seen:#}");
    helper.client.get(&scene.path("representatives")).await.problem(403, "power-insufficient");
}

async fn what_was_handed_on_shrinks_with_its_mandate(program: &Program) {
    let scene = Scene::new(program).await;
    let mandate = scene.grant(json!({ "powers": ["2_FNS03", "2_FNS22"], "sub_delegation": true })).await;
    let (helper, taker) = (
        Representative::register(&scene.own, "helper").await,
        Representative::register(&scene.own, "taker").await,
    );
    let agent = &scene.agent.client;
    let both = granted(agent, &scene.base, &helper, json!({ "powers": ["2_FNS03", "2_FNS22"] })).await;
    let one = granted(agent, &scene.base, &taker, json!({ "powers": ["2_FNS22"] })).await;
    let patch = json!({ "powers": ["2_FNS03"], "valid_until": "2090-01-01T00:00:00Z" });
    scene.own.patch(&scene.at(&mandate, ""), 1, patch).await.expect(200);
    let left = scene.own.get(&scene.at(&both, "")).await.expect(200);
    assert_eq!(
        (&left["powers"], &left["valid_until"]),
        (&json!(["2_FNS03"]), &json!("2090-01-01T00:00:00Z"))
    );
    let gone = scene.own.get(&scene.at(&one, "")).await.expect(200);
    assert_eq!(gone["status"], "ended");
    taker.client.get(&scene.base).await.problem(403, "mandate-ended");
}

async fn another_application_of_the_business_may_do_everything(program: &Program) {
    let scene = Scene::new(program).await;
    scene.grant(json!({ "kind": "own" })).await;
    let agent = &scene.agent.client;
    agent.patch(&scene.path("profile"), 1, json!({ "employees": 14 })).await.expect(200);
    let all = agent.get(&scene.path("mandates")).await.expect(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(agent.get(&scene.path("representatives")).await.expect(200)["items"], json!([]));
}
