//! Which methods a path takes. actix answers 404 where only the method is wrong; we answer 405 with Allow.

use std::collections::BTreeMap;

use actix_web::dev::ResourceDef;
use utoipa::openapi::OpenApi;

/// The methods of every documented path.
pub struct AllowedMethods(Vec<(ResourceDef, String)>);

impl AllowedMethods {
    /// Reads the methods from the document: what is served is what it says.
    pub fn of(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter().map(|(path, item)| {
            let methods = [
                ("GET", &item.get),
                ("HEAD", &item.head),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("PATCH", &item.patch),
                ("DELETE", &item.delete),
                ("OPTIONS", &item.options),
            ];
            let allowed: Vec<&str> = methods
                .into_iter()
                .filter_map(|(name, operation)| operation.is_some().then_some(name))
                .collect();
            (path.as_str(), allowed.join(", "))
        });
        // Paths without parameters first, as they are mounted: `/x/all` before `/x/{id}`.
        let sorted: BTreeMap<(bool, &str), String> =
            paths.map(|(path, allowed)| ((path.contains('{'), path), allowed)).collect();
        Self(sorted.into_iter().map(|((_, path), allowed)| (ResourceDef::new(path), allowed)).collect())
    }

    /// The Allow header for a path; None for a path that the document does not have.
    pub fn for_path(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(pattern, _)| pattern.is_match(path)).map(|(_, allowed)| allowed.as_str())
    }
}
