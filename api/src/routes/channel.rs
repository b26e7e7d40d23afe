//! What the channel says of itself: health, limits, problems, the document, the well-known places.

use actix_web::{HttpResponse, get, http::header, web::Data};
use domain::{ports::store::StoreError, text::Language as Tongue};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, OpenApi};

use super::find::FindError;
use crate::{
    extract::{Language, Path},
    gateway::Gateway,
    limits::LimitValues,
    models::channel::{ComponentView, StatusView},
    problem::{Code, Fault, Problem, ProblemDraft, Rejection, page},
    reply::{Answered, Public, Raw},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(StatusView, ComponentView, LimitValues, Problem)))]
pub struct Schemas;

/// The OpenAPI document of a mode as reviewed and served: JSON, then YAML.
pub fn document_bytes(sandbox: bool) -> (&'static [u8], &'static [u8]) {
    if sandbox {
        let json = include_bytes!("../../../docs/openapi/sandbox.json");
        (json, include_bytes!("../../../docs/openapi/sandbox.yaml"))
    } else {
        let json = include_bytes!("../../../docs/openapi/live.json");
        (json, include_bytes!("../../../docs/openapi/live.yaml"))
    }
}

fn html(language: Tongue, text: String) -> Raw {
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_LANGUAGE, language.tag()));
    Raw(response.insert_header((header::VARY, "Accept-Language")).body(text))
}

fn file(content_type: &str, bytes: &'static [u8]) -> Raw {
    let mut response = HttpResponse::Ok();
    Raw(response
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
        .body(bytes))
}

/// Get the OpenAPI document
///
/// OpenAPI 3.1, generated from the mounted routes: the bytes that were reviewed are the bytes served.
#[utoipa::path(tag = "channel", responses((status = 200, description = "The document.", body = Object)), security(()),
    extensions(("x-standard" = json!(["4.6.1.2", "8.2/4"]))))]
#[get("/openapi.json")]
pub async fn get_openapi_json(gateway: Data<Gateway>) -> Raw {
    file("application/json", document_bytes(gateway.sandbox.is_some()).0)
}

/// Get the OpenAPI document as YAML
///
/// The same document for tools that prefer YAML.
#[utoipa::path(tag = "channel", security(()),
    responses((status = 200, description = "The document.", content_type = "application/yaml", body = Object)),
    extensions(("x-standard" = json!(["4.6.1.2", "8.2/4"]))))]
#[get("/openapi.yaml")]
pub async fn get_openapi_yaml(gateway: Data<Gateway>) -> Raw {
    file("application/yaml", document_bytes(gateway.sandbox.is_some()).1)
}

/// Get the first page
///
/// A short page with the way on: documentation, credentials, problems, status.
#[utoipa::path(tag = "channel", security(()),
    responses((status = 200, description = "The page.", content_type = "text/html", body = String)),
    extensions(("x-standard" = json!(["4.6.1.2"]))))]
#[get("/")]
pub async fn get_home(language: Language, gateway: Data<Gateway>) -> Raw {
    let text = crate::pages::home(&gateway.base_url, gateway.sandbox.is_some(), language.0);
    html(language.0, text)
}

/// Get the documentation
///
/// Leads to Swagger UI over this document, where operations can be tried.
#[utoipa::path(tag = "channel", security(()), extensions(("x-standard" = json!(["4.6.1.2", "8.2/4"]))),
    responses((status = 308, description = "To Swagger UI.", headers(("Location" = String, description = "`/docs/`")))))]
#[get("/docs")]
pub async fn get_docs() -> Raw {
    Raw(HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish())
}

/// List the problems
///
/// Every problem that the gateway can answer with, as a page.
#[utoipa::path(tag = "channel", security(()),
    responses((status = 200, description = "The page.", content_type = "text/html", body = String)),
    extensions(("x-standard" = json!(["4.6.1.2", "8.2/4", "4.6.3.11"]))))]
#[get("/problems")]
pub async fn list_problems(language: Language) -> Raw {
    let text = page::problem_index_page(language.0);
    html(language.0, text)
}

/// A problem in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ProblemPath {
    /// Its slug.
    #[param(example = "validation-failed")]
    pub slug: String,
}

/// Get a problem
///
/// The page behind a problem's `type`: what it means and how to mend it.
#[utoipa::path(tag = "channel", params(ProblemPath), security(()),
    responses((status = 200, description = "The page.", content_type = "text/html", body = String)),
    extensions(("x-standard" = json!(["8.2/4", "4.6.3.11", "4.6.3.12"]))))]
