//! The personal list over HTTP: how it is cut, explained, asked for and told of.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{Filer, Office},
};

tests::on_programs! { shared:
    a_list_is_cut_by_what_its_rows_are
    a_list_is_read_page_by_page
    a_list_is_not_sent_twice
    what_does_not_apply_says_why
    what_is_not_known_is_asked_and_an_answer_closes_it
    a_bad_supposition_says_where_and_how_to_mend
    strangers_and_unknown_codes_find_nothing
    recomputation_is_visible_to_authorities
}

fn codes(list: &Value) -> Vec<String> {
    list["items"].as_array().expect("a list").iter().map(|row| text(&row["code"])).collect()
}

async fn list(filer: &Filer, query: &str) -> Value {
    filer.client.get(&filer.path(&format!("requirements?limit=1000&{query}"))).await.expect(200)
}

async fn a_list_is_cut_by_what_its_rows_are(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let whole = list(&filer, "").await;
    let all = codes(&whole);
    assert!(all.len() > 40 && all.is_sorted(), "{all:?}");
    assert_eq!(
        whole["applies"].as_u64().zip(whole["needs_answer"].as_u64()).map(|(a, b)| a + b),
        Some(all.len() as u64)
    );
    for (query, member, value) in [
        ("verdict=applies", "verdict", "applies"),
        ("verdict=needs_answer", "verdict", "needs_answer"),
        ("kind=informational", "kind", "informational"),
        ("supervisor=aut_fns", "supervisors", "aut_fns"),
        ("life_situation=open-cafe", "life_situations", "open-cafe"),
    ] {
        let fits = |row: &&Value| match row[member].as_array() {
            Some(members) => members.iter().any(|one| one == value),
            None => row[member] == value,
        };
        let expected: Vec<String> = whole["items"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(fits)
            .map(|row| text(&row["code"]))
            .collect();
        assert!(!expected.is_empty() && expected.len() < all.len(), "{query} cuts nothing");
        assert_eq!(codes(&list(&filer, query).await), expected, "{query}");
    }
    for bad in ["verdict=maybe", "q=beer", "supervisor=fns", "limit=0"] {
        let answer = filer.client.get(&filer.path(&format!("requirements?{bad}"))).await;
        assert!(matches!(answer.status.as_u16(), 400 | 422), "{bad}: {}", answer.status);
    }
}

async fn a_list_is_read_page_by_page(program: &Program) {
    let filer = Filer::new(program, "shop").await;
    let whole = codes(&list(&filer, "").await);
    let (mut seen, mut path) = (Vec::new(), filer.path("requirements?limit=20"));
    loop {
        let answer = filer.client.get(&path).await;
        let link = answer.header("link").to_owned();
        let page = answer.expect(200);
        seen.extend(codes(&page));
        if page["next_cursor"].is_null() {
            assert_eq!(link, "");
            break;
        }
        path = link.split(['<', '>']).nth(1).expect("a link to the next page").to_owned();
    }
    assert_eq!(seen, whole);
}

async fn a_list_is_not_sent_twice(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = filer.path("requirements");
    let first = filer.client.get(&path).await;
    let tag = first.header("etag").to_owned();
    first.expect(200);
    let ask = || filer.client.request(reqwest::Method::GET, &path).header("If-None-Match", &tag);
    assert_eq!(filer.client.send(ask()).await.status.as_u16(), 304);
    // A fact that decides nothing is still quoted as a reason.
    filer.client.patch(&filer.path("profile"), 1, json!({ "employees": 13 })).await.expect(200);
    assert_eq!(filer.client.send(ask()).await.status.as_u16(), 200);
}

async fn what_does_not_apply_says_why(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let row = filer.client.get(&filer.path("requirements/OT-019")).await.expect(200);
    assert_eq!(row["verdict"], "applies");
    assert_eq!(row["because"][0]["text"]["ru"], "Вид деятельности 56.10 входит в 56, 56.30 входит в 56");
    assert_eq!(row["standing"]["state"], "open");
    // A rule for carriers, of whom a café is none.
    let taxi = Filer::new(program, "taxi-park").await;
    let carriers = codes(&list(&taxi, "").await);
    let cafe = codes(&list(&filer, "").await);
    let other = carriers.iter().find(|code| !cafe.contains(code)).expect("a carrier has rules of its own");
    let row = filer.client.get(&filer.path(&format!("requirements/{other}"))).await.expect(200);
    assert_eq!((&row["verdict"], &row["since"]), (&json!("does_not_apply"), &Value::Null));
    let reasons = row["because"].as_array().expect("reasons");
    assert!(!reasons.is_empty() && reasons.iter().all(|one| one["holds"] == false), "{row:#}");
}

async fn what_is_not_known_is_asked_and_an_answer_closes_it(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let asked = filer.client.get(&filer.path("requirements/questions")).await.expect(200);
    let questions = asked["items"].as_array().expect("a list");
    assert!(!questions.is_empty(), "the sandbox's café leaves something to ask");
    assert!(asked["minutes"].as_u64().is_some_and(|minutes| minutes <= 10), "{asked:#}");
    let waiting: Vec<u64> = questions.iter().filter_map(|one| one["waiting"].as_u64()).collect();
    assert!(waiting.is_sorted_by(|a, b| a >= b), "what most wait for comes first: {waiting:?}");
    let open = codes(&list(&filer, "verdict=needs_answer").await);
    let mut patch = json!({});
    for question in questions {
        for code in question["requirements"].as_array().expect("codes") {
            assert!(open.contains(&text(code)), "{code} is not open");
        }
        for member in question["members"].as_array().expect("names") {
            patch[text(member)] = answer(question, &text(member));
        }
    }
    filer.client.patch(&filer.path("profile"), 1, patch).await.expect(200);
    assert_eq!(codes(&list(&filer, "verdict=needs_answer").await), [""; 0]);
    let asked = filer.client.get(&filer.path("requirements/questions")).await.expect(200);
    assert_eq!((&asked["items"], &asked["minutes"]), (&json!([]), &json!(0)));
}

fn answer(question: &Value, member: &str) -> Value {
    let first = question["values"][0]["value"].clone();
    match question["kind"].as_str() {
        Some("yes_no") => json!(true),
        Some("number") => json!(1),
        Some("money") => json!("1000000.00"),
        Some("list") if member == "activity_regions" => json!(["77"]),
        Some("list") => json!([first]),
        Some("activities") => json!(if member == "okved_main" { json!("56.10") } else { json!([]) }),
        _ => first,
    }
}

async fn a_bad_supposition_says_where_and_how_to_mend(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = filer.path("requirements/what-if");
    for (patch, pointer) in [
        (json!({ "employees": -1 }), "/profile/employees"),
        (json!({ "inn": "1" }), "/profile/inn"),
        (json!({ "colour": "red" }), "/profile/colour"),
        (json!({ "sells": ["dreams"] }), "/profile/sells/0"),
    ] {
        let body = json!({ "profile": patch });
        let request = filer.client.request(reqwest::Method::POST, &path).json(&body);
        let problem = filer.client.send(request).await.problem(422, "validation-failed");
        let found: Vec<String> = problem["violations"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| text(&one["pointer"]))
            .collect();
        assert!(found.iter().any(|one| one == pointer), "{patch}: {found:?}");
    }
}

async fn strangers_and_unknown_codes_find_nothing(program: &Program) {
    let (filer, stranger) = (Filer::new(program, "cafe").await, Filer::new(program, "shop").await);
    for rest in ["requirements", "requirements/questions", "requirements/changes", "requirements/OT-019"] {
        stranger.client.get(&filer.path(rest)).await.problem(404, "not-found");
    }
    filer.client.get(&filer.path("requirements/NO-SUCH")).await.problem(404, "not-found");
}

async fn recomputation_is_visible_to_authorities(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    list(&filer, "").await;
    let state = office.0.get("/v1/authority/registry/recomputation").await.expect(200);
    let number = |name: &str| state[name].as_i64().unwrap_or_else(|| panic!("{name}: {state:#}"));
    assert!(number("edition") >= 1 && number("total") >= 1);
    assert_eq!(number("done") + number("behind"), number("total"));
}
