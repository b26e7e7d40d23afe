//! Every service has a rule that refuses: it names its ground and the way to keep it, in preflight and at lodging alike.

use serde_json::{Value, json};
use tests::{Program, client::text, filing::Filer};

use super::{documents, example, profile, services, submission};

tests::on_programs! { shared:
    a_broken_rule_of_every_service_is_named
    an_account_that_does_not_fit_its_bank_is_named
}

/// A way to break a rule: another business, or other answers than the example's.
struct Breach {
    rule: &'static str,
    profile: &'static str,
    /// Pointers into the form and what to put there.
    answers: Vec<(&'static str, Value)>,
}

fn by_profile(rule: &'static str, profile: &'static str) -> Breach {
    Breach { rule, profile, answers: Vec::new() }
}

fn by_answer(rule: &'static str, service: &str, pointer: &'static str, value: Value) -> Breach {
    Breach { rule, profile: profile(service), answers: vec![(pointer, value)] }
}

fn breach(service: &str) -> Breach {
    let answer = |rule, pointer, value| by_answer(rule, service, pointer, value);
    match service {
        "alcohol-retail-licence" => by_profile("legal-entity-only", "sole-trader-it"),
        "cash-register-registration" => answer("fiscal-storage-term", "/fn_key", json!("months_15")),
        "employer-registration" => by_profile("individual-only", "cafe"),
        "environmental-object-registration" => {
            answer("category-iv-criteria", "/emissions_tonnes", json!(11.5))
        }
        "export-certification-subsidy" => by_profile("applicant-in-good-standing", "sole-trader-it"),
        "hiring-subsidy" => answer("employment-conditions", "/workers/0/full_time", json!(false)),
        "ip-registration" => by_profile("not-yet-registered", "sole-trader-it"),
        "labour-safety-financing" => answer("no-contribution-debt", "/contributions_debt", json!("0.01")),
        "main-activity-confirmation" => by_profile("legal-entity-only", "sole-trader-it"),
        "microloan" => answer("amount-limit", "/amount", json!("5000000.01")),
        "personal-data-operator-notice" => answer("database-in-russia", "/databases/0/country", json!("KZ")),
        "register-extract" => Breach {
            answers: vec![("/register", json!("egrul")), ("/ogrn", json!("1199682856603"))],
            ..by_profile("own-extract-without-number", "cafe")
        },
        "simplified-tax-notification" => by_profile("matches-current-regime", "shop"),
        "social-enterprise-status" => by_profile("workers-within-headcount", "sole-trader-it"),
        "start-of-activity-notice" => by_profile("okved-is-registered", "shop"),
        "tax-balance-certificate" => answer("date-within-account", "/on_date", json!("2099-01-01")),
        "taxi-permit" => answer("deferred-region-only", "/vehicles/0/localisation", json!("deferred_region")),
        "trademark-registration" => answer("collective-mark-holder", "/collective", json!(true)),
        other => panic!("{other} has no breach: add one"),
    }
}

fn put(form: &mut Value, pointer: &str, value: Value) {
    match form.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => form[pointer.trim_start_matches('/')] = value,
    }
}

fn is_whole(rule: &Value) {
    assert!(text(&rule["pointer"]).starts_with("/form"), "{rule}");
    for part in [&rule["detail"], &rule["fix"]["text"]] {
        assert!(!text(part).trim().is_empty(), "{rule}");
    }
}

async fn a_broken_rule_of_every_service_is_named(program: &Program) {
    let client = program.client();
    for service in services(&client).await {
        let Breach { rule, profile, answers } = breach(&service);
        let filer = Filer::new(program, profile).await;
        let mut form = example(&client, &service).await;
        answers.into_iter().for_each(|(pointer, value)| put(&mut form, pointer, value));
        let documents = documents(&filer, &service).await;
        let mut body = submission(&service, &form);
        body["attachments"] = json!(documents);
        let problem = filer.create(body).await.problem(422, "rule-violated");
        let violations = problem["violations"].as_array().expect("a list");
        assert!(
            violations.iter().any(|found| found["code"] == rule),
            "{service}: no {rule} in {violations:#?}"
        );
        violations.iter().for_each(is_whole);
        let body = json!({ "service": service, "form": form, "attachments": documents });
        let request = filer.client.request(reqwest::Method::POST, &filer.path("submissions/preflight"));
        let forecast = filer.client.send(request.json(&body)).await.expect(200);
        assert_eq!(forecast["lodgeable"], false, "{service}");
        let told = forecast["unmet_rules"].as_array().expect("a list");
        let codes = |rules: &[Value]| rules.iter().map(|found| text(&found["code"])).collect::<Vec<_>>();
        assert_eq!(codes(told), codes(violations), "{service}");
        assert!(told.iter().all(|found| !text(&found["legal_basis"]).is_empty()), "{service}");
    }
}

async fn an_account_that_does_not_fit_its_bank_is_named(program: &Program) {
    let client = program.client();
    for service in ["microloan", "hiring-subsidy"] {
        let filer = Filer::new(program, "cafe").await;
        let mut form = example(&client, service).await;
        form["bank"]["account"] = json!("40702810500009990001");
        let problem = filer.create(submission(service, &form)).await.problem(422, "rule-violated");
        let violation = &problem["violations"][0];
        assert_eq!(
            (&violation["code"], &violation["pointer"]),
            (&json!("account-key"), &json!("/form/bank/account"))
        );
        is_whole(violation);
    }
}
