//! What can be wrong with the documents of a catalogue.

use super::load::DocumentKind;

/// One thing that is wrong with a document of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {code} at `{pointer}`: {fault}")]
pub struct CatalogueFault {
    /// The kind of the document.
    pub kind: DocumentKind,
    /// The document's code.
    pub code: String,
    /// JSON Pointer into the document.
    pub pointer: String,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The document has not the shape of its kind.
    #[error("bad shape: {0}")]
    Shape(String),
    /// There must be exactly one document of this kind.
    #[error("expected one such document, found {found}")]
    NotSingle {
        /// How many there are.
        found: usize,
    },
    /// The code is used twice.
    #[error("`{0}` is used twice")]
    Duplicate(String),
    /// Something is named that does not exist.
    #[error("there is no {what} `{name}`")]
    Dangling {
        /// What is named.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The form's schema is not a schema.
    #[error("the schema does not compile: {0}")]
    Schema(String),
    /// The CEL expression does not compile or names something unknown.
    #[error("the expression does not compile: {0}")]
    Expression(String),
    /// A field has no hint.
    #[error("the field has no hint")]
    HintMissing,
    /// An optional field does not say what follows when it stays empty.
    #[error("the optional field has no `if_empty`")]
    IfEmptyMissing,
    /// A service has no example.
    #[error("there is no example")]
    NoExample,
    /// An example does not pass its own form.
    #[error("the example fails at `{place}`: {code}")]
    ExampleFails {
        /// JSON Pointer into the example's form.
        place: String,
        /// The violation's code.
        code: String,
    },
    /// An example does not meet a rule of its own service, or the rule cannot be judged by it.
    #[error("the example does not meet the rule `{rule}`")]
    ExampleUnmet {
        /// The rule's code.
        rule: String,
    },
}
