//! What the replies tell the document.

use actix_web::{App, post, web};
use domain::{ids::BusinessId, ports::store::StoreError};
use serde::Deserialize;
use utoipa::{Modify as _, OpenApi};
use utoipa_actix_web::{AppExt as _, scope};
use validator::Validate;

use super::*;
use crate::{
    access::scope::SubmissionsWrite,
    extract::{Caller, IdempotencyKey, Json, Path},
    problem::{CommonResponses, Problem, Rejection},
};

#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct NewThing {
    #[expect(dead_code, reason = "only its schema is looked at")]
    name: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct ThingView {
    name: String,
}

#[derive(OpenApi)]
#[openapi(info(title = "t", version = "1"), components(schemas(ThingView, Problem)))]
struct Base;

/// Makes a thing.
#[utoipa::path(tag = "things", params(("business_id" = BusinessId, Path), IdempotencyKey), security(("oauth2" = ["things:write"])))]
#[post("/businesses/{business_id}/things")]
async fn make_thing(
    caller: Caller<SubmissionsWrite>,
    path: Path<BusinessId>,
    _key: IdempotencyKey,
    _body: Json<NewThing>,
    _gateway: web::Data<u32>,
) -> Result<Created<ThingView>, Rejection<StoreError>> {
    caller.on_behalf(&path)?;
    Ok(Created::new(&ThingView { name: "x".into() }, "/v1/x".into(), None))
}

#[test]
fn a_handler_documents_itself() {
    let app = App::new().into_utoipa_app().openapi(Base::openapi());
    let (_, mut document) = app.service(scope::scope("/v1").service(make_thing)).split_for_parts();
    CommonResponses.modify(&mut document);
    let json = serde_json::to_value(&document).expect("JSON");
    let operation = &json["paths"]["/v1/businesses/{business_id}/things"]["post"];
    let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(body, "#/components/schemas/NewThing");
    let names: Vec<&str> = operation["parameters"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(names, ["business_id", "Idempotency-Key"], "the caller is no parameter");
    let made = &operation["responses"]["201"];
    assert_eq!(made["content"]["application/json"]["schema"]["$ref"], "#/components/schemas/ThingView");
    assert!(made["headers"]["Idempotent-Replayed"].is_object() && made["headers"]["ETag"].is_object());
    assert!(
        operation["responses"]["409"]["description"]
            .as_str()
            .is_some_and(|text| text.contains("request-in-progress"))
    );
    assert!(json["components"]["schemas"]["ProblemViolation"].is_object(), "nested schemas come along");
}

#[test]
fn lists_are_documented_inline() {
    let json = serde_json::to_value(&Listed::<ThingView>::responses()["200"]).expect("JSON");
    let schema = &json["content"]["application/json"]["schema"];
    assert_eq!(schema["properties"]["items"]["items"]["$ref"], "#/components/schemas/ThingView");
    assert_eq!(schema["required"], serde_json::json!(["items", "next_cursor"]));
}