#[get("/problems/{slug}")]
pub async fn get_problem(path: Path<ProblemPath>, language: Language) -> Result<Raw, Rejection<FindError>> {
    let code = Code::from_slug(&path.slug).ok_or(FindError::NotFound)?;
    let text = page::problem_page(code, language.0);
    Ok(html(language.0, text))
}

/// Ask whether the program lives
///
/// 200 as long as the process answers at all.
#[utoipa::path(tag = "channel", security(()), extensions(("x-standard" = json!(["4.6.1.4/availability"]))),
    responses((status = 200, description = "It lives.", content_type = "text/plain", body = String)))]
#[get("/livez")]
pub async fn get_livez() -> Raw {
    Raw(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok"))
}

/// Ask whether the program is ready
///
/// 200 while it takes requests; 503 while it shuts down or its store cannot be reached.
#[utoipa::path(tag = "channel", security(()), extensions(("x-standard" = json!(["4.6.1.4/availability"]))),
    responses((status = 200, description = "It is ready.", content_type = "text/plain", body = String)))]
#[get("/readyz")]
pub async fn get_readyz(gateway: Data<Gateway>) -> Result<Raw, Rejection<StoreError>> {
    if gateway.limits.is_draining() {
        return Err(Fault::from(ProblemDraft::plain(Code::ShuttingDown).retry_after(1)).into());
    }
    gateway.store.read(|tx| tx.events().head()).await?;
    Ok(Raw(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok")))
}

/// Get the metrics
///
/// Prometheus text format.
#[utoipa::path(tag = "channel", security(()), extensions(("x-standard" = json!(["4.6.1.4/availability"]))),
    responses((status = 200, description = "The metrics.", content_type = "text/plain", body = String)))]
#[get("/metrics")]
pub async fn get_metrics(gateway: Data<Gateway>) -> Raw {
    Raw(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body((gateway.metrics)()))
}

/// Get the gateway's status
///
/// Mode, version, time, the digest of the rules in force, and the state of every part.
#[utoipa::path(tag = "channel", security(()),
    extensions(("x-standard" = json!(["4.6.1.4/availability"]))))]
#[get("/status")]
pub async fn get_status(gateway: Data<Gateway>) -> Answered<StatusView> {
    let store = if gateway.store_answers().await { "up" } else { "down" };
    let catalogue = gateway.catalogue.load();
    Answered(StatusView {
        mode: if gateway.sandbox.is_some() { "sandbox" } else { "live" },
        version: env!("CARGO_PKG_VERSION"),
        now: gateway.clock.now(),
        catalogue_version: catalogue.version().to_owned(),
        rules_digest: catalogue.digest(),
        components: vec![
            ComponentView { name: "api", status: "up" },
            ComponentView { name: "store", status: store },
        ],
    })
}

/// Get the limits
///
/// Every limit that the gateway holds callers to, machine-readable.
#[utoipa::path(tag = "channel", security(()), extensions(("x-standard" = json!(["4.6.1.2"]))))]
#[get("/limits")]
pub async fn get_limits(gateway: Data<Gateway>) -> Public<LimitValues> {
    Public::new(&gateway.limits.values, None)
}

/// Get the API catalogue
///
/// RFC 9727: where the API, its document and its status are.
#[utoipa::path(tag = "channel", security(()), extensions(("x-standard" = json!(["4.6.1.2", "8.2/4"]))),
    responses((status = 200, description = "A link set (RFC 9264).", content_type = "application/linkset+json", body = Object)))]
#[get("/.well-known/api-catalog")]
pub async fn get_api_catalog(gateway: Data<Gateway>) -> Raw {
    let at = |path: &str| format!("{}{path}", gateway.base_url);
    let linkset: Value = json!({ "linkset": [{
        "anchor": at("/v1"),
        "service-desc": [{ "href": at("/openapi.json"), "type": "application/json" }],
        "service-doc": [{ "href": at("/docs/"), "type": "text/html" }],
        "status": [{ "href": at("/v1/status"), "type": "application/json" }],
    }]});
    Raw(HttpResponse::Ok().content_type("application/linkset+json").body(linkset.to_string()))
}

/// Get the security contact
///
/// RFC 9116: where to report a vulnerability.
#[utoipa::path(tag = "channel", security(()), extensions(("x-standard" = json!(["4.6.1.4/security"]))),
    responses((status = 200, description = "The contact.", content_type = "text/plain", body = String)))]
#[get("/.well-known/security.txt")]
pub async fn get_security_txt(gateway: Data<Gateway>) -> Raw {
    Raw(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(crate::pages::security_txt(&gateway)))
}
