//! Mandatory requirements («обязательные требования», 4.7): the registry, to whom a requirement applies, and why.
//!
//! Read first: [`condition`], then [`registry::Registry`].

pub mod browse;
pub mod builtin;
pub mod check_pack;
pub mod checklist;
pub mod checks;
pub mod condition;
pub mod document;
pub mod fact;
pub mod history;
pub mod list;
#[cfg(test)]
mod list_tests;
pub mod model;
mod objection;
pub mod practice;
pub mod questions;
mod reach;
pub mod reason;
pub mod refresh;
pub mod registry;
pub mod risk;
mod row;
pub mod timing;
pub mod upsert;
pub mod what_if;
pub mod wording;

#[cfg(test)]
mod builtin_tests;
#[cfg(test)]
mod upsert_tests;
