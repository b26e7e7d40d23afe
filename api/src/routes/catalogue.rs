//! The public catalogue: no token is needed.

use actix_web::{get, web::Data};
use domain::{
    catalogue::{Faq, LifeSituation, Segment, ServiceKind, Stage},
    identifier::{IdentifierError, Inn, InnKind},
    text::Text,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use super::find::FindError;
use crate::{
    extract::{Language, Path, Query},
    gateway::Gateway,
    models::catalogue::{
        DictionaryView, FaqList, FormView, InnCheck, LifeSituationList, SearchView, SegmentList, ServiceList,
        ServiceSummary, ServiceView,
    },
    problem::{Rejection, both},
    reply::{Answered, Public},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(
    LifeSituation,
    LifeSituationList,
    Segment,
    SegmentList,
    Faq,
    FaqList,
    ServiceList,
    ServiceSummary,
    ServiceView,
    FormView,
    DictionaryView,
    SearchView,
    InnCheck
)))]
pub struct Schemas;

/// Something in the path, by code.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CodePath {
    /// Its code.
    #[param(example = "tax-balance-certificate")]
    pub code: String,
}

/// List life situations
///
/// The register of life situations with their segments and scenarios: which services, in which order.
#[utoipa::path(tag = "catalogue", security(()), extensions(("x-standard" = json!(["4.3.5.1", "4.6.3.13"]))))]
#[get("/life-situations")]
pub async fn list_life_situations(gateway: Data<Gateway>) -> Public<LifeSituationList> {
    Public::new(&LifeSituationList { items: gateway.catalogue.load().situations().to_vec() }, None)
}

/// Get a life situation
///
/// One situation with its scenario.
#[utoipa::path(tag = "catalogue", params(CodePath), security(()),
    extensions(("x-standard" = json!(["4.3.5.1", "4.6.3.13"]))))]
#[get("/life-situations/{code}")]
pub async fn get_life_situation(
    path: Path<CodePath>,
    gateway: Data<Gateway>,
) -> Result<Public<LifeSituation>, Rejection<FindError>> {
    let catalogue = gateway.catalogue.load();
    let found = catalogue.situations().iter().find(|situation| situation.code == path.code);
    Ok(Public::new(found.ok_or(FindError::NotFound)?, None))
}

/// List segments
///
/// Groups of businesses with their typical needs, and the condition (CEL over the profile) by which they are told.
#[utoipa::path(tag = "catalogue", security(()),
    extensions(("x-standard" = json!(["4.3.5.1", "4.3.4.2/3", "4.6.3.13"]))))]
#[get("/segments")]
pub async fn list_segments(gateway: Data<Gateway>) -> Public<SegmentList> {
    Public::new(&SegmentList { items: gateway.catalogue.load().segments().to_vec() }, None)
}

/// Which services to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ServiceQuery {
    /// Only of this life situation, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64)]
    pub life_situation: Option<String>,
    /// Only for this segment, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64)]
    pub segment: Option<String>,
    /// Only of this kind.
    pub kind: Option<ServiceKind>,
    /// Only of this stage.
    pub stage: Option<Stage>,
}

/// List services and support measures
///
/// Everything that can be asked for, in the order of codes.
#[utoipa::path(tag = "catalogue", params(ServiceQuery), security(()),
    extensions(("x-standard" = json!(["4.4.4/prototypes", "4.3.5.1", "4.6.3.13"]))))]
#[get("/services")]
pub async fn list_services(query: Query<ServiceQuery>, gateway: Data<Gateway>) -> Public<ServiceList> {
    let ServiceQuery { life_situation, segment, kind, stage } = query.0;
    let holds =
        |wanted: &Option<String>, codes: &[String]| wanted.as_ref().is_none_or(|code| codes.contains(code));
    let catalogue = gateway.catalogue.load();
    let fitting = catalogue.services().filter(|service| {
        let document = &service.document;
        holds(&life_situation, &document.life_situations)
            && holds(&segment, &document.segments)
            && kind.is_none_or(|kind| kind == document.kind)
            && stage.is_none_or(|stage| stage == document.stage)
    });
    Public::new(
        &ServiceList { items: fitting.map(|service| ServiceSummary::from(service.as_ref())).collect() },
        None,
    )
}

/// Get a service
///
/// Everything that is known of it without its form: acts, term, fee, result, rules, documents.
#[utoipa::path(tag = "catalogue", params(CodePath), security(()), extensions(("x-standard" = json!(["4.4.4/prototypes", "4.3.5.1", "4.6.3.13"]))))]
#[get("/services/{code}")]
pub async fn get_service(
    path: Path<CodePath>,
    gateway: Data<Gateway>,
) -> Result<Public<ServiceView>, Rejection<FindError>> {
    let catalogue = gateway.catalogue.load();
    let service = catalogue.service(&path.code).ok_or(FindError::NotFound)?;
    Ok(Public::new(&ServiceView::from(service.as_ref()), None))
}

/// Get a form
///
/// The schema, a hint for every field, what follows from leaving an optional one empty, and complete valid examples.
#[utoipa::path(tag = "catalogue", params(CodePath), security(()),
    extensions(("x-standard" = json!(["4.6.3.13", "4.6.3.9/required", "4.6.3.9/hints", "4.6.3.9/lists", "4.6.3.10", "4.5.7.7"]))))]
