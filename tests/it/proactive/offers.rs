//! Offers: made on a consent, accepted in one call, provided without asking, declined, over.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{BY_HAND, CERTIFICATE, Filer, Office},
    representatives::{Representative, granted},
};

use super::{consent, consented, offered, told};

tests::on_programs! { shared:
    an_offer_names_its_consent_and_is_accepted_in_one_call
    an_offer_says_what_is_missing
    a_situation_s_services_are_offered
    what_needs_nothing_more_is_provided_without_asking
    what_lacks_something_is_offered_instead
    what_was_provided_is_undone_by_declining
    who_lost_the_mandate_no_longer_provides
    declining_offers_the_withdrawal_of_the_consent
    an_authority_offers_on_a_consent_or_on_a_law
}

tests::on_programs! { start:
    an_offer_is_over_with_its_term
    what_was_provided_is_undone_in_its_term_only
}

/// A service that is closed to businesses with many employees.
const NOTIFICATION: &str = "simplified-tax-notification";

/// A form whose submission no script answers.
fn by_hand() -> Value {
    json!({ "delivery": "electronic", "purpose": "loan", "contact": { "email": BY_HAND } })
}

async fn act(filer: &Filer, offer: &Value, act: &str, body: Value) -> tests::Answer {
    filer.client.post(&filer.path(&format!("offers/{}/{act}", text(&offer["id"]))), body).await
}

async fn an_offer_names_its_consent_and_is_accepted_in_one_call(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let given = consented(&filer, CERTIFICATE, "offer", by_hand()).await;
    let offer = offered(&filer, "offer.made", CERTIFICATE).await;
    assert_eq!((&offer["consent_id"], &offer["missing"]), (&given["id"], &json!([])));
    assert!(offer["why"].as_array().is_some_and(|why| !why.is_empty()), "{offer:#}");
    assert_eq!(offer["form"]["contact"]["phone"], "+79990000001", "the profile fills what was not given");
    let accepted = act(&filer, &offer, "acceptance", json!({})).await.expect(200);
    assert_eq!((&accepted["state"], &accepted["automatic"]), (&json!("accepted"), &json!(false)));
    assert_eq!(accepted["receipt"]["act"], "lodged");
    let submission = filer.read(&text(&accepted["submission_id"])).await;
    assert_eq!((&submission["state"], &submission["form"]["purpose"]), (&json!("lodged"), &json!("loan")));
    act(&filer, &offer, "acceptance", json!({})).await.problem(409, "state-conflict");
    filer.until(&text(&offer["id"]), "offer.accepted").await;
}

async fn an_offer_says_what_is_missing(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    consented(&filer, CERTIFICATE, "offer", json!({})).await;
    let offer = offered(&filer, "offer.made", CERTIFICATE).await;
    assert_eq!(offer["missing"], json!(["/delivery"]));
    let lacking = act(&filer, &offer, "acceptance", json!({})).await.problem(422, "validation-failed");
    assert_eq!(lacking["violations"][0]["pointer"], "/form/delivery");
    let still = filer.client.get(&filer.path(&format!("offers/{}", text(&offer["id"])))).await.expect(200);
    assert_eq!(still["state"], "open");
    let whole = json!({ "form": { "delivery": "electronic" } });
    assert_eq!(act(&filer, &offer, "acceptance", whole).await.expect(200)["state"], "accepted");
}

async fn a_situation_s_services_are_offered(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let body = consent("life_situation", "start-business", "offer");
    let given = filer.client.post(&filer.path("consents"), body).await.expect(201);
    let offer = offered(&filer, "offer.made", "register-extract").await;
    assert_eq!((&offer["consent_id"], &offer["life_situation"]), (&given["id"], &json!("start-business")));
    let open = filer.client.get(&filer.path("offers?state=open")).await.expect(200);
    let services: Vec<&Value> =
        open["items"].as_array().expect("a list").iter().map(|offer| &offer["service"]).collect();
    assert!(services.contains(&&json!(CERTIFICATE)), "{services:?}");
    assert!(!services.contains(&&json!("microloan")), "alpha is not offered: {services:?}");
    assert!(!services.contains(&&json!("ip-registration")), "closed to a company: {services:?}");
}

