//! The sandbox's own routes: registration without approval, test businesses, the virtual clock. Mounted only there.

use actix_web::{get, post, web::Data};
use domain::ports::store::StoreError;
use jiff::SignedDuration;
use utoipa::OpenApi;

use crate::{
    access::scope::{SandboxControl as SandboxScope, Scope},
    clients::{self, RegisterError},
    enrol::{self, EnrolError},
    extract::{Caller, Json},
    gateway::Gateway,
    models::{
        business::BusinessView,
        oauth::{ClientRegistration, RegisteredClient, ServerMetadata},
        sandbox::{ClockMove, ClockView, NewTestBusiness, ScenarioList, ScenarioView},
    },
    outbound,
    problem::Rejection,
    reply::{Answered, Created, Public},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(ClockView, ScenarioList, ScenarioView, BusinessView, RegisteredClient)))]
pub struct Schemas;

/// Register an application
///
/// RFC 7591, sandbox only: an application of one's own, with a secret or with one's own keys, at once and for free.
#[utoipa::path(tag = "oauth2", security(()), extensions(("x-standard" = json!(["4.6.1.2", "4.6.1.3/free", "4.6.10.2"]))))]
#[post("/oauth2/register")]
pub async fn register_client(
    body: Json<ClientRegistration>,
    gateway: Data<Gateway>,
) -> Result<Created<RegisteredClient>, Rejection<RegisterError>> {
    let registered = clients::register(&gateway, body.value).await?;
    let location = format!("/oauth2/register/{}", registered.client_id);
    Ok(Created::new(&registered, location, None))
}

/// Get the sandbox's authorization server's metadata
///
/// The same metadata at the place that RFC 8414 §3.1 gives it: the sandbox's issuer has a path, so that no live gateway
/// takes its tokens.
#[utoipa::path(tag = "oauth2", security(()), extensions(("x-standard" = json!(["4.6.1.2"]))))]
#[get("/.well-known/oauth-authorization-server/sandbox")]
pub async fn get_sandbox_authorization_server(gateway: Data<Gateway>) -> Public<ServerMetadata> {
    Public::new(&ServerMetadata(clients::metadata(&gateway)), None)
}

/// Make a test business
///
/// A business with valid numbers from unused ranges and a full profile, and a mandate for the calling application.
#[utoipa::path(tag = "sandbox", security(("oauth2" = [SandboxScope::NAME])),
    extensions(("x-standard" = json!(["4.6.1.2", "4.4.4/prototypes"]))))]
#[post("/sandbox/businesses")]
pub async fn create_test_business(
    caller: Caller<SandboxScope>,
    body: Json<NewTestBusiness>,
    gateway: Data<Gateway>,
) -> Result<Created<BusinessView>, Rejection<EnrolError>> {
    let application = caller.as_business()?;
    let business = enrol::test_business(&gateway, &application, &body.value.profile).await?;
    let location = format!("/v1/businesses/{}", business.id);
    Ok(Created::new(&BusinessView::from(business), location, None))
}

/// List magic values
///
/// What makes the scripted authority and the state's resources act in which way, and the profiles from which test
/// businesses are made.
#[utoipa::path(tag = "sandbox", security(()), extensions(("x-standard" = json!(["4.6.1.2", "4.4.4/prototypes"]))))]
#[get("/sandbox/scenarios")]
pub async fn list_scenarios(gateway: Data<Gateway>) -> Answered<ScenarioList> {
    let views = |rows: Vec<(&'static str, domain::text::Text)>| {
        rows.into_iter().map(|(value, meaning)| ScenarioView { value, meaning }).collect()
    };
    let sandbox = gateway.sandbox.as_ref();
    Answered(ScenarioList {
        contact_emails: views(sandbox.map(|sandbox| sandbox.scenarios()).unwrap_or_default()),
        business_profiles: views(sandbox.map(|sandbox| sandbox.profiles()).unwrap_or_default()),
        state_resources: views(sandbox.map(|sandbox| sandbox.state_resources()).unwrap_or_default()),
    })
}

/// Read the virtual clock
///
/// The time that submissions, terms and receipts go by in this sandbox.
#[utoipa::path(tag = "sandbox", security(()), extensions(("x-standard" = json!(["4.6.1.2"]))))]
#[get("/sandbox/clock")]
pub async fn get_clock(gateway: Data<Gateway>) -> Answered<ClockView> {
    Answered(ClockView { now: gateway.clock.now() })
}

/// Move the virtual clock
///
/// Forward only. When the answer comes, everything that fell due on the way has happened: scripted authorities have
/// acted, terms have passed. The clock is one for the whole sandbox.
#[utoipa::path(tag = "sandbox", security(("oauth2" = [SandboxScope::NAME])),
    extensions(("x-standard" = json!(["4.6.1.2", "4.4.4/prototypes"]))))]
#[post("/sandbox/clock")]
pub async fn move_clock(
    _caller: Caller<SandboxScope>,
    body: Json<ClockMove>,
    gateway: Data<Gateway>,
) -> Result<Answered<ClockView>, Rejection<StoreError>> {
    if let Some(sandbox) = &gateway.sandbox {
        sandbox.advance(SignedDuration::from_secs(body.value.advance_s.into()));
    }
    outbound::turn(&gateway).await?;
    outbound::evidence::turn(&gateway).await?;
    outbound::lists::catch_up(&gateway).await?;
    Ok(Answered(ClockView { now: gateway.clock.now() }))
}
