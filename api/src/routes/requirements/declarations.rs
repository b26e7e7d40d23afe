//! Declarations of compliance (248-ФЗ, article 51): registered upon a good self-check, public, annulled by the supervisor.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{
        Refusal, actor,
        declaration::{Declaration, DeclarationState, annul, declare},
    },
    ids::DeclarationId,
    ports::store::Tx,
    record::{RecordFilter, Stored},
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use super::self_checks::SelfCheckPath;
use crate::{
    access::scope::{AuthoritySupervisionManage, RequirementsRead, RequirementsWrite, Scope},
    extract::{Caller, IdempotencyKey, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::requirements::declaration::{DeclarationView, NewAnnulment, NewDeclaration, PublicDeclaration},
    problem::Rejection,
    reply::{Created, Done, Listed, Public, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(DeclarationView, PublicDeclaration)))]
pub struct Schemas;

/// A declaration in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DeclarationPath {
    /// The declaration.
    pub declaration_id: DeclarationId,
}

/// Which declarations to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeclarationQuery {
    /// Only in this state.
    pub state: Option<DeclarationState>,
}

impl DeclarationQuery {
    fn filter(&self) -> RecordFilter {
        let state = self.state.map(|state| <&str>::from(state).to_owned());
        RecordFilter { state, ..RecordFilter::default() }
    }
}

/// Declare compliance
///
/// Registers a declaration with a supervisor upon a completed self-check whose score for that supervisor's requirements
/// reaches the threshold, with no critical question unmet. It holds for the term in the rules of self-checks and is public.
#[utoipa::path(tag = "requirements", params(SelfCheckPath, IdempotencyKey),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.7.3", "4.8.1.3/1"]))))]
#[post("/businesses/{business_id}/self-checks/{self_check_id}/declaration")]
pub async fn declare_compliance(
    caller: Caller<RequirementsWrite>,
    path: Path<SelfCheckPath>,
    key: IdempotencyKey,
    body: Json<NewDeclaration>,
    gateway: Data<Gateway>,
) -> Result<Created<DeclarationView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (on_behalf, received) = (caller.on_behalf(&path.business_id)?, received(&claim, Some(body.digest)));
    let (id, authority, clerk) = (path.into_inner().self_check_id, body.value.authority_id, gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| {
        let registered = declare(tx, &clerk, (&on_behalf, &id, &authority), &received, stamp)?;
        let view = DeclarationView::from(registered);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List a business's declarations of compliance
///
/// Newest first, those that hold and those that do not.
#[utoipa::path(tag = "requirements", params(BusinessPath, DeclarationQuery, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])), extensions(("x-standard" = json!(["4.8.1.3/1"]))))]
#[get("/businesses/{business_id}/declarations")]
pub async fn list_declarations(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged<DeclarationQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<DeclarationView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (filter, page) = (query.filter.filter(), query.page);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = actor(tx, &on_behalf)?;
        Ok(Stored::<Declaration>::list(tx, &actor.business, &filter, &page)?)
    });
    Ok(Listed(found.await?.map(DeclarationView::from)))
}

/// Get a declaration from the public register
///
/// Whether a declaration holds, of what, and until when. Of a person it names no number.
#[utoipa::path(tag = "requirements", params(DeclarationPath, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.8.1.3/1"]))))]
#[get("/declarations/{declaration_id}")]
pub async fn get_declaration(
    path: Path<DeclarationPath>,
    gateway: Data<Gateway>,
) -> Result<Public<PublicDeclaration>, Rejection<Refusal>> {
    let id = path.into_inner().declaration_id;
    let found = gateway.store.read(move |tx| Stored::<Declaration>::published(tx, &id)).await;
    let found = found.map_err(Refusal::from)?.ok_or(Refusal::NotFound)?;
    Ok(Public::new(&PublicDeclaration::from(found), None))
}

/// List the declarations registered with the authority
///
/// Oldest first.
#[utoipa::path(tag = "authority", params(DeclarationQuery, PageQuery),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])), extensions(("x-standard" = json!(["4.8.1.3/1"]))))]
#[get("/authority/declarations")]
pub async fn list_addressed_declarations(
    caller: Caller<AuthoritySupervisionManage>,
    query: Paged<DeclarationQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<DeclarationView>, Rejection<Refusal>> {
    let authority = caller.as_authority()?.authority;
    let (filter, page) = (query.filter.filter(), query.page);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        Ok(Stored::<Declaration>::of_authority(tx, &authority, &filter, &page)?)
    });
    Ok(Listed(found.await?.map(DeclarationView::from)))
}

/// Annul a declaration of compliance
///
/// Where a control event found violations, or what was declared is not true. The business is told the reason; the public
/// register shows at once that the declaration no longer holds.
#[utoipa::path(tag = "authority", params(DeclarationPath, IdempotencyKey),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])), extensions(("x-standard" = json!(["4.8.1.3/1"]))))]
#[post("/authority/declarations/{declaration_id}/annulment")]
pub async fn annul_declaration(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<DeclarationPath>,
    key: IdempotencyKey,
    body: Json<NewAnnulment>,
    gateway: Data<Gateway>,
) -> Result<Done<DeclarationView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(caller.as_authority()?, path.into_inner().declaration_id);
    let clerk = gateway.clerk();
    let effect =
        move |tx: &mut dyn Tx, stamp| Ok(done(&DeclarationView::from(annul(tx, &clerk, &command, stamp)?)));
    Ok(gateway.once(claim, effect).await?.into())
}
