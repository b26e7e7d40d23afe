//! Every route of the gateway, one file per resource. Each handler states its own documentation; nothing is mounted
//! that is not documented, except Swagger UI.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{
            ApiKey, ApiKeyValue, ClientCredentials, Flow, Http, HttpAuthScheme, OAuth2, Scopes,
            SecurityScheme,
        },
    },
};
use utoipa_actix_web::{scope, service_config::ServiceConfig};

use crate::{access::scope::ALL, problem::CommonResponses};
use domain::text::Language;

pub mod assessments;
pub mod attachments;
pub mod authority;
pub mod batches;
pub mod businesses;
pub mod catalogue;
pub mod channel;
pub mod draft_acts;
pub mod events;
pub mod find;
pub mod log;
pub mod mandates;
pub mod oauth;
pub mod preflight;
pub mod proactive;
pub mod receipts;
pub mod requirements;
pub mod sandbox;
pub mod steps;
pub mod submissions;
pub mod webhooks;

pub use channel::document_bytes;

/// The document before the routes are added: what they are about, how to be let in, what they reply with.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Shlyuz",
        description = "The API channel between business software and the state («Государство для бизнеса», 4.6.1): \
            one standard, one token, one feed. Errors are problem documents (RFC 9457); every action can be repeated \
            safely under its Idempotency-Key; every accepted act is receipted.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact(name = "Shlyuz", url = "/.well-known/security.txt"),
    ),
    servers((url = "/", description = "The gateway that serves this document.")),
    tags(
        (name = "oauth2", description = "Registration, tokens, keys."),
        (name = "catalogue", description = "Life situations, services, forms, dictionaries: public, without a token."),
        (name = "businesses", description = "Businesses, their profiles, and what is offered to them."),
        (name = "mandates", description = "Who may act for a business: granted, changed, ended."),
        (name = "submissions", description = "From draft to decision."),
        (name = "attachments", description = "Documents: declared, uploaded in pieces, downloaded."),
        (name = "receipts", description = "Proof of what was accepted."),
        (name = "log", description = "The append-only Merkle log over receipts: checkpoints, proofs, tiles."),
        (name = "requirements", description = "Mandatory requirements: the registry, the personal list, and what a business does about it."),
        (name = "assessments", description = "Assessments of requirements by businesses: given, told as summaries, considered."),
        (name = "draft-acts", description = "Draft acts: discussed by businesses, considered by their developers, passed on to the regulation portal."),
        (name = "proactive", description = "Consents, offers that rest on them, word of what becomes possible, scenarios."),
        (name = "events", description = "One gap-free feed of everything that happens."),
        (name = "webhooks", description = "Endpoints to which events are brought, signed and repeated until they arrive."),
        (name = "authority", description = "The authority's side: inbox, decisions, result documents."),
        (name = "sandbox", description = "What only the sandbox has: test businesses, magic values, the virtual clock."),
        (name = "channel", description = "What the channel says of itself."),
    ),
    modifiers(&Security),
)]
struct Base;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let scopes: Vec<(String, String)> =
            ALL.iter().map(|scope| (scope.name.to_owned(), scope.title(Language::En).to_owned())).collect();
        let flow =
            Flow::ClientCredentials(ClientCredentials::new("/oauth2/token", Scopes::from_iter(scopes)));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("oauth2", SecurityScheme::OAuth2(OAuth2::new([flow])));
        components.add_security_scheme("client", SecurityScheme::Http(Http::new(HttpAuthScheme::Basic)));
        let proof = "A DPoP proof (RFC 9449) beside `Authorization: DPoP <token>`, for tokens bound to a key; a change \
                     needs the nonce of the last DPoP-Nonce header. Live tokens are bound to a key or a certificate.";
        let proof = ApiKey::Header(ApiKeyValue::with_description("DPoP", proof));
        components.add_security_scheme("dpop", SecurityScheme::ApiKey(proof));
        let description = "Mutual TLS (RFC 8705): proves a client at the token endpoint, and binds its tokens, which \
                           are presented as bearer tokens over connections with the same certificate.";
        let certificate = SecurityScheme::MutualTls {
            description: Some(description.to_owned()),
            deprecated: None,
            extensions: None,
        };
        components.add_security_scheme("mutual_tls", certificate);
    }
}

/// The base document with every schema that replies name.
pub fn base_document() -> Document {
    let mut document = Base::openapi();
    let topics = requirements::schemas()
        .into_iter()
        .chain(assessments::schemas())
        .chain(draft_acts::schemas())
        .chain(mandates::schemas())
        .chain(webhooks::schemas())
        .chain(proactive::schemas());
    for schemas in first_schemas().into_iter().chain(topics) {
        document.merge(schemas);
    }
    document
}

