//! The whole way of a request, with a front instead of a gateway.

use actix_web::{
    App, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{Service, ServiceResponse},
    get,
    http::header::HeaderMap,
    middleware::from_fn,
    post,
    test::{self, TestRequest},
    web::Data,
};
use domain::{
    actor::Side,
    idempotency::{Once, StoredReply},
    ids::{BusinessId, SubmissionId},
    page::Page,
    ports::store::StoreError,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::OpenApi;
use validator::Validate;

use super::{AllowedMethods, edge};
use crate::{
    access::scope::{AuthorityInboxManage, EventsRead, SubmissionsRead, SubmissionsWrite},
    extract::{
        Caller, IdempotencyKey, IfMatch, Json, MergePatch, Paged, Path,
        fixture::{TestFront, authority_token, business_token},
    },
    limits::{LimitValues, Rate},
    problem::{Coded, Fault, ProblemDraft, Rejection},
    reply::{Created, Done, Fetched, Listed, NoContent, Public, Versioned},
};

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Named {
    #[validate(length(min = 1, max = 5))]
    name: String,
}

#[derive(Debug, Serialize)]
struct View {
    name: &'static str,
}

impl Versioned for View {
    fn version(&self) -> i64 {
        3
    }
}

#[post("/v1/businesses/{business}/things")]
async fn make_thing(
    caller: Caller<SubmissionsWrite>,
    path: Path<BusinessId>,
    key: IdempotencyKey,
    body: Json<Named>,
) -> Result<Created<View>, Rejection<StoreError>> {
    let actor = caller.on_behalf(&path)?;
    let claim = key.claim(&actor.application, Some(body.digest))?;
    let stored = StoredReply {
        status: 201,
        location: Some(format!("/v1/things/{}", claim.key)),
        etag: Some("\"v1\"".into()),
        body: json!({ "name": body.value.name }).to_string(),
    };
    Ok(Created::from(if claim.key == "again" { Once::Replayed(stored) } else { Once::Done(stored) }))
}

#[get("/v1/things/{id}")]
async fn get_thing(_id: Path<SubmissionId>) -> Result<Fetched<View>, Rejection<StoreError>> {
    Ok(Fetched(View { name: "x" }))
}

#[get("/v1/things")]
async fn list_things(list: Paged) -> Result<Listed<u32>, Rejection<StoreError>> {
    Ok(Listed(Page { items: vec![1, 2], next: Some(format!("after-{}", list.page.limit)) }))
}

#[actix_web::patch("/v1/things/{id}")]
async fn patch_thing(_version: IfMatch, _body: MergePatch<Named>) -> NoContent {
    NoContent
}

#[get("/v1/inbox")]
async fn get_inbox(caller: Caller<AuthorityInboxManage>) -> Result<Done<View>, Rejection<StoreError>> {
    assert_eq!(caller.side, Side::Authority);
    caller.as_authority()?;
    Ok(Done::new(&View { name: "inbox" }, None))
}

#[get("/v1/events")]
async fn get_events(caller: Caller<EventsRead>) -> Result<NoContent, Rejection<StoreError>> {
    caller.as_authority()?;
    Ok(NoContent)
}

#[get("/v1/public")]
async fn get_public() -> Public<View> {
    Public::new(&View { name: "public" }, Some(domain::text::Language::Ru))
}

#[get("/v1/broken")]
async fn get_broken() -> Result<NoContent, Rejection<StoreError>> {
    Err(StoreError::Corrupt("secret-cause".into()).into())
}

#[get("/v1/panics")]
async fn get_panics() -> HttpResponse {
    panic!("secret-panic")
}

#[post("/oauth2/token")]
async fn post_token() -> HttpResponse {
    HttpResponse::BadRequest().json(json!({ "error": "invalid_request" }))
}

/// Makes a request, once for each language.
type Make = Box<dyn Fn() -> TestRequest>;
type Answer = (u16, HeaderMap, Value);

async fn answer(request: TestRequest) -> Answer {
    ask(LimitValues::default(), vec![request]).await.pop().expect("one answer")
}

async fn ask(values: LimitValues, requests: Vec<TestRequest>) -> Vec<Answer> {
    let app = test::init_service(
        App::new()
            .app_data(TestFront::with(values))
            .app_data(Data::new(AllowedMethods::of(&Documented::openapi())))
            .wrap(from_fn(edge))
            .service(make_thing)
            .service(get_thing)
            .service(list_things)
            .service(patch_thing)
            .service(get_inbox)
            .service(get_events)
            .service(get_public)
            .service(get_broken)
            .service(get_panics)
            .service(post_token),
    )
    .await;
    let mut answers = Vec::new();
    for request in requests {
        let request = request.peer_addr("192.0.2.1:4000".parse().expect("an address")).to_request();
        answers.push(match app.call(request).await {
            Ok(response) => read(response).await,
            Err(error) => {
                let response = error.error_response();
                let (status, headers) = (response.status().as_u16(), response.headers().clone());
                let body = response.into_body().try_into_bytes().expect("in memory");
                (status, headers, serde_json::from_slice(&body).expect("JSON"))
            }
        });
    }
    answers
}

async fn read(response: ServiceResponse<BoxBody>) -> Answer {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = test::read_body(response).await;
    (status, headers, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).map_or("", |value| value.to_str().expect("visible ASCII"))
}

fn making() -> TestRequest {
    TestRequest::post()
        .uri("/v1/businesses/biz_1/things")
        .insert_header(business_token::<SubmissionsWrite>())
        .insert_header(("Idempotency-Key", "k-1"))
}

/// The document of two of the routes, as far as the methods need it.
struct Documented;

impl OpenApi for Documented {
    fn openapi() -> utoipa::openapi::OpenApi {
        let operation = json!({ "responses": {} });
        serde_json::from_value(json!({
            "openapi": "3.1.0",
            "info": { "title": "t", "version": "1" },
            "paths": { "/v1/things/{id}": { "get": operation, "patch": operation } }
        }))
        .expect("a document")
    }
}

#[actix_web::test]
async fn a_keyed_request_is_made_and_replayed() {
    let (status, headers, body) = answer(making().set_json(json!({ "name": "abc" }))).await;
    assert_eq!((status, &body["name"]), (201, &json!("abc")));
    assert_eq!(header(&headers, "location"), "/v1/things/k-1");
    assert_eq!(header(&headers, "etag"), "\"v1\"");
    assert_eq!(header(&headers, "idempotent-replayed"), "");
    assert_eq!(header(&headers, "ratelimit-policy"), "\"application\";q=1000;w=2");
    assert!(header(&headers, "ratelimit").starts_with("\"application\";r=999;t="));
    assert_eq!(header(&headers, "cache-control"), "no-store");
    assert_eq!(header(&headers, "x-content-type-options"), "nosniff");
    assert_eq!(header(&headers, "x-request-id").len(), 26);
    let again = making().insert_header(("Idempotency-Key", "\"again\"")).set_json(json!({ "name": "abc" }));
    let (_, headers, _) = answer(again).await;
    assert_eq!(header(&headers, "idempotent-replayed"), "true");
}

#[actix_web::test]
async fn every_refusal_is_a_problem_in_both_languages() {
    let json = |request: TestRequest, body: &'static str| {
        request.insert_header(("content-type", "application/json")).set_payload(body)
    };
    let to = |uri: &str| TestRequest::get().uri(uri);
    let keyless = TestRequest::post().uri("/v1/businesses/biz_1/things");
    let keyless = keyless.insert_header(business_token::<SubmissionsWrite>());
    let patch = || TestRequest::patch().uri("/v1/things/sub_1");
    let table: Vec<(Make, u16, &str)> = vec![
        (Box::new(move || to("/v1/nowhere")), 404, "not-found"),
        (Box::new(move || to("/v1/things/biz_1")), 404, "not-found"),
        (Box::new(move || TestRequest::delete().uri("/v1/things/sub_1")), 405, "method-not-allowed"),
        (Box::new(move || json(making(), "{\"name\":1,\"name\":2}")), 400, "malformed-request"),
        (Box::new(move || json(making(), "{}")), 422, "validation-failed"),
        (Box::new(move || making().set_payload("{}")), 415, "unsupported-media-type"),
        (Box::new(patch), 428, "precondition-required"),
        (Box::new(move || patch().insert_header(("if-match", "W/\"v1\""))), 412, "stale-version"),
        (
            Box::new(move || json(patch().insert_header(("if-match", "\"v1\"")), "{}")),
            415,
            "unsupported-media-type",
        ),
        (Box::new(move || to("/v1/things?limit=0")), 400, "malformed-request"),
        (Box::new(move || to("/v1/inbox")), 401, "unauthenticated"),
        (
            Box::new(move || to("/v1/inbox").insert_header(("authorization", "Bearer x"))),
            401,
            "unauthenticated",
        ),
        (
            Box::new(move || to("/v1/inbox").insert_header(business_token::<SubmissionsRead>())),
            403,
            "insufficient-scope",
        ),
        (Box::new(move || to("/v1/events").insert_header(business_token::<EventsRead>())), 403, "wrong-side"),
        (Box::new(move || to("/v1/broken")), 500, "internal"),
        (Box::new(move || to("/v1/panics")), 500, "internal"),
    ];
    for (request, status, code) in table {
        for (language, tag) in [("ru", "ru"), ("en;q=0.9, ru;q=0.1", "en")] {
            let (found, headers, body) = answer(request().insert_header(("accept-language", language))).await;
            assert_eq!((found, &body["code"]), (status, &json!(code)), "{body}");
            assert_eq!(header(&headers, "content-type"), "application/problem+json");
            assert_eq!(header(&headers, "content-language"), tag);
            assert_eq!(body["title"].as_str().is_some_and(|title| title.is_ascii()), tag == "en", "{body}");
            assert_eq!(body["type"], format!("https://gateway.example/problems/{code}"));
            assert_eq!(body["request_id"], header(&headers, "x-request-id"));
            assert!(!body.to_string().contains("secret"), "{body}");
        }
    }
    let (_, _, body) = answer(json(keyless, "{}")).await;
    assert_eq!(body["code"], "idempotency-key-required");
}

