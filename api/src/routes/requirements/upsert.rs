//! What authorities bring into the registry.

use actix_web::{post, web::Data};
use domain::ports::store::StoreError;
use utoipa::OpenApi;

use crate::{
    access::scope::{AuthorityRegistryWrite, Scope},
    extract::{Caller, IdempotencyKey, NdJson},
    gateway::Gateway,
    models::requirements::upsert::{NewRow, RegistryReport, RowResult},
    problem::Rejection,
    registry::bring::bring,
    reply::Done,
};

/// The schemas that the handler below replies with.
#[derive(OpenApi)]
#[openapi(components(schemas(NewRow, RegistryReport, RowResult)))]
pub struct Schemas;

/// Bring documents into the registry
///
/// Acts, requirements, algorithms, checklists, check packs and publications about practice, thousands in one call, each a JSON object on a line of
/// its own. A row replaces the document with its code whole, as a new version; a row like the registry's changes
/// nothing. Each row stands alone: one refused (`violations`) harms no other, and rows may refer to one another in any
/// order. An authority writes the requirements that it supervises or whose acts it develops, and publishes its own practice about what it supervises; requirements are ended by
/// `status: repealed`, never removed. `warnings` name what is odd by 247-ФЗ, or a requirement without an algorithm.
///
/// What comes in is in force at once with the answer, as one edition of the registry that the answer names. A call that
/// broke off is finished by repeating it under its key; until then what it brought is not in force. Calls take turns, over
/// all gateways: what one brings is judged by what the call before it left. Limits: `registry_rows` and `registry_bytes` in `/v1/limits`.
#[utoipa::path(tag = "requirements", params(IdempotencyKey),
    request_body(content = NewRow, content_type = "application/x-ndjson", description = "One row on each line.",
        example = json!({"kind": "act", "code": "ed-7-14-617-2020", "document": {"code": "ed-7-14-617-2020",
            "kind": "ministry_order", "level": "federal", "number": "ЕД-7-14/617@", "date": "2020-08-31",
            "title": {"ru": "Приказ ФНС России о формах заявлений о регистрации", "en": "Order of the Federal Tax Service on the forms of applications for registration"},
            "developer": "aut_fns", "as_of": "2026-11-01"}})),
    security(("oauth2" = [AuthorityRegistryWrite::NAME])),
    extensions(("x-standard" = json!(["4.7.1.1", "4.7.2.1", "4.8.1.3/5"]))))]
#[post("/authority/registry")]
pub async fn bring_registry_documents(
    caller: Caller<AuthorityRegistryWrite>,
    key: IdempotencyKey,
    body: NdJson<NewRow>,
    gateway: Data<Gateway>,
) -> Result<Done<RegistryReport>, Rejection<StoreError>> {
    let actor = caller.as_authority()?;
    let claim = key.claim(&caller.application, Some(body.digest))?;
    Ok(bring(&gateway, actor, claim, body.lines).await?.into())
}
