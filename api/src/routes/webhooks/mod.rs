//! Endpoints to which events are brought, and what became of each delivery.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    ids::WebhookId,
    text::Text,
    webhook::{
        SigningSecret,
        manage::{Named, Owner},
    },
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi as _, openapi::OpenApi as Document};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{claims::Reach, scope::Scope},
    extract::Caller,
    gateway::Gateway,
    outbound::guard::Unfit,
    problem::{Code, Fault, ProblemDraft, both, violation},
};

pub mod deliveries;
pub mod endpoints;

/// The schemas of every file of this folder.
pub fn schemas() -> Vec<Document> {
    vec![endpoints::Schemas::openapi(), deliveries::Schemas::openapi()]
}

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(endpoints::create_webhook)
        .service(endpoints::list_webhooks)
        .service(endpoints::get_webhook)
        .service(endpoints::change_webhook)
        .service(endpoints::delete_webhook)
        .service(endpoints::rotate_webhook_secret)
        .service(endpoints::activate_webhook)
        .service(endpoints::deactivate_webhook)
        .service(deliveries::list_webhook_deliveries)
        .service(deliveries::get_webhook_delivery)
        .service(deliveries::replay_webhook_delivery)
        .service(deliveries::replay_webhook_events)
        .service(deliveries::send_webhook_test);
}

/// An endpoint in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct WebhookPath {
    /// The endpoint.
    pub webhook_id: WebhookId,
}

/// Who asks. An endpoint that gets more than the token reaches is not found by it.
fn owner<S: Scope>(caller: &Caller<S>) -> Owner {
    let businesses = match caller.token.reach() {
        Reach::AllMandates | Reach::Authority(_) => None,
        Reach::Businesses(named) => Some(named.clone()),
    };
    Owner { application: caller.application.clone(), businesses }
}

fn named<S: Scope>(caller: &Caller<S>, id: WebhookId) -> Named {
    Named { owner: owner(caller), id }
}

fn fresh_secret(gateway: &Gateway) -> SigningSecret {
    SigningSecret(gateway.random_bytes::<32>().to_vec())
}

fn fresh_challenge(gateway: &Gateway) -> String {
    URL_SAFE_NO_PAD.encode(gateway.random_bytes::<24>())
}

/// The address in its canonical form. A name that stands for nothing yet is taken: its verification tells.
async fn vetted(gateway: &Gateway, text: &str) -> Result<String, Fault> {
    let url = gateway.guard.parse(text).map_err(refused)?;
    match gateway.guard.vet(&url).await {
        Ok(()) | Err(Unfit::Unknown) => Ok(url.into()),
        Err(unfit) => Err(refused(unfit)),
    }
}

fn refused(unfit: Unfit) -> Fault {
    let detail = why(unfit);
    let fix = both(
        "Назовите адрес https на порту 443, доступный из интернета, без пользователя и фрагмента.",
        "Name an https address on port 443 that the Internet reaches, without a user and a fragment.",
    );
    let violations = vec![violation("/url", "url-refused", detail.clone(), fix)];
    ProblemDraft::new(Code::ValidationFailed, detail).violations(violations).into()
}

fn why(unfit: Unfit) -> Text {
    match unfit {
        Unfit::Form => both("Это не простой адрес.", "It is no plain address."),
        Unfit::Scheme => both("Адрес не начинается с https.", "The address does not begin with https."),
        Unfit::Port => both("Этот порт не разрешён.", "This port is not allowed."),
        Unfit::NotPublic => {
            both("Адрес не в открытом интернете.", "The address is not on the public Internet.")
        }
        Unfit::Own => both("Это адрес самого шлюза.", "The address is the gateway's own."),
        Unfit::Unknown => both("Имя неизвестно.", "The name is not known."),
    }
}