#[actix_web::test]
async fn refusals_carry_their_headers() {
    let (_, headers, _) = answer(TestRequest::delete().uri("/v1/things/sub_1")).await;
    assert_eq!(header(&headers, "allow"), "GET, PATCH");
    let (_, headers, _) = answer(TestRequest::get().uri("/v1/inbox")).await;
    let ways = "Bearer realm=\"shlyuz\", DPoP realm=\"shlyuz\", algs=\"ES256 EdDSA Ed25519 PS256\"";
    assert_eq!(header(&headers, "www-authenticate"), ways);
    let forged = TestRequest::get().uri("/v1/inbox").insert_header(("authorization", "Bearer x.y.z"));
    let (_, headers, _) = answer(forged).await;
    assert_eq!(header(&headers, "www-authenticate"), "Bearer realm=\"shlyuz\", error=\"invalid_token\"");
    let narrow = TestRequest::get().uri("/v1/inbox").insert_header(business_token::<SubmissionsRead>());
    let (_, headers, body) = answer(narrow).await;
    assert!(header(&headers, "www-authenticate").ends_with("scope=\"authority-inbox:manage\""));
    assert_eq!(body["required_scope"], "authority-inbox:manage");
    let twice = TestRequest::get().uri("/v1/inbox").append_header(business_token::<SubmissionsRead>());
    let (status, _, _) = answer(twice.append_header(business_token::<SubmissionsRead>())).await;
    assert_eq!(status, 400);
    let (status, _, _) =
        answer(TestRequest::get().uri("/v1/inbox").insert_header(authority_token::<AuthorityInboxManage>()))
            .await;
    assert_eq!(status, 200);
    let foreign = TestRequest::post().uri("/v1/businesses/biz_2/things").set_json(json!({ "name": "a" }));
    let foreign =
        foreign.insert_header(business_token::<SubmissionsWrite>()).insert_header(("idempotency-key", "k"));
    assert_eq!(answer(foreign).await.0, 404, "another tenant's business does not exist");
}