async fn what_needs_nothing_more_is_provided_without_asking(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let given = consented(&filer, CERTIFICATE, "provide", by_hand()).await;
    let offer = offered(&filer, "offer.provided", CERTIFICATE).await;
    assert_eq!((&offer["state"], &offer["automatic"]), (&json!("provided"), &json!(true)));
    assert!(offer["withdrawable_until"].is_string());
    let submission = text(&offer["submission_id"]);
    assert_eq!(filer.read(&submission).await["state"], "lodged");
    let lodged = filer.until(&submission, "submission.lodged").await;
    assert_eq!(lodged["touchpoint"], "gateway");
    assert!(lodged["applicationid"].is_null(), "{lodged:#}");
    assert_eq!(
        (&lodged["data"]["automatic"], &lodged["data"]["consent_id"], &lodged["data"]["offer_id"]),
        (&json!(true), &given["id"], &offer["id"])
    );
    let receipts = filer.client.get(&filer.at(&submission, "/receipts")).await.expect(200);
    assert_eq!(receipts["items"][0]["act"], "lodged");
}

async fn what_lacks_something_is_offered_instead(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    consented(&filer, CERTIFICATE, "provide", json!({})).await;
    let offer = offered(&filer, "offer.made", CERTIFICATE).await;
    assert_eq!((&offer["state"], &offer["missing"]), (&json!("open"), &json!(["/delivery"])));
    assert!(offer["not_provided"]["en"].is_string() && offer["submission_id"].is_null(), "{offer:#}");
}

async fn what_was_provided_is_undone_by_declining(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    consented(&filer, CERTIFICATE, "provide", by_hand()).await;
    let offer = offered(&filer, "offer.provided", CERTIFICATE).await;
    let declined = act(&filer, &offer, "decline", json!({ "withdraw_consent": true })).await.expect(200);
    assert_eq!(
        (&declined["state"], &declined["receipt"]["act"]),
        (&json!("declined"), &json!("offer_declined"))
    );
    assert_eq!(filer.read(&text(&offer["submission_id"])).await["state"], "withdrawn");
    let consent = filer.path(&format!("consents/{}", text(&offer["consent_id"])));
    assert_eq!(filer.client.get(&consent).await.expect(200)["state"], "withdrawn");
    act(&filer, &offer, "decline", json!({})).await.problem(409, "state-conflict");
}

async fn who_lost_the_mandate_no_longer_provides(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let base = format!("/v1/businesses/{}", filer.business);
    let clerk = Representative::register(&filer.client, "clerk").await;
    let powers = json!({ "powers": ["KLASS_2.0_REPRESENT_INTERESTS"] });
    let mandate = granted(&filer.client, &base, &clerk, powers).await;
    super::revised(&filer, json!({ "employees": 200 })).await;
    let mut body = consent("service", NOTIFICATION, "provide");
    body["form"] = json!({ "notice": "object_change", "object": "income_minus_expense", "contact": { "email": BY_HAND } });
    clerk.client.post(&format!("{base}/consents"), body.clone()).await.expect(201);
    let dismissal = filer.path(&format!("representatives/{}/dismissal", text(&mandate["id"])));
    filer.client.post(&dismissal, json!({})).await.expect(200);
    super::revised(&filer, json!({ "employees": 12 })).await;
    let offer = offered(&filer, "offer.made", NOTIFICATION).await;
    assert_eq!((&offer["state"], &offer["missing"]), (&json!("open"), &json!([])));
    assert!(text(&offer["not_provided"]["en"]).contains("may no longer lodge"), "{offer:#}");
    // The same consent given by the business itself provides.
    filer.client.post(&filer.path("consents"), body).await.expect(201);
    offered(&filer, "offer.provided", NOTIFICATION).await;
}

