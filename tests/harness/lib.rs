//! What the tests share: the program as a process, a client that holds every answer against the document, and
//! a throw-away PostgreSQL.

pub mod bound;
pub mod certificates;
pub mod client;
pub mod document;
pub mod engines;
pub mod filing;
pub mod merkle;
pub mod multitude;
pub mod own;
pub mod pages;
pub mod papers;
pub mod postgres;
pub mod program;
pub mod receiver;
pub mod registry;
pub mod representatives;

pub use bound::{Bound, Key};
pub use client::{Answer, Client};
pub use own::Own;
pub use program::{Engine, Program};
