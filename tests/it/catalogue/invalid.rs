//! Every service with every kind of wrong form: each fault is named in its place, with the way to mend it.

use serde_json::{Value, json};
use tests::{Client, Program, client::text, filing::Filer};

use super::{example, form, profile, services, submission};

tests::on_programs! { shared:
    a_missing_field_is_named_and_its_fix_mends_it
    an_unknown_field_is_named_and_its_fix_mends_it
    a_value_of_a_wrong_type_is_named
    a_value_out_of_its_list_is_named
    a_wrong_check_digit_is_named
    at_least_five_faults_are_tried_on_every_service
    an_empty_form_names_everything_that_is_missing
    a_violation_is_told_in_english_too
}

/// One fault put into a form.
struct Fault {
    /// Where it is to be found.
    pointer: String,
    /// What it is to be called; None where the schema decides.
    code: Option<&'static str>,
    form: Value,
}

fn fault(pointer: &str, code: Option<&'static str>, form: &Value, value: Value) -> Fault {
    let mut form = form.clone();
    *form.pointer_mut(pointer).expect("the place exists") = value;
    Fault { pointer: format!("/form{pointer}"), code, form }
}

fn missing(form: &Value, schema: &Value) -> Vec<Fault> {
    let names = schema["required"].as_array().expect("a list").iter().map(text);
    let without = |name: String| {
        let mut form = form.clone();
        form.as_object_mut().expect("an object").remove(&name);
        Fault { pointer: format!("/form/{name}"), code: Some("required"), form }
    };
    names.map(without).collect()
}

fn unknown(form: &Value) -> Vec<Fault> {
    let places = ["", "/contact"];
    let with = |place: &str| {
        let mut form = form.clone();
        form.pointer_mut(place).expect("every form has contacts")["no_such_field"] = json!(1);
        Fault { pointer: format!("/form{place}/no_such_field"), code: Some("unknown-field"), form }
    };
    places.into_iter().map(with).collect()
}

fn mistyped(form: &Value) -> Vec<Fault> {
    let fields = form.as_object().expect("an object").iter();
    let wrong = |value: &Value| if value.is_array() { json!({ "0": true }) } else { json!([[]]) };
    let faults =
        fields.map(|(name, value)| fault(&format!("/{name}"), Some("wrong-type"), form, wrong(value)));
    faults.collect()
}

/// Every place of the form whose schema has this keyword, with the keyword's value.
fn places(form: &Value, schema: &Value, keyword: &str) -> Vec<(String, Value)> {
    fn walk(
        at: &str,
        value: &Value,
        part: &Value,
        keyword: &str,
        whole: &Value,
        found: &mut Vec<(String, Value)>,
    ) {
        let part = match part["$ref"].as_str() {
            Some(reference) => whole.pointer(reference.trim_start_matches('#')).expect("references resolve"),
            None => part,
        };
        if let Some(told) = part.get(keyword) {
            found.push((at.to_owned(), told.clone()));
        }
        for (name, inner) in value.as_object().into_iter().flatten() {
            walk(&format!("{at}/{name}"), inner, &part["properties"][name], keyword, whole, found);
        }
        for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
            walk(&format!("{at}/{index}"), inner, &part["items"], keyword, whole, found);
        }
    }
    let mut found = Vec::new();
    walk("", form, schema, keyword, schema, &mut found);
    found
}

fn unlisted(form: &Value, schema: &Value) -> Vec<Fault> {
    let listed = places(form, schema, "enum").into_iter().filter(|(_, values)| values[0].is_string());
    let not_in_list = listed.map(|(at, _)| fault(&at, Some("not-in-list"), form, json!("no-such-value")));
    let dictionaries = places(form, schema, "x-dictionary").into_iter();
    not_in_list.chain(dictionaries.map(|(at, _)| fault(&at, None, form, json!("00.00.0")))).collect()
}

fn miscounted(form: &Value, schema: &Value) -> Vec<Fault> {
    let numbers = ["inn", "inn-legal", "ogrn", "ogrnip", "snils"];
    let checked = places(form, schema, "format").into_iter();
    let checked =
        checked.filter(|(_, format)| format.as_str().is_some_and(|format| numbers.contains(&format)));
    let turned = |at: &str| {
        let number = text(form.pointer(at).expect("the place exists"));
        let (head, last) = number.split_at(number.len() - 1);
        format!("{head}{}", (last.parse::<u8>().expect("a digit") + 1) % 10)
    };
    checked.map(|(at, _)| fault(&at, Some("check-digit"), form, json!(turned(&at)))).collect()
}

/// Tries to lodge every fault and returns each with the violation that names it.
async fn refused(filer: &Filer, service: &str, faults: Vec<Fault>) -> Vec<(Fault, Value)> {
    let mut named = Vec::new();
    for fault in faults {
        let problem = filer.create(submission(service, &fault.form)).await.problem(422, "validation-failed");
        let violations = problem["violations"].as_array().expect("a list");
        let violation = violations.iter().find(|violation| violation["pointer"] == fault.pointer);
        let violation =
            violation.unwrap_or_else(|| panic!("{service}: {} is not in {violations:#?}", fault.pointer));
        assert!(fault.code.is_none_or(|code| violation["code"] == code), "{service}: {violation}");
        for part in [&violation["detail"], &violation["fix"]["text"]] {
            assert!(!text(part).trim().is_empty(), "{service}: {violation}");
        }
        named.push((fault, violation.clone()));
    }
    named
}