async fn declining_offers_the_withdrawal_of_the_consent(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let given = consented(&filer, CERTIFICATE, "offer", by_hand()).await;
    let offer = offered(&filer, "offer.made", CERTIFICATE).await;
    let declined = act(&filer, &offer, "decline", json!({ "reason": "Не сейчас." })).await.expect(200);
    assert_eq!((&declined["state"], &declined["decline_reason"]), (&json!("declined"), &json!("Не сейчас.")));
    let consent = filer.path(&format!("consents/{}", text(&given["id"])));
    assert_eq!(filer.client.get(&consent).await.expect(200)["state"], "in_force", "the consent stays");
    let again = consented(&filer, "register-extract", "offer", json!({ "subject": "self" })).await;
    let second = offered(&filer, "offer.made", "register-extract").await;
    act(&filer, &second, "decline", json!({ "withdraw_consent": true })).await.expect(200);
    let withdrawn = filer.path(&format!("consents/{}", text(&again["id"])));
    assert_eq!(filer.client.get(&withdrawn).await.expect(200)["state"], "withdrawn");
}

async fn an_authority_offers_on_a_consent_or_on_a_law(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let mut body = json!({ "business_id": filer.business, "service": "register-extract", "form": { "subject": "self" },
        "why": { "ru": "Сведения изменились", "en": "The register has changed" } });
    let refused = office.0.post("/v1/authority/offers", body.clone()).await.problem(422, "validation-failed");
    assert_eq!(refused["violations"][0]["code"], "no-consent");
    body["legal_ground"] = json!({ "ru": "129-ФЗ, ст. 6", "en": "Law No. 129-FZ, art. 6" });
    let made = office.0.post("/v1/authority/offers", body.clone()).await.expect(201);
    assert_eq!((&made["consent_id"], &made["authority_id"]), (&json!(null), &json!("aut_fns")));
    let event = told(&filer, "offer.made", "register-extract").await;
    assert_eq!((&event["subject"], &event["touchpoint"]), (&made["id"], &json!("authority_api")));
    let accepted = act(&filer, &made, "acceptance", json!({})).await.expect(200);
    assert_eq!(accepted["state"], "accepted");
    let listed = office.0.get("/v1/authority/offers?state=accepted&limit=1000").await.expect(200);
    let ids = listed["items"].as_array().expect("a list");
    assert!(ids.iter().any(|one| one["id"] == made["id"]), "{listed:#}");
    body["service"] = json!("microloan");
    let foreign = office.0.post("/v1/authority/offers", body.clone()).await.problem(422, "validation-failed");
    assert_eq!(foreign["violations"][0]["code"], "not-own-service");
    body["service"] = json!(CERTIFICATE);
    body["form"] = json!({});
    body.as_object_mut().expect("an object").remove("legal_ground");
    let given = consented(&filer, CERTIFICATE, "offer", by_hand()).await;
    offered(&filer, "offer.made", CERTIFICATE).await;
    let made = office.0.post("/v1/authority/offers", body).await.expect(201);
    assert_eq!((&made["consent_id"], &made["missing"]), (&given["id"], &json!([])));
}

async fn an_offer_is_over_with_its_term(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    consented(&filer, CERTIFICATE, "offer", by_hand()).await;
    let offer = offered(&filer, "offer.made", CERTIFICATE).await;
    filer.client.post("/sandbox/clock", json!({ "advance_s": 31 * 86_400 })).await.expect(200);
    act(&filer, &offer, "acceptance", json!({})).await.problem(409, "state-conflict");
    filer.until(&text(&offer["id"]), "offer.expired").await;
}

async fn what_was_provided_is_undone_in_its_term_only(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    consented(&filer, CERTIFICATE, "provide", by_hand()).await;
    let offer = offered(&filer, "offer.provided", CERTIFICATE).await;
    filer.client.post("/sandbox/clock", json!({ "advance_s": 4 * 86_400 })).await.expect(200);
    let late = act(&filer, &offer, "decline", json!({})).await.problem(422, "validation-failed");
    assert_eq!(late["violations"][0]["code"], "withdrawal-over");
    assert_eq!(filer.read(&text(&offer["submission_id"])).await["state"], "lodged");
}