#[actix_web::test]
async fn oversized_bodies_end_the_connection() {
    let values = LimitValues { body_bytes: 10, ..LimitValues::default() };
    let request = making().set_json(json!({ "name": "0123456789" }));
    let (status, _, body) = ask(values, vec![request]).await.pop().expect("an answer");
    assert_eq!((status, &body["limit_bytes"]), (413, &json!(10)));
}

#[actix_web::test]
async fn reads_are_conditional_and_lists_go_on() {
    let (status, headers, _) = answer(TestRequest::get().uri("/v1/things/sub_1")).await;
    assert_eq!((status, header(&headers, "etag")), (200, "\"v3\""));
    assert_eq!(header(&headers, "cache-control"), "private, no-cache");
    let held = TestRequest::get().uri("/v1/things/sub_1").insert_header(("if-none-match", "\"v3\""));
    assert_eq!(answer(held).await.0, 304);
    let (_, headers, body) = answer(TestRequest::get().uri("/v1/things?limit=7")).await;
    let cursor = body["next_cursor"].as_str().expect("a cursor");
    let next = format!("/v1/things?limit=7&cursor={cursor}");
    assert_eq!(header(&headers, "link"), format!("<{next}>; rel=\"next\""));
    assert_eq!(answer(TestRequest::get().uri(&next)).await.0, 200);
    assert_eq!(answer(TestRequest::get().uri("/v1/things?cursor=YQ")).await.0, 400, "another list's cursor");
    let (_, headers, body) = answer(TestRequest::get().uri("/v1/public")).await;
    assert_eq!((body["name"].as_str(), header(&headers, "content-language")), (Some("public"), "ru"));
    let etag = header(&headers, "etag").to_owned();
    let held = TestRequest::get().uri("/v1/public").insert_header(("if-none-match", etag));
    assert_eq!(answer(held).await.0, 304);
}

