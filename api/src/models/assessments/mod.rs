//! Assessments of requirements on the wire, one file per noun.

pub mod addressed;
pub mod assessment;
pub mod cost;
pub mod rules;
pub mod summary;
