//! Mandatory requirements over HTTP, one file per noun.

mod algorithm_runs;
mod cafe;
mod caution;
mod check_packs;
mod confirmation;
mod declarations;
mod duty;
mod evidence;
mod evidence_asks;
mod inapplicability;
mod personal_list;
pub mod practice;
mod recognition;
mod recomputation;
mod registry;
mod risk;
pub mod self_checks;
mod state_resources;
mod upsert;
mod visit;
