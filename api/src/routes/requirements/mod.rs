//! Mandatory requirements (4.7, 4.8.1): the registry, the personal list, and what a business does about it. One file per
//! noun; each has its `Schemas`, added to [`schemas`], and its handlers, mounted in [`mount`].

use utoipa::OpenApi as _;
use utoipa_actix_web::service_config::ServiceConfig;

pub mod acts;
pub mod algorithm_runs;
pub mod caution;
pub mod check_packs;
pub mod confirmations;
pub mod declarations;
pub mod duty;
pub mod evidence;
pub mod evidence_acts;
pub mod evidence_asks;
pub mod inapplicability;
pub mod insight;
pub mod personal_list;
pub mod practice;
pub mod recognition;
pub mod recomputation;
pub mod registry;
pub mod risk;
pub mod self_checks;
pub mod upsert;
pub mod visit;
pub mod what_if;

/// The schemas that the replies of every noun name.
pub fn schemas() -> Vec<utoipa::openapi::OpenApi> {
    let mut all = vec![
        caution::Schemas::openapi(),
        duty::Schemas::openapi(),
        risk::Schemas::openapi(),
        visit::Schemas::openapi(),
        algorithm_runs::Schemas::openapi(),
        check_packs::Schemas::openapi(),
        declarations::Schemas::openapi(),
        self_checks::Schemas::openapi(),
        confirmations::Schemas::openapi(),
        evidence::Schemas::openapi(),
        evidence_acts::Schemas::openapi(),
        inapplicability::Schemas::openapi(),
        personal_list::Schemas::openapi(),
        recomputation::Schemas::openapi(),
        what_if::Schemas::openapi(),
    ];
    all.extend(supervisors_schemas());
    all.extend(registry_schemas());
    all
}

fn supervisors_schemas() -> [utoipa::openapi::OpenApi; 2] {
    [evidence_asks::Schemas::openapi(), recognition::Schemas::openapi()]
}

fn registry_schemas() -> [utoipa::openapi::OpenApi; 4] {
    [
        acts::Schemas::openapi(),
        practice::Schemas::openapi(),
        registry::Schemas::openapi(),
        upsert::Schemas::openapi(),
    ]
}

/// Mounts every noun's handlers. A fixed word in a path stands before a parameter in its place.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(risk::get_risk_profile)
        .service(risk::list_incentives)
        .service(caution::list_cautions)
        .service(caution::get_caution)
        .service(caution::object_to_caution)
        .service(caution::notify_of_measures)
        .service(caution::announce_caution)
        .service(caution::list_announced_cautions)
        .service(caution::get_announced_caution)
        .service(caution::answer_objection)
        .service(visit::list_preventive_visits)
        .service(visit::request_preventive_visit)
        .service(visit::get_preventive_visit)
        .service(visit::book_preventive_visit)
        .service(visit::decline_preventive_visit)
        .service(visit::offer_preventive_visit)
        .service(visit::list_arranged_visits)
        .service(visit::get_arranged_visit)
        .service(visit::answer_visit_request)
        .service(visit::record_preventive_visit)
        .service(duty::list_information_duties)
        .service(duty::start_information_duty)
        .service(duty::fulfil_recurring_duty)
        .service(duty::get_information_duty)
        .service(duty::fulfil_information_duty)
        .service(duty::demand_information)
        .service(duty::list_demanded_information)
        .service(duty::get_demanded_information)
        .service(registry::list_requirements)
        .service(registry::list_requirement_facts)
        .service(registry::get_requirement)
        .service(registry::list_requirement_versions)
        .service(registry::list_requirement_algorithms)
        .service(self_checks::get_checklist)
        .service(self_checks::begin_self_check)
        .service(self_checks::list_self_checks)
        .service(self_checks::get_self_check)
        .service(self_checks::answer_self_check)
        .service(self_checks::complete_self_check)
        .service(declarations::declare_compliance)
        .service(declarations::list_declarations)
        .service(declarations::get_declaration)
        .service(declarations::list_addressed_declarations)
        .service(declarations::annul_declaration)
        .service(check_packs::list_check_packs)
        .service(check_packs::get_check_pack)
        .service(check_packs::report_check_pack)
        .service(check_packs::list_check_pack_results)
        .service(check_packs::get_check_pack_result)
        .service(algorithm_runs::list_offered_algorithms)
        .service(algorithm_runs::confirm_algorithm_step)
        .service(algorithm_runs::list_algorithm_confirmations)
        .service(algorithm_runs::get_algorithm_confirmation)
        .service(acts::list_acts)
        .service(acts::get_act)
        .service(upsert::bring_registry_documents)
        .service(personal_list::list_personal_requirements)
        .service(personal_list::list_requirement_questions)
        .service(personal_list::list_requirement_changes)
        .service(what_if::try_profile_change)
        .service(recomputation::get_recomputation);
    config
        .service(confirmations::give_confirmation)
        .service(confirmations::list_confirmations)
        .service(confirmations::list_awaited_confirmations)
        .service(confirmations::get_confirmation)
        .service(inapplicability::declare_inapplicable)
        .service(inapplicability::list_inapplicabilities)
        .service(inapplicability::get_inapplicability)
        .service(inapplicability::withdraw_inapplicability)
        .service(inapplicability::list_addressed_inapplicabilities)
        .service(inapplicability::decide_inapplicability)
        .service(evidence::create_evidence_inquiry)
        .service(evidence::get_evidence_inquiry)
        .service(evidence::list_evidence)
        .service(evidence::get_requirement_evidence)
        .service(evidence::read_business_evidence)
        .service(evidence_acts::dispute_evidence)
        .service(evidence_acts::list_evidence_disputes)
        .service(evidence_acts::get_evidence_dispute)
        .service(evidence_acts::supply_evidence)
        .service(evidence_acts::list_evidence_supplies)
        .service(evidence_acts::get_evidence_supply)
        .service(evidence_acts::list_addressed_disputes)
        .service(evidence_acts::decide_evidence_dispute)
        .service(evidence_acts::review_evidence_supply)
        .service(evidence_acts::list_addressed_supplies)
        .service(insight::download_supplied_evidence)
        .service(insight::read_business_self_check)
        .service(insight::download_self_check_document)
        .service(insight::download_caution_document);
    config
        .service(practice::list_practice)
        .service(practice::get_practice)
        .service(practice::list_practice_versions);
    config
        .service(evidence_asks::ask_for_evidence)
        .service(evidence_asks::list_asked_inquiries)
        .service(evidence_asks::get_asked_inquiry)
        .service(recognition::recognise_good_faith)
        .service(recognition::list_granted_recognitions)
        .service(recognition::get_granted_recognition)
        .service(recognition::change_recognition)
        .service(recognition::withdraw_recognition)
        .service(recognition::list_recognitions)
        .service(recognition::get_recognition);
    // Last, because its path would take the words above for codes.
    config.service(personal_list::get_personal_requirement);
}
