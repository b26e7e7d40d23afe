//! The registry as anybody reads it: by every parameter, in words of one's own, in pages that caches may keep.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::{Answer, Client, Program, client::text};

tests::on_programs! { shared:
    the_registry_is_found_by_every_parameter
    a_parameter_that_does_not_fit_is_named
    words_are_found_in_any_form
    pages_walk_the_whole_registry_once
    what_has_not_changed_is_not_sent_again
    a_requirement_comes_with_its_act_and_its_algorithms
    versions_say_who_and_when
    acts_are_found_by_number_and_kind
    the_facts_have_questions_and_values
    no_query_breaks_the_search
    a_cursor_of_another_list_is_refused
}

async fn items(client: &Client, path: &str) -> Vec<Value> {
    let page = client.get(path).await.expect(200);
    page["items"].as_array().expect("a list").clone()
}

async fn codes(client: &Client, path: &str) -> Vec<String> {
    items(client, path).await.iter().map(|item| text(&item["code"])).collect()
}

async fn the_registry_is_found_by_every_parameter(program: &Program) {
    let client = program.client();
    let all: BTreeSet<String> = codes(&client, "/v1/requirements?limit=1000").await.into_iter().collect();
    assert!(all.len() >= 100);
    for query in [
        "life_situation=open-cafe",
        "developer=aut_minfin",
        "level=federal",
        "act_kind=federal_law",
        "act=54-fz-2003",
        "keyword=%D1%87%D0%B5%D0%BA",
        "status=in_force",
        "kind=informational",
        "supervisor=aut_fns",
        "activity=56.10",
        "on=2026-12-01",
    ] {
        let found = codes(&client, &format!("/v1/requirements?limit=1000&{query}")).await;
        assert!(!found.is_empty() && found.iter().all(|code| all.contains(code)), "{query}: {found:?}");
    }
    let narrow =
        "/v1/requirements?life_situation=open-cafe&supervisor=aut_rpn&status=in_force&kind=substantive";
    for item in items(&client, narrow).await {
        assert!(item["supervisors"].as_array().expect("a list").contains(&"aut_rpn".into()), "{item}");
        assert_eq!((&item["status"], &item["kind"]), (&"in_force".into(), &"substantive".into()));
    }
    assert_eq!(codes(&client, "/v1/requirements?code=OT-028,OT-001,NO-SUCH").await, ["OT-001", "OT-028"]);
    assert!(codes(&client, "/v1/requirements?on=1900-01-01").await.is_empty());
    assert!(codes(&client, "/v1/requirements?level=municipal&act_kind=code").await.is_empty());
    let problem = client.get("/v1/requirements?level=galactic").await.problem(400, "malformed-request");
    assert_eq!(problem["violations"][0]["pointer"], "?level");
}

async fn words_are_found_in_any_form(program: &Program) {
    let client = program.client();
    let search = async |words: &str| {
        let query = words.replace(' ', "%20");
        codes(&client, &format!("/v1/requirements?q={query}")).await
    };
    let found = search("касса").await;
    assert!(!found.is_empty());
    assert_eq!(search("кассы").await, found);
    let first = &items(&client, "/v1/requirements?q=%D0%BA%D0%B0%D1%81%D1%81%D0%B0&limit=1").await[0];
    assert!(first["score"].as_f64().is_some_and(|score| score > 0.0), "{first}");
    let narrowed = codes(&client, "/v1/requirements?q=касса&supervisor=aut_rpn").await;
    assert!(narrowed.len() < found.len());
    assert!(!search("cash register").await.is_empty());
    assert!(search("ъъъъъ").await.is_empty());
}

async fn walk(client: &Client, path: &str) -> Vec<String> {
    let (mut seen, mut next) = (Vec::new(), path.to_owned());
    loop {
        let answer = client.get(&next).await;
        let link = answer.header("link").to_owned();
        let page = answer.expect(200);
        seen.extend(page["items"].as_array().expect("a list").iter().map(|item| text(&item["code"])));
        let Some(cursor) = page["next_cursor"].as_str() else { return seen };
        assert!(link.contains("rel=\"next\"") && link.contains(cursor), "{link}");
        next = format!("{path}&cursor={cursor}");
    }
}

async fn pages_walk_the_whole_registry_once(program: &Program) {
    let client = program.client();
    let all = codes(&client, "/v1/requirements?limit=1000").await;
    assert_eq!(walk(&client, "/v1/requirements?limit=7").await, all);
    let found = codes(&client, "/v1/requirements?q=работник&limit=1000").await;
    assert!(found.len() > 6, "{found:?}");
    assert_eq!(walk(&client, "/v1/requirements?q=работник&limit=2").await, found);
    let acts = codes(&client, "/v1/acts?limit=1000").await;
    assert_eq!(walk(&client, "/v1/acts?limit=9").await, acts);
}

async fn held(client: &Client, path: &str, tag: &str) -> Answer {
    client.send(client.request(reqwest::Method::GET, path).header("If-None-Match", tag)).await
}

