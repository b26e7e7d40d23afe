//! Full-text search over the registry of requirements.

use std::sync::Arc;

use crate::requirement::registry::Registry;

/// Makes a search over one edition of the registry.
pub trait RequirementIndex: Send + Sync {
    /// Reads the whole registry; what it returns never changes.
    fn index(&self, registry: &Registry) -> Arc<dyn RequirementSearch>;
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// Requirements.
    Requirements,
    /// Acts.
    Acts,
    /// Digests of practice and explanations.
    Practice,
}

/// Something that shares words with a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Its code.
    pub code: Arc<str>,
    /// How well it fits; comparable within one answer only.
    pub score: f32,
}

/// Finds what shares words with a free text, in any of their forms, Russian or English.
pub trait RequirementSearch: Send + Sync {
    /// Everything found, best first, and of equals in the order of codes. A query without a word finds nothing; no
    /// query fails.
    fn hits(&self, sought: Sought, query: &str) -> Vec<Hit>;
}
