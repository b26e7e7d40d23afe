//! Everything of Shlyuz that speaks HTTP, in and out. Read first: [`gateway`].

pub mod access;
mod access_rules;
pub mod blobs;
pub mod clients;
pub mod enrol;
pub mod extract;
pub mod feed;
pub mod gateway;
pub mod keyed;
pub mod limits;
pub mod lists;
pub mod middleware;
pub mod models;
pub mod outbound;
pub mod pages;
pub mod possession;
pub mod problem;
pub mod publish;
pub mod registry;
pub mod reply;
pub mod routes;
pub mod sandbox;
pub mod service;
pub mod tokens;
pub mod upload;
