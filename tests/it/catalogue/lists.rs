//! Situations, segments, services, dictionaries, questions, and the check of a taxpayer number: all public.

use serde_json::{Value, json};
use tests::{Client, Program, client::text};

use super::services;

tests::on_programs! { shared:
    there_are_five_life_situations_whose_scenarios_lead_to_services
    services_are_cut_by_situation_segment_kind_and_stage
    what_is_not_in_the_catalogue_is_not_found
    a_dictionary_is_searched_by_part_of_a_title
    a_dictionary_is_searched_by_the_beginning_of_a_code
    a_dictionary_gives_as_many_rows_as_asked
    questions_have_answers
    a_right_inn_is_told_from_a_wrong_one
    a_public_answer_is_not_sent_twice
}

fn codes(list: &Value) -> Vec<String> {
    list["items"].as_array().expect("a list").iter().map(|item| text(&item["code"])).collect()
}

async fn there_are_five_life_situations_whose_scenarios_lead_to_services(program: &Program) {
    let client = program.client();
    let (situations, known) = (client.get("/v1/life-situations").await.expect(200), services(&client).await);
    assert!(codes(&situations).len() >= 5);
    for code in codes(&situations) {
        let situation = client.get(&format!("/v1/life-situations/{code}")).await.expect(200);
        let steps = situation["scenario"].as_array().expect("a list");
        assert!(!steps.is_empty(), "{code}");
        for service in steps.iter().flat_map(|step| step["services"].as_array().expect("a list")) {
            assert!(known.contains(&text(service)), "{code} leads to {service}");
        }
    }
    assert!(codes(&client.get("/v1/segments").await.expect(200)).len() >= 5);
}

async fn services_are_cut_by_situation_segment_kind_and_stage(program: &Program) {
    let client = program.client();
    let queries = [
        ("life_situation=hire-employees", "life_situations", json!("hire-employees")),
        ("segment=exporter", "segments", json!("exporter")),
        ("kind=support_measure", "kind", json!("support_measure")),
        ("stage=beta", "stage", json!("beta")),
    ];
    let all = client.get("/v1/services").await.expect(200);
    for (query, member, wanted) in queries {
        let cut = client.get(&format!("/v1/services?{query}")).await.expect(200);
        let fits = |item: &&Value| {
            item[member] == wanted || item[member].as_array().is_some_and(|all| all.contains(&wanted))
        };
        let expected: Vec<&Value> = all["items"].as_array().expect("a list").iter().filter(fits).collect();
        assert!(!expected.is_empty(), "{query}");
        // Another test may publish a service meanwhile.
        let found = cut["items"].as_array().expect("a list");
        assert!(found.iter().all(|item| fits(&item)), "{query}");
        assert!(expected.iter().all(|item| codes(&cut).contains(&text(&item["code"]))), "{query}");
    }
}

async fn what_is_not_in_the_catalogue_is_not_found(program: &Program) {
    for path in [
        "/v1/services/nothing",
        "/v1/services/nothing/form",
        "/v1/life-situations/nothing",
        "/v1/dictionaries/nothing",
    ] {
        program.client().get(path).await.problem(404, "not-found");
    }
}

async fn find(client: &Client, dictionary: &str, query: &[(&str, &str)]) -> Vec<(String, String)> {
    let request =
        client.request(reqwest::Method::GET, &format!("/v1/dictionaries/{dictionary}")).query(query);
    let found = client.send(request).await.expect(200);
    let rows = found["items"].as_array().expect("a list").iter();
    rows.map(|row| (text(&row["code"]), text(&row["title"]["ru"]))).collect()
}

async fn a_dictionary_is_searched_by_part_of_a_title(program: &Program) {
    let client = program.client();
    let found = find(&client, "okved2", &[("q", "есторан")]).await;
    assert!(found.iter().any(|(code, _)| code == "56.10"), "{found:?}");
    assert!(found.iter().all(|(_, title)| title.to_lowercase().contains("есторан")), "{found:?}");
    assert_eq!(
        find(&client, "okved2", &[("q", "РЕСТОРАН")]).await,
        find(&client, "okved2", &[("q", "ресторан")]).await
    );
    assert_eq!(find(&client, "regions", &[("q", "москва")]).await, [("77".to_owned(), "Москва".to_owned())]);
    assert!(find(&client, "okopf", &[("q", "ограниченной")]).await.iter().any(|(code, _)| code == "12300"));
    assert_eq!(find(&client, "okved2", &[("q", "звездолёт")]).await, []);
}

async fn a_dictionary_is_searched_by_the_beginning_of_a_code(program: &Program) {
    let found = find(&program.client(), "okved2", &[("q", "56.1")]).await;
    assert!(found.len() >= 2 && found.iter().all(|(code, _)| code.starts_with("56.1")), "{found:?}");
    let powers = find(&program.client(), "powers", &[]).await;
    assert!(!powers.is_empty());
}

async fn a_dictionary_gives_as_many_rows_as_asked(program: &Program) {
    let client = program.client();
    assert_eq!(find(&client, "okved2", &[("limit", "3")]).await.len(), 3);
    for limit in ["0", "1001", "many"] {
        let answer = client.get(&format!("/v1/dictionaries/okved2?limit={limit}")).await;
        assert!(matches!(answer.status.as_u16(), 400 | 422), "{limit}: {}", answer.status);
    }
}

async fn questions_have_answers(program: &Program) {
    let faq = program.client().get("/v1/faq").await.expect(200);
    let items = faq["items"].as_array().expect("a list");
    assert!(items.len() >= 10);
    for item in items {
        for part in ["question", "answer"] {
            assert!(!text(&item[part]["ru"]).is_empty() && !text(&item[part]["en"]).is_empty(), "{item}");
        }
    }
}

async fn a_right_inn_is_told_from_a_wrong_one(program: &Program) {
    let client = program.client();
    for (inn, kind) in [
        ("9600989390", Some("legal_entity")),
        ("500100732259", Some("person")),
        ("9600989391", None),
        ("500100732258", None),
        ("960098939", None),
        ("96009893a0", None),
    ] {
        let check = client.get(&format!("/v1/checks/inn/{inn}")).await.expect(200);
        assert_eq!((&check["valid"], &check["kind"]), (&json!(kind.is_some()), &json!(kind)), "{inn}");
        let told = check["reason"]["ru"].as_str().is_some_and(|reason| !reason.is_empty());
        assert_eq!(told, kind.is_none(), "{inn}");
    }
}

async fn a_public_answer_is_not_sent_twice(program: &Program) {
    let client = program.client();
    let first = client.get("/v1/segments").await;
    let again =
        client.request(reqwest::Method::GET, "/v1/segments").header("If-None-Match", first.header("etag"));
    let again = client.send(again).await;
    assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
}