/// Applies the fix's patch to the request and asserts that the violation is gone.
async fn mended(filer: &Filer, service: &str, fault: &Fault, violation: &Value) -> bool {
    let Some(patch) = violation["fix"].get("patch") else { return false };
    let patch: json_patch::Patch = serde_json::from_value(patch.clone()).expect("a JSON Patch");
    let mut body = json!({ "service": service, "form": fault.form });
    json_patch::patch(&mut body, &patch).expect("the patch applies to the request");
    let request = filer.client.request(reqwest::Method::POST, &filer.path("submissions/preflight"));
    let forecast = filer.client.send(request.json(&body)).await.expect(200);
    let left = forecast["violations"].as_array().expect("a list");
    let same =
        |found: &&Value| found["pointer"] == violation["pointer"] && found["code"] == violation["code"];
    assert!(!left.iter().any(|found| same(&found)), "{service}: {violation} is still there");
    true
}

/// A service with its valid example and its schema, and a business that it is open to.
async fn each(program: &Program) -> Vec<(String, Filer, Value, Value)> {
    let client = program.client();
    let mut all = Vec::new();
    for service in services(&client).await {
        let filer = Filer::new(program, profile(&service)).await;
        let schema = form(&client, &service).await["schema"].clone();
        all.push((service.clone(), filer, example(&client, &service).await, schema));
    }
    all
}

async fn a_missing_field_is_named_and_its_fix_mends_it(program: &Program) {
    let mut patches = 0;
    for (service, filer, form, schema) in each(program).await {
        for (fault, violation) in refused(&filer, &service, missing(&form, &schema)).await {
            patches += usize::from(mended(&filer, &service, &fault, &violation).await);
        }
    }
    assert!(patches > 18, "only {patches} fixes had a patch");
}

async fn an_unknown_field_is_named_and_its_fix_mends_it(program: &Program) {
    for (service, filer, form, _) in each(program).await {
        for (fault, violation) in refused(&filer, &service, unknown(&form)).await {
            assert!(mended(&filer, &service, &fault, &violation).await, "{service}: {violation}");
        }
    }
}

async fn a_value_of_a_wrong_type_is_named(program: &Program) {
    for (service, filer, form, _) in each(program).await {
        for (fault, violation) in refused(&filer, &service, mistyped(&form)).await {
            mended(&filer, &service, &fault, &violation).await;
        }
    }
}

async fn a_value_out_of_its_list_is_named(program: &Program) {
    let mut count = 0;
    for (service, filer, form, schema) in each(program).await {
        for (fault, violation) in refused(&filer, &service, unlisted(&form, &schema)).await {
            let allowed = violation["fix"]["allowed"].as_array().map_or(0, Vec::len);
            assert!(fault.code.is_none() || allowed > 0, "{service}: {violation}");
            count += 1;
        }
    }
    assert!(count > 18, "only {count} lists");
}

async fn a_wrong_check_digit_is_named(program: &Program) {
    let mut count = 0;
    for (service, filer, form, schema) in each(program).await {
        count += refused(&filer, &service, miscounted(&form, &schema)).await.len();
    }
    assert!(count >= 3, "only {count} numbers with check digits in the examples");
}

async fn at_least_five_faults_are_tried_on_every_service(program: &Program) {
    for (service, _, form, schema) in each(program).await {
        let kinds = [missing(&form, &schema), unknown(&form), mistyped(&form), unlisted(&form, &schema)];
        let count: usize = kinds.iter().map(Vec::len).sum();
        assert!(count >= 5, "{service} is tried with {count} faults only");
    }
}

async fn an_empty_form_names_everything_that_is_missing(program: &Program) {
    for (service, filer, _, schema) in each(program).await {
        let problem = filer.create(submission(&service, &json!({}))).await.problem(422, "validation-failed");
        let named: Vec<String> = problem["violations"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|found| text(&found["pointer"]))
            .collect();
        for name in schema["required"].as_array().expect("a list") {
            assert!(
                named.contains(&format!("/form/{}", text(name))),
                "{service}: {name} is not in {named:?}"
            );
        }
    }
}

async fn in_language(client: &Client, path: &str, language: &str, body: &Value) -> Value {
    let request = client.request(reqwest::Method::POST, path).header("Accept-Language", language);
    let request = request.header("Idempotency-Key", tests::client::fresh_key()).json(body);
    client.send(request).await.problem(422, "validation-failed")["violations"][0].clone()
}

async fn a_violation_is_told_in_english_too(program: &Program) {
    let cyrillic = |value: &Value| text(value).chars().any(|c| matches!(c, 'а'..='я' | 'А'..='Я'));
    let filer = Filer::new(program, "cafe").await;
    let body = submission("tax-balance-certificate", &json!({ "delivery": "electronic" }));
    let english = in_language(&filer.client, &filer.path("submissions"), "en", &body).await;
    let russian = in_language(&filer.client, &filer.path("submissions"), "ru", &body).await;
    assert_eq!((&english["pointer"], &english["code"]), (&russian["pointer"], &russian["code"]));
    assert!(cyrillic(&russian["detail"]) && cyrillic(&russian["fix"]["text"]), "{russian}");
    assert!(!cyrillic(&english["detail"]), "{english}");
}
