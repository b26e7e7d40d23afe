//! Businesses, their profiles, and what is offered to them.

use actix_web::{get, patch, web::Data};
use domain::{
    actor::Touchpoint,
    business::profile::{self, ProfileError, RevisePatch},
    event::HistoryFilter,
    ids::{ApplicationId, BusinessId},
    ports::store::StoreError,
    time::Timestamp,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use super::{
    events::known_types,
    find::{self, FindError},
    submissions::BusinessPath,
};
use crate::{
    access::scope::{ProfileRead, ProfileWrite, Scope, SubmissionsRead},
    extract::{Caller, IfMatch, IfNoneMatch, MergePatch, PageQuery, Paged, Path, version_tag},
    gateway::Gateway,
    models::{
        business::{BusinessView, ProfilePatch, ProfileVersionView, ProfileView},
        catalogue::{OfferList, OfferView, PrefillView},
        event::EventView,
    },
    problem::Rejection,
    reply::{Answered, Done, Fetched, Listed},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(
    BusinessView,
    ProfileView,
    ProfileVersionView,
    OfferList,
    PrefillView,
    EventView
)))]
pub struct Schemas;

/// A service for a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfferPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The service, by code.
    pub service: String,
}

/// List the caller's businesses
///
/// Every business for which the application holds a mandate, in the order of ids.
#[utoipa::path(tag = "businesses", params(PageQuery), security(("oauth2" = [ProfileRead::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1", "4.6.10.2"]))))]
#[get("/businesses")]
pub async fn list_businesses(
    caller: Caller<ProfileRead>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<Listed<BusinessView>, Rejection<StoreError>> {
    let (holder, page) = (caller.holder()?, query.page);
    let mut found = gateway.store.read(move |tx| tx.businesses().of_application(&holder, &page)).await?;
    found.items.retain(|business| caller.reaches(&business.id));
    Ok(Listed(found.map(BusinessView::from)))
}

/// Get a business
///
/// Who it is, as the state's register says.
#[utoipa::path(tag = "businesses", params(BusinessPath, IfNoneMatch), security(("oauth2" = [ProfileRead::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1", "4.1.16"]))))]
#[get("/businesses/{business_id}")]
pub async fn get_business(
    caller: Caller<ProfileRead>,
    path: Path<BusinessPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<BusinessView>, Rejection<FindError>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let found = gateway.store.read(move |tx| find::business(tx, &on_behalf)).await?;
    Ok(Fetched(found.into()))
}

/// Get a profile
///
/// The facts from which the business's needs, forms and rights are derived.
#[utoipa::path(tag = "businesses", params(BusinessPath, IfNoneMatch), security(("oauth2" = [ProfileRead::NAME])),
    extensions(("x-standard" = json!(["4.1.16", "4.3.5.11", "4.5.7.8"]))))]
#[get("/businesses/{business_id}/profile")]
pub async fn get_profile(
    caller: Caller<ProfileRead>,
    path: Path<BusinessPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<ProfileView>, Rejection<FindError>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let found = gateway.store.read(move |tx| find::business(tx, &on_behalf)).await?;
    Ok(Fetched(found.into()))
}

/// Change a profile
///
/// A merge patch (RFC 7396) of the facts; every version is kept. Identity (kind, INN, OGRN, KPP, name) comes from the
/// state's register and cannot be changed here. Needs If-Match.
#[utoipa::path(tag = "businesses", params(BusinessPath, IfMatch),
    request_body(content = ProfilePatch, content_type = "application/merge-patch+json",
        example = json!({"employees": 13, "contact": {"email": "office@example.test"}})),
    security(("oauth2" = [ProfileWrite::NAME])),
    extensions(("x-standard" = json!(["4.3.5.11", "4.5.7.8", "4.6.3.10", "4.6.3.11"]))))]
#[patch("/businesses/{business_id}/profile")]
pub async fn revise_profile(
    caller: Caller<ProfileWrite>,
    path: Path<BusinessPath>,
    seen: IfMatch,
    body: MergePatch<ProfilePatch>,
    gateway: Data<Gateway>,
) -> Result<Done<ProfileView>, Rejection<ProfileError>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let command = RevisePatch { on_behalf, expected: seen.0, patch: body.value.0 };
    let (catalogue, stamp) = (gateway.catalogue.load_full(), gateway.stamp());
    let revised =
        gateway.store.write(move |tx| profile::revise(tx, &catalogue, &command, stamp.clone())).await?;
    let view = ProfileView::from(revised);
    Ok(Done::new(&view, Some(version_tag(view.version))))
}

/// List the versions of a profile
///
/// Newest first, each with its source: given by an application, taken from a register, or learned from a submission.
#[utoipa::path(tag = "businesses", params(BusinessPath, PageQuery), security(("oauth2" = [ProfileRead::NAME])),
    extensions(("x-standard" = json!(["4.3.5.11"]))))]
