//! Why a requirement applies, or which fact it waits for: kept with the list as facts, worded when it is read.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::condition::{FactTest, Truth};

/// One test that decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// What was asked of which fact.
    #[serde(flatten)]
    pub test: FactTest,
    /// The fact's value at that time; None where it was unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// How the test came out.
    pub holds: Truth,
}
