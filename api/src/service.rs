//! The mounted routes with their document: what is served is what is told.

use actix_web::{
    App, Error,
    dev::{ServiceFactory, ServiceRequest},
};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{access_rules, middleware::AllowedMethods, routes};

/// Mounts every route on `app` and returns it with the finished document.
pub fn mounted<T>(app: App<T>, sandbox: bool) -> (App<T>, OpenApi)
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    let app = app.into_utoipa_app().openapi(routes::base_document());
    let (app, mut document) = app.configure(|config| routes::mount(config, sandbox)).split_for_parts();
    routes::complete(&mut document);
    (app, document)
}

/// The document of a gateway, without one.
pub fn document(sandbox: bool) -> OpenApi {
    let mut document = mounted(App::new(), sandbox).1;
    let live = mounted(App::new(), false).1.paths;
    access_rules::tell(&mut document, &live);
    document
}

/// Which methods each path takes, for 405 with Allow.
pub fn allowed_methods(document: &OpenApi) -> AllowedMethods {
    AllowedMethods::of(document)
}

/// Swagger UI over the served document, ready to authorise.
pub fn swagger() -> SwaggerUi {
    let config = Config::from("/openapi.json").persist_authorization(true).try_it_out_enabled(true);
    SwaggerUi::new("/docs/{_:.*}").config(config)
}
