//! The life of a submission, from the first draft to a rated decision.

mod deciding;
mod drafting;
mod expiring;
mod history;
mod listing;
mod lodging;
mod mending;
mod several;
mod withdrawing;
