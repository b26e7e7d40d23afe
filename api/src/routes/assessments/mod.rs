//! Assessments of requirements (4.7.2, 4.7.3, 4.7.5): given by businesses, told as summaries, considered by authorities.

use utoipa::OpenApi as _;
use utoipa_actix_web::service_config::ServiceConfig;

pub mod addressed;
pub mod costs;
pub mod given;
pub mod reminders;
pub mod rules;
pub mod summaries;

/// The schemas that the replies of every noun name.
pub fn schemas() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        addressed::Schemas::openapi(),
        costs::Schemas::openapi(),
        given::Schemas::openapi(),
        reminders::Schemas::openapi(),
        rules::Schemas::openapi(),
        summaries::Schemas::openapi(),
    ]
}

/// Mounts every noun's handlers. A fixed word in a path stands before a parameter in its place.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(given::give_assessment)
        .service(given::list_assessments)
        .service(reminders::list_due_assessments)
        .service(reminders::get_assessment_reminder)
        .service(reminders::set_assessment_reminder)
        .service(given::get_assessment)
        .service(given::list_assessment_versions)
        .service(given::set_identity_disclosure)
        .service(given::get_assessment_consideration);
    mount_costs(config);
    config
        .service(rules::get_assessment_rules)
        .service(rules::set_assessment_rules)
        .service(rules::list_assessment_rule_versions)
        .service(summaries::get_assessment_parameters)
        .service(summaries::get_assessment_summary)
        .service(summaries::get_requirement_assessments)
        .service(addressed::list_addressed_assessments)
        .service(addressed::consider_assessment);
}

fn mount_costs(config: &mut ServiceConfig<'_>) {
    config
        .service(costs::make_cost_estimate)
        .service(costs::list_cost_estimates)
        .service(costs::get_cost_estimate)
        .service(costs::make_cost_report)
        .service(costs::list_cost_reports)
        .service(costs::get_cost_report);
}
