//! The catalogue: every service with its form, what is wrong with a form, and how services are found and published.

use serde_json::{Value, json};
use tests::{Client, Program, client::text, filing::Filer};

mod invalid;
mod lists;
mod publishing;
mod rules;
mod search;

tests::on_programs! { shared:
    every_service_is_lodged_with_its_own_examples
    every_form_tells_what_its_fields_are
    every_service_tells_what_it_rests_on
}

/// The codes of all services that the program ships.
async fn services(client: &Client) -> Vec<String> {
    let list = client.get("/v1/services").await.expect(200);
    let codes = list["items"].as_array().expect("a list").iter().map(|service| text(&service["code"]));
    let shipped = |code: &String| domain::catalogue::builtin().iter().any(|document| document.code == *code);
    codes.filter(shipped).collect()
}

async fn form(client: &Client, service: &str) -> Value {
    client.get(&format!("/v1/services/{service}/form")).await.expect(200)
}

/// The first of a service's own examples.
async fn example(client: &Client, service: &str) -> Value {
    form(client, service).await["examples"][0]["form"].clone()
}

/// The profile of a business that the service is open to.
fn profile(service: &str) -> &'static str {
    match service {
        "employer-registration" => "sole-trader-it",
        "taxi-permit" => "taxi-park",
        "export-certification-subsidy" => "producer",
        _ => "cafe",
    }
}

fn submission(service: &str, form: &Value) -> Value {
    json!({ "service": service, "form": form, "lodge": true })
}

/// Every document that the service may require, attached; returns their ids.
async fn documents(filer: &Filer, service: &str) -> Vec<String> {
    let service = filer.client.get(&format!("/v1/services/{service}")).await.expect(200);
    let mut ids = Vec::new();
    for document in service["documents"].as_array().expect("a list") {
        let types = document["content_types"].as_array().expect("a list");
        let bytes = match types[0].as_str() {
            Some("application/pdf") => &b"%PDF-1.7"[..],
            Some("image/jpeg") => b"\xFF\xD8\xFF",
            _ => continue,
        };
        if document["required"] == true {
            ids.push(filer.attach(&text(&document["code"]), &text(&types[0]), bytes).await);
        }
    }
    ids
}

async fn every_service_is_lodged_with_its_own_examples(program: &Program) {
    let client = program.client();
    let services = services(&client).await;
    assert!(services.len() >= 14, "{services:?}");
    for service in services {
        let filer = Filer::new(program, profile(&service)).await;
        let documents = documents(&filer, &service).await;
        for example in form(&client, &service).await["examples"].as_array().expect("a list") {
            let mut body = submission(&service, &example["form"]);
            body["attachments"] = json!(documents);
            let lodged = filer.create(body).await.expect(201);
            assert_eq!(lodged["state"], "lodged", "{service}");
            assert_eq!(lodged["receipt"]["act"], "lodged", "{service}");
            filer.until(&text(&lodged["id"]), "submission.granted").await;
        }
    }
}

async fn every_form_tells_what_its_fields_are(program: &Program) {
    let client = program.client();
    for service in services(&client).await {
        let form = form(&client, &service).await;
        let hints = form["hints"].as_object().expect("hints by pointer");
        let required = form["schema"]["required"].as_array().expect("a list");
        for name in form["schema"]["properties"].as_object().expect("fields").keys() {
            let of_field = |pointer: &&String| {
                **pointer == format!("/{name}") || pointer.starts_with(&format!("/{name}/"))
            };
            let told: Vec<&String> = hints.keys().filter(of_field).collect();
            assert!(!told.is_empty(), "{service}: nothing is told of {name}");
            let Some(hint) = hints.get(&format!("/{name}")) else { continue };
            assert!(!text(&hint["hint"]["ru"]).is_empty() && !text(&hint["hint"]["en"]).is_empty());
            let optional = !required.contains(&json!(name));
            assert!(!optional || hint["if_empty"]["ru"].is_string(), "{service}: {name} left empty means?");
        }
        assert!(form["fill_minutes"].as_u64().is_some_and(|minutes| minutes > 0), "{service}");
    }
}

async fn every_service_tells_what_it_rests_on(program: &Program) {
    let client = program.client();
    for code in services(&client).await {
        let service = client.get(&format!("/v1/services/{code}")).await.expect(200);
        assert!(!service["legal_basis"].as_array().expect("a list").is_empty(), "{code}");
        assert!(service["term"]["working_days"].as_u64().is_some_and(|days| days > 0), "{code}");
        assert!(!service["life_situations"].as_array().expect("a list").is_empty(), "{code}");
        for rule in service["rules"].as_array().expect("a list") {
            for part in [&rule["message"]["ru"], &rule["fix"]["en"], &rule["legal_basis"]] {
                assert!(!text(part).is_empty(), "{code}: {rule}");
            }
        }
    }
}