#[get("/businesses/{business_id}/profile/versions")]
pub async fn list_profile_versions(
    caller: Caller<ProfileRead>,
    path: Path<BusinessPath>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<Listed<ProfileVersionView>, Rejection<FindError>> {
    let (on_behalf, page) = (caller.on_behalf(&path.business_id)?, query.page);
    let found = gateway.store.read(move |tx| -> Result<_, FindError> {
        let actor = find::actor(tx, &on_behalf)?;
        Ok(tx.businesses().profile_versions(&actor.business, &page)?)
    });
    Ok(Listed(found.await?.map(ProfileVersionView::from)))
}

/// List services for a business
///
/// Every service that takes submissions, the likeliest first (by segment, life situation and profile), and for each
/// whether it is available now or which conditions would make it so.
#[utoipa::path(tag = "businesses", params(BusinessPath), security(("oauth2" = [ProfileRead::NAME])),
    extensions(("x-standard" = json!(["4.6.3.6", "4.5.3", "4.5.7.9/eligibility"]))))]
#[get("/businesses/{business_id}/services")]
pub async fn list_offered_services(
    caller: Caller<ProfileRead>,
    path: Path<BusinessPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<OfferList>, Rejection<FindError>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let business = gateway.store.read(move |tx| find::business(tx, &on_behalf)).await?;
    let today = gateway.clock.now().moscow_date();
    let catalogue = gateway.catalogue.load();
    let offers = catalogue.ordered_for(&business.profile, today);
    Ok(Answered(OfferList { items: offers.into_iter().map(OfferView::from).collect() }))
}

/// Get a prefilled form
///
/// The form as far as the profile can fill it, with the required fields that are still missing.
#[utoipa::path(tag = "businesses", params(OfferPath), security(("oauth2" = [ProfileRead::NAME])),
    extensions(("x-standard" = json!(["4.5.7.8", "4.6.3.9/prefill", "4.5.7.7"]))))]
#[get("/businesses/{business_id}/services/{service}/prefill")]
pub async fn get_prefill(
    caller: Caller<ProfileRead>,
    path: Path<OfferPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<PrefillView>, Rejection<FindError>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let catalogue = gateway.catalogue.load();
    let service = catalogue.service(&path.service).ok_or(FindError::NotFound)?;
    let business = gateway.store.read(move |tx| find::business(tx, &on_behalf)).await?;
    let form = service.prefill(&business.profile);
    let missing = service.missing_fields(&form);
    Ok(Answered(PrefillView {
        service: path.service.clone(),
        profile_version: business.version,
        form,
        missing,
    }))
}

/// Which interactions to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InteractionQuery {
    /// Only this life situation, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64)]
    pub life_situation: Option<String>,
    /// Only this service, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64)]
    pub service: Option<String>,
    /// Only this channel.
    pub touchpoint: Option<Touchpoint>,
    /// Only what this application did.
    pub application_id: Option<ApplicationId>,
    /// Only these types of events, separated by commas; `interaction.read` for reads of restricted data.
    #[validate(custom(function = known_types))]
    #[param(example = "interaction.read")]
    pub types: Option<String>,
    /// Only from this moment on.
    pub from: Option<Timestamp>,
    /// Only before this moment.
    pub until: Option<Timestamp>,
}

impl From<InteractionQuery> for HistoryFilter {
    fn from(query: InteractionQuery) -> Self {
        let InteractionQuery { life_situation, service, touchpoint, application_id, types, from, until } =
            query;
        let kinds = types.as_deref().unwrap_or_default().split(',').filter_map(|name| name.parse().ok());
        Self {
            situation: life_situation,
            service,
            touchpoint,
            application: application_id,
            kinds: kinds.collect(),
            subject: None,
            from,
            until,
        }
    }
}

/// List a business's interactions
///
/// The whole history of dealings, newest first, cut by life situation, service, touchpoint, application, type and period:
/// who did what, when, by which application, under which mandate and power, and whether an AI agent did. Reads of
/// restricted data are in it as `interaction.read`.
#[utoipa::path(tag = "businesses", params(BusinessPath, InteractionQuery, PageQuery),
    security(("oauth2" = [SubmissionsRead::NAME])),
    extensions(("x-standard" = json!(["4.6/history", "4.6.10.3"]))))]
#[get("/businesses/{business_id}/interactions")]
pub async fn list_interactions(
    caller: Caller<SubmissionsRead>,
    path: Path<BusinessPath>,
    query: Paged<InteractionQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<EventView>, Rejection<FindError>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (filter, page) = (HistoryFilter::from(query.filter), query.page);
    let found = gateway.store.read(move |tx| -> Result<_, FindError> {
        let actor = find::actor(tx, &on_behalf)?;
        Ok(tx.events().history(&actor.business, &filter, &page)?)
    });
    Ok(Listed(found.await?.map(|event| EventView::new(event, &gateway.base_url))))
}
