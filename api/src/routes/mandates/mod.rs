//! Representatives and their mandates (4.6.10): granted, changed and ended by the business, seen by both.

use utoipa::{OpenApi as _, openapi::OpenApi as Document};
use utoipa_actix_web::service_config::ServiceConfig;

pub mod access_requests;
pub mod representatives;

/// The schemas of every file of this folder.
pub fn schemas() -> Vec<Document> {
    vec![representatives::Schemas::openapi(), access_requests::Schemas::openapi()]
}

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(representatives::grant_representative)
        .service(representatives::list_representatives)
        .service(representatives::get_representative)
        .service(representatives::change_representative)
        .service(representatives::dismiss_representative)
        .service(representatives::list_business_mandates)
        .service(representatives::list_mandates)
        .service(access_requests::ask_for_access)
        .service(access_requests::list_access_requests)
        .service(access_requests::get_access_request)
        .service(access_requests::list_asked_access)
        .service(access_requests::get_asked_access)
        .service(access_requests::approve_access)
        .service(access_requests::reject_access)
        .service(access_requests::escalate_access);
}