#[get("/services/{code}/form")]
pub async fn get_service_form(
    path: Path<CodePath>,
    gateway: Data<Gateway>,
) -> Result<Public<FormView>, Rejection<FindError>> {
    let catalogue = gateway.catalogue.load();
    let service = catalogue.service(&path.code).ok_or(FindError::NotFound)?;
    Ok(Public::new(&FormView::from(service.as_ref()), None))
}

/// A dictionary in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DictionaryPath {
    /// Its name: `okved2`, `regions`, `okopf` or `powers`.
    #[param(example = "okved2")]
    pub name: String,
}

/// Which rows of a dictionary to find.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DictionaryQuery {
    /// Part of a title, or the beginning of a code; absent means all rows.
    #[validate(length(max = 200))]
    #[param(max_length = 200)]
    #[param(example = "ресторан")]
    pub q: Option<String>,
    /// At most this many, 1 to 1000.
    #[validate(range(min = 1, max = 1000))]
    #[param(minimum = 1, maximum = 1000, default = 100)]
    pub limit: Option<u16>,
}

/// Search a dictionary
///
/// Substring search, blind to case and to ё/е, over codes and titles.
#[utoipa::path(tag = "catalogue", params(DictionaryPath, DictionaryQuery), security(()),
    extensions(("x-standard" = json!(["4.6.3.13", "4.6.3.9/lists"]))))]
#[get("/dictionaries/{name}")]
pub async fn find_dictionary_items(
    path: Path<DictionaryPath>,
    query: Query<DictionaryQuery>,
    gateway: Data<Gateway>,
) -> Result<Public<DictionaryView>, Rejection<FindError>> {
    let catalogue = gateway.catalogue.load();
    let dictionary = catalogue.dictionary(&path.name).ok_or(FindError::NotFound)?;
    let found = dictionary.find(query.q.as_deref().unwrap_or_default(), query.limit.unwrap_or(100).into());
    Ok(Public::new(&DictionaryView::new(dictionary, found.into_iter().cloned().collect()), None))
}

/// List questions and answers
///
/// Answers to frequent questions, shared by all authorities.
#[utoipa::path(tag = "catalogue", security(()), extensions(("x-standard" = json!(["4.3.5.9", "4.6.3.13"]))))]
#[get("/faq")]
pub async fn list_faq(gateway: Data<Gateway>) -> Public<FaqList> {
    Public::new(&FaqList { items: gateway.catalogue.load().faq().to_vec() }, None)
}

/// What to search for.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// What is looked for, in one's own words.
    #[validate(length(min = 1, max = 500))]
    #[param(min_length = 1, max_length = 500)]
    #[param(example = "зарегистрировать кассу")]
    pub q: String,
}

/// Search the catalogue
///
/// Services, life situations and answers by free text in Russian or English: the best match to confirm where one is
/// clearly ahead, else the three likeliest.
#[utoipa::path(tag = "catalogue", params(SearchQuery), security(()),
    extensions(("x-standard" = json!(["4.6.3.13", "4.6.5.5"]))))]
#[get("/search")]
pub async fn search_catalogue(
    query: Query<SearchQuery>,
    language: Language,
    gateway: Data<Gateway>,
) -> Answered<SearchView> {
    Answered(gateway.catalogue.load().search(&query.q, language.0).into())
}

/// A taxpayer number in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InnPath {
    /// The number to check.
    #[param(example = "9600989390")]
    pub inn: String,
}

/// Check a taxpayer number
///
/// Whether length and check digits of an INN are right. Whether it is registered is not known from them.
#[utoipa::path(tag = "catalogue", params(InnPath), security(()), extensions(("x-standard" = json!(["4.6.3.13", "4.6.3.10"]))))]
#[get("/checks/inn/{inn}")]
pub async fn check_inn(path: Path<InnPath>) -> Answered<InnCheck> {
    let inn = path.into_inner().inn;
    Answered(match Inn::parse(&inn) {
        Ok(parsed) => {
            let kind = match parsed.kind() {
                InnKind::LegalEntity => "legal_entity",
                InnKind::Person => "person",
            };
            InnCheck { inn, valid: true, kind: Some(kind), reason: None }
        }
        Err(error) => InnCheck { inn, valid: false, kind: None, reason: Some(reason(&error)) },
    })
}

fn reason(error: &IdentifierError) -> Text {
    match error {
        IdentifierError::WrongLength { found, .. } => both(
            format!("В ИНН 10 или 12 цифр, здесь {found}."),
            format!("An INN has 10 or 12 digits, this one has {found}."),
        ),
        IdentifierError::WrongCharacter { at } => {
            both(format!("Символ {at} — не цифра."), format!("Character {at} is not a digit."))
        }
        IdentifierError::WrongPrefix { .. } => {
            both("ИНН не может так начинаться.", "No INN begins like this.")
        }
        IdentifierError::WrongCheckDigit => both(
            "Контрольные цифры не сходятся: в номере опечатка.",
            "The check digits do not match: a digit is mistyped.",
        ),
    }
}
