//! Proactive service (4.5.3 to 4.5.7): consents, offers, word of what becomes possible, scenarios. One file per noun; each
//! has its `Schemas`, added to [`schemas`], and its handlers, mounted in [`mount`].

use utoipa::OpenApi as _;
use utoipa_actix_web::service_config::ServiceConfig;

pub mod authority_offers;
pub mod consents;
pub mod offers;
pub mod scenarios;
pub mod watches;

/// The schemas that the replies of every noun name.
pub fn schemas() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        consents::Schemas::openapi(),
        offers::Schemas::openapi(),
        scenarios::Schemas::openapi(),
        watches::Schemas::openapi(),
    ]
}

/// Mounts every noun's handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(consents::list_consent_texts)
        .service(consents::give_consent)
        .service(consents::list_consents)
        .service(consents::get_consent)
        .service(consents::withdraw_consent)
        .service(offers::list_offers)
        .service(offers::get_offer)
        .service(offers::accept_offer)
        .service(offers::decline_offer)
        .service(authority_offers::make_offer)
        .service(authority_offers::list_made_offers)
        .service(watches::watch_service)
        .service(watches::list_service_watches)
        .service(watches::get_service_watch)
        .service(watches::cancel_service_watch)
        .service(scenarios::list_business_scenarios)
        .service(scenarios::get_business_scenario);
}