async fn what_has_not_changed_is_not_sent_again(program: &Program) {
    let client = program.client();
    for path in [
        "/v1/requirements?limit=5",
        "/v1/requirements?q=касса",
        "/v1/requirements/OT-028",
        "/v1/requirements/OT-028/versions",
        "/v1/requirements/OT-028/algorithms",
        "/v1/requirements/facts",
        "/v1/acts",
        "/v1/acts/54-fz-2003",
    ] {
        let first = client.get(path).await;
        let tag = first.header("etag").to_owned();
        assert!(first.header("cache-control").contains("public"), "{path}");
        first.expect(200);
        assert_eq!(held(&client, path, &tag).await.status.as_u16(), 304, "{path}");
        assert_eq!(held(&client, path, "\"another\"").await.status.as_u16(), 200, "{path}");
    }
}

async fn a_requirement_comes_with_its_act_and_its_algorithms(program: &Program) {
    let client = program.client();
    let found = client.get("/v1/requirements/OT-028").await.expect(200);
    assert_eq!(found["set_by"]["code"], found["act"]);
    assert_eq!((&found["version"], &found["is_in_force"]), (&1.into(), &true.into()));
    let algorithms = found["algorithms"].as_array().expect("a list");
    assert!(algorithms.iter().any(|one| one["when"].is_null()), "{algorithms:?}");
    let listed = client.get("/v1/requirements/OT-028/algorithms").await.expect(200);
    assert_eq!(listed["items"], found["algorithms"]);
    for path in ["", "/versions", "/algorithms"] {
        client.get(&format!("/v1/requirements/NO-SUCH{path}")).await.problem(404, "not-found");
    }
}

async fn versions_say_who_and_when(program: &Program) {
    let versions = items(&program.client(), "/v1/requirements/OT-028/versions").await;
    assert_eq!(versions.len(), 1);
    let only = &versions[0];
    assert_eq!((&only["version"], &only["brought_by"]), (&1.into(), &Value::Null));
    assert_eq!(only["document"]["code"], "OT-028");
    assert!(text(&only["at"]).ends_with('Z'));
}

async fn acts_are_found_by_number_and_kind(program: &Program) {
    let client = program.client();
    assert_eq!(codes(&client, "/v1/acts?q=54-ФЗ").await[0], "54-fz-2003");
    for act in items(&client, "/v1/acts?kind=code&level=federal").await {
        assert_eq!((&act["kind"], &act["level"]), (&"code".into(), &"federal".into()));
    }
    let act = client.get("/v1/acts/54-fz-2003").await.expect(200);
    assert_eq!(act["number"], "54-ФЗ");
    client.get("/v1/acts/no-such").await.problem(404, "not-found");
}

async fn the_facts_have_questions_and_values(program: &Program) {
    let facts = items_of_facts(&program.client()).await;
    let kind = facts.iter().find(|fact| fact["name"] == "kind").expect("everybody is of a kind");
    assert!(kind["values"]["sole_trader"]["ru"].is_string(), "{kind}");
    assert!(facts.iter().all(|fact| !text(&fact["question"]["ru"]).is_empty()));
}

async fn items_of_facts(client: &Client) -> Vec<Value> {
    items(client, "/v1/requirements/facts").await
}

async fn no_query_breaks_the_search(program: &Program) {
    let client = program.client();
    let long = "%D0%BA".repeat(500);
    for query in ["%22", "title:*", "(((", "%2B-AND%20OR", "%F0%9F%92%A9", "*", "~1", "%5C", "a%CC%81", &long]
    {
        for list in ["requirements", "acts"] {
            client.get(&format!("/v1/{list}?q={query}")).await.expect(200);
        }
    }
    for query in ["q=", "q=%00", &format!("q={long}xx"), "on=2026-13-40", "supervisor=", "q=a&q=b", "who=1"] {
        let status = client.get(&format!("/v1/requirements?{query}")).await.status.as_u16();
        assert_eq!(status, 400, "{query}");
    }
}

async fn a_cursor_of_another_list_is_refused(program: &Program) {
    let client = program.client();
    let page = client.get("/v1/requirements?limit=1").await.expect(200);
    let cursor = text(&page["next_cursor"]);
    for path in ["/v1/requirements?q=касса", "/v1/acts?q=касса", "/v1/requirements/OT-028/versions?limit=5"]
    {
        let problem = client.get(&format!("{path}&cursor={cursor}")).await.problem(400, "malformed-request");
        assert_eq!(problem["violations"][0]["pointer"], "?cursor", "{path}");
    }
}

async fn a_parameter_that_does_not_fit_is_named(program: &Program) {
    let client = program.client();
    let many = |count: usize| vec!["OT-001"; count].join(",");
    client.get(&format!("/v1/requirements?code={}", many(100))).await.expect(200);
    for (query, pointer) in [
        (format!("code={}", many(101)), "?code range"),
        ("activity=zzz".into(), "?activity format"),
        ("activity=5".into(), "?activity format"),
        ("activity=56.".into(), "?activity format"),
        ("activity=56.10.1.1".into(), "?activity format"),
    ] {
        let problem =
            client.get(&format!("/v1/requirements?{query}")).await.problem(400, "malformed-request");
        assert_eq!(super::self_checks::places(&problem), [pointer], "{query}");
    }
    for query in ["activity=56", "activity=56.1", "activity=56.10.1"] {
        client.get(&format!("/v1/requirements?{query}")).await.expect(200);
    }
}
