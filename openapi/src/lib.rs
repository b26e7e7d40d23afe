//! The document of the gateway's two modes, and what must be true of it. Read first: [`lint`].

use utoipa::openapi::OpenApi;

pub mod lint;

/// Which gateway a document describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// The live gateway.
    Live,
    /// The sandbox: the live gateway's operations and its own.
    Sandbox,
}

impl Edition {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Live, Self::Sandbox];

    /// The name of its files under `docs/openapi`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Sandbox => "sandbox",
        }
    }
}

/// The document, built from the mounted routes.
pub fn document(edition: Edition) -> OpenApi {
    api::service::document(edition == Edition::Sandbox)
}

/// The files that are committed for an edition: name and content.
pub fn files(edition: Edition) -> [(String, String); 2] {
    let document = document(edition);
    let json = document.to_pretty_json().expect("a document is JSON");
    let yaml = document.to_yaml().expect("a document is YAML");
    [(format!("{}.json", edition.name()), json + "\n"), (format!("{}.yaml", edition.name()), yaml)]
}

/// `docs/problems.md`, generated from the problem catalogue.
pub fn problems() -> String {
    api::problem::page::problems_markdown()
}