#[actix_web::test]
async fn callers_are_held_to_their_rates() {
    let one = Rate { per_second: 1, burst: 1 };
    let values = LimitValues { anonymous_requests: one, application_requests: one, ..LimitValues::default() };
    let public = || TestRequest::get().uri("/v1/public");
    let answers = ask(values.clone(), vec![public(), public()]).await;
    assert_eq!((answers[0].0, answers[1].0), (200, 429));
    assert_eq!(header(&answers[1].1, "retry-after"), "1");
    let forged = || public().insert_header(("authorization", "Bearer junk"));
    let answers = ask(values.clone(), vec![forged(), forged()]).await;
    assert_eq!((answers[0].0, answers[1].0), (200, 429), "a forged token does not escape the address's rate");
    let inbox =
        || TestRequest::get().uri("/v1/inbox").insert_header(authority_token::<AuthorityInboxManage>());
    let answers = ask(values, vec![inbox(), inbox()]).await;
    assert_eq!((answers[0].0, answers[1].0), (200, 429));
    assert_eq!(header(&answers[1].1, "ratelimit"), "\"application\";r=0;t=1");
}

#[actix_web::test]
async fn the_callers_own_request_id_is_kept() {
    let request = TestRequest::get().uri("/v1/nowhere").insert_header(("x-request-id", "mine-1"));
    let (_, headers, body) = answer(request).await;
    assert_eq!((header(&headers, "x-request-id"), &body["request_id"]), ("mine-1", &json!("mine-1")));
    let request = TestRequest::get().uri("/v1/nowhere").insert_header(("x-request-id", "a b"));
    assert_eq!(header(&answer(request).await.1, "x-request-id").len(), 26);
}

#[actix_web::test]
async fn a_handlers_own_json_error_is_left_alone() {
    let (status, headers, body) = answer(TestRequest::post().uri("/oauth2/token")).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_request")));
    assert_eq!(header(&headers, "content-type"), "application/json");
}

#[actix_web::test]
async fn a_draining_gateway_refuses_all_but_probes() {
    let front = TestFront::with(LimitValues::default());
    front.limits().drain();
    let app = test::init_service(App::new().app_data(front).wrap(from_fn(edge)).service(get_public)).await;
    let (status, headers, body) =
        read(app.call(TestRequest::get().uri("/v1/public").to_request()).await.expect("answered")).await;
    assert_eq!((status, &body["code"]), (503, &json!("shutting-down")));
    assert_eq!(header(&headers, "retry-after"), "1");
    let probe = app.call(TestRequest::get().uri("/livez").to_request()).await.expect("answered");
    assert_eq!(probe.status(), 404, "probes reach the routes");
}

#[test]
fn a_fault_needs_no_domain_error() {
    let fault: Fault = ProblemDraft::plain(crate::problem::Code::NotFound).into();
    assert_eq!(Rejection::<StoreError>::from(fault).to_string(), "not-found");
    assert!(StoreError::CODES.is_empty());
}
