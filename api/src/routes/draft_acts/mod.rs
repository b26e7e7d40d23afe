//! Draft acts (4.7.4, 4.7.5): published by their developers, spoken of by businesses, passed on to the portal.

use utoipa::OpenApi as _;
use utoipa_actix_web::service_config::ServiceConfig;

pub mod developer;
pub mod opinions;
pub mod public;
pub mod transfers;

/// The schemas that the replies of every noun name.
pub fn schemas() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        developer::Schemas::openapi(),
        opinions::Schemas::openapi(),
        public::Schemas::openapi(),
        transfers::Schemas::openapi(),
    ]
}

/// Mounts every noun's handlers.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(public::list_draft_acts)
        .service(public::get_draft_act)
        .service(public::list_draft_act_versions)
        .service(public::get_opinion_summary)
        .service(public::get_draft_act_opinions)
        .service(opinions::list_concerning_draft_acts)
        .service(opinions::give_opinion)
        .service(opinions::list_opinions)
        .service(opinions::get_opinion)
        .service(opinions::withdraw_opinion)
        .service(transfers::pass_assessment_on)
        .service(transfers::list_transfers)
        .service(transfers::get_transfer)
        .service(developer::publish_draft_act)
        .service(developer::change_draft_act)
        .service(developer::move_draft_act)
        .service(developer::open_discussion)
        .service(developer::list_addressed_opinions)
        .service(developer::consider_opinion);
}