/// Those of the files in this folder; the folders beneath it list their own.
fn first_schemas() -> Vec<Document> {
    vec![
        attachments::Schemas::openapi(),
        authority::Schemas::openapi(),
        batches::Schemas::openapi(),
        businesses::Schemas::openapi(),
        catalogue::Schemas::openapi(),
        channel::Schemas::openapi(),
        events::Schemas::openapi(),
        log::Schemas::openapi(),
        oauth::Schemas::openapi(),
        preflight::Schemas::openapi(),
        sandbox::Schemas::openapi(),
        steps::Schemas::openapi(),
        submissions::Schemas::openapi(),
    ]
}

/// Adds what any operation can answer to the finished document.
pub fn complete(document: &mut Document) {
    CommonResponses.modify(document);
}

/// Mounts every route; those of the sandbox only where the gateway has one.
pub fn mount(config: &mut ServiceConfig<'_>, sandbox: bool) {
    config
        .service(channel::get_home)
        .service(channel::get_openapi_json)
        .service(channel::get_openapi_yaml)
        .service(channel::get_docs)
        .service(channel::list_problems)
        .service(channel::get_problem)
        .service(channel::get_livez)
        .service(channel::get_readyz)
        .service(channel::get_metrics)
        .service(channel::get_api_catalog)
        .service(channel::get_security_txt)
        .service(oauth::issue_token)
        .service(oauth::revoke_token)
        .service(oauth::introspect_token)
        .service(oauth::get_authorization_server)
        .service(oauth::get_jwks);
    if sandbox {
        config
            .service(sandbox::register_client)
            .service(sandbox::get_sandbox_authorization_server)
            .service(sandbox::create_test_business)
            .service(sandbox::list_scenarios)
            .service(sandbox::get_clock)
            .service(sandbox::move_clock);
    }
    config.service(scope::scope("/v1").configure(version_1));
}

/// A request is tried against one route after the other, so what is called most stands first.
fn version_1(config: &mut ServiceConfig<'_>) {
    config
        .service(submissions::get_submission_status)
        .service(submissions::create_submission)
        .service(submissions::list_submissions)
        .service(channel::get_status)
        .service(channel::get_limits)
        .service(catalogue::list_life_situations)
        .service(catalogue::get_life_situation)
        .service(catalogue::list_segments)
        .service(catalogue::list_services)
        .service(catalogue::get_service)
        .service(catalogue::get_service_form)
        .service(catalogue::find_dictionary_items)
        .service(catalogue::list_faq)
        .service(catalogue::search_catalogue)
        .service(catalogue::check_inn)
        .service(businesses::list_businesses)
        .service(businesses::get_business)
        .service(businesses::get_profile)
        .service(businesses::revise_profile)
        .service(businesses::list_profile_versions)
        .service(businesses::list_offered_services)
        .service(businesses::get_prefill)
        .service(businesses::list_interactions)
        .service(preflight::preflight_submission)
        .service(submissions::get_submission)
        .service(submissions::revise_submission)
        .service(submissions::lodge_submission)
        .service(steps::withdraw_submission)
        .service(steps::correct_submission)
        .service(steps::respond_to_request)
        .service(steps::rate_submission)
        .service(steps::list_timeline)
        .service(steps::list_submission_receipts)
        .service(batches::create_submission_batch)
        .service(preflight::query_submission_statuses)
        .service(attachments::declare_attachment)
        .service(attachments::list_attachments)
        .service(attachments::get_attachment)
        .service(attachments::get_upload_offset)
        .service(attachments::upload_attachment)
        .service(attachments::download_attachment)
        .service(receipts::get_receipt)
        .service(receipts::find_receipts)
        .service(log::get_receipt_proof)
        .service(log::get_log_checkpoint)
        .service(log::get_log_keys)
        .service(log::prove_inclusion)
        .service(log::prove_consistency)
        .service(log::get_log_tile)
        .service(events::list_events)
        .service(events::stream_events)
        .service(authority::lease_tasks)
        .service(authority::acknowledge_task)
        .service(authority::release_task)
        .service(authority::get_addressed_submission)
        .service(authority::register_submission)
        .service(authority::begin_review)
        .service(authority::decide_submission)
        .service(authority::request_information)
        .service(authority::declare_result_document)
        .service(authority::upload_result_document)
        .service(authority::download_addressed_attachment)
        .service(authority::publish_service);
    requirements::mount(config);
    assessments::mount(config);
    draft_acts::mount(config);
    mandates::mount(config);
    webhooks::mount(config);
    proactive::mount(config);
}
