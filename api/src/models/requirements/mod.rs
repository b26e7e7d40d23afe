//! Mandatory requirements on the wire, one file per noun.

pub mod algorithm_run;
pub mod caution;
pub mod check_pack;
pub mod confirmation;
pub mod declaration;
pub mod duty;
pub mod evidence;
pub mod inapplicability;
pub mod inquiry;
pub mod personal_list;
pub mod practice;
pub mod recognition;
pub mod recomputation;
pub mod registry;
pub mod risk;
pub mod self_check;
pub mod supervision;
pub mod supposed;
pub mod upsert;
pub mod visit;
