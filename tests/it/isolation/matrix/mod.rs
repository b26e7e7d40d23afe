//! The matrix of access: every operation of the document, tried by everybody who may not. What each is answered follows
//! from the operation's `x-authz` alone; a new operation is in the matrix as soon as it is in the document.

mod cast;
mod expect;
mod guards;

use std::collections::BTreeMap;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use strum::VariantArray as _;
use tests::{Answer, Engine, Program, on_both_engines};

use self::{
    cast::{Actor, Cast},
    expect::{Expect, expected},
};
use super::{
    Operation,
    walk::problem,
    world::{PATIENT, World},
};

/// The world, everybody who may not, and every operation.
struct Matrix {
    world: World,
    cast: Cast,
    operations: Vec<Operation>,
}

impl Matrix {
    async fn new(engine: Engine, settings: &[(&str, &str)]) -> Option<Self> {
        let world = World::with(engine, settings).await?;
        let cast = Cast::gather(&world).await;
        Some(Self { world, cast, operations: Operation::all() })
    }

    /// Tries all operations by these actors; the number of cells and those that answered otherwise than expected.
    async fn tried_by(&self, actors: &[Actor]) -> (usize, Vec<String>) {
        let cells = actors.iter().flat_map(|actor| self.operations.iter().map(move |one| (*actor, one)));
        let cells = cells.filter_map(|(actor, one)| Some((actor, one, expected(actor, one)?)));
        let (mut count, mut red) = (0, Vec::new());
        for cell in cells {
            count += 1;
            red.extend(self.tried(cell).await);
        }
        (count, red)
    }

    async fn tried(&self, (actor, operation, expect): (Actor, &Operation, Expect)) -> Option<String> {
        let request = self.cast.request(&self.world, actor, operation);
        let (status, answer) = self.answer(actor, operation, request).await;
        let wrong = expect.differs(status, answer.as_ref(), &self.cast.hidden(&self.world, actor))?;
        Some(format!("{} by {actor:?}: {expect:?} expected, {wrong}", operation.id))
    }

    /// The answer held against the document; of what has no body or no end, and of what leads on, the status alone.
    async fn answer(
        &self,
        actor: Actor,
        operation: &Operation,
        request: RequestBuilder,
    ) -> (u16, Option<Answer>) {
        let bodiless = operation.method == Method::HEAD || operation.path.ends_with("/stream");
        if bodiless || operation.path == "/docs" {
            let response = request.send().await.expect("the gateway answers");
            return (response.status().as_u16(), None);
        }
        let answer = self.cast.sender(&self.world, actor, operation).send(request).await;
        (answer.status.as_u16(), Some(answer))
    }

    /// What happened to the victim, newest first.
    async fn of_victim(&self) -> Vec<Value> {
        let path = format!("/v1/businesses/{}/interactions?limit=1000", self.world.things.business);
        let told = self.world.victim.get(&path).await.expect(200);
        told["items"].as_array().expect("a list").clone()
    }
}

async fn every_operation_answers_everybody_as_its_rules_say(engine: Engine) {
    let Some(matrix) = Matrix::new(engine, &[]).await else { return };
    let before = matrix.of_victim().await;
    let (cells, red) = matrix.tried_by(Actor::VARIANTS).await;
    assert!(red.is_empty(), "{} of {cells} cells: {red:#?}", red.len());
    assert!(cells > 2500, "the matrix lost its cells: {cells}");
    eprintln!("{cells} cells are as expected");
    let after = matrix.of_victim().await;
    // Terms and the authority go on by themselves, and who is let in to read is journalled; a denied caller would be
    // named with an act.
    let new = after.iter().filter(|event| !before.contains(event) && event["type"] != "interaction.read");
    let acts: Vec<&Value> = new.filter(|event| event["applicationid"].is_string()).collect();
    assert!(acts.is_empty(), "a denied caller changed the victim: {acts:#?}");
}

/// Each operation is asked by each actor, unless the actor differs in what the operation does not ask for.
#[test]
fn no_cell_of_the_matrix_is_missing() {
    let mut silent: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for operation in Operation::all() {
        for actor in Actor::VARIANTS {
            if expected(*actor, &operation).is_none() {
                silent.entry(format!("{actor:?}")).or_default().push(match operation.needs_key() {
                    true => "takes a key",
                    false => "takes none",
                });
            }
        }
    }
    let keyless = silent.remove("Keyless").unwrap_or_default();
    assert!(
        keyless.iter().all(|what| *what == "takes none"),
        "a keyed operation is not tried without its key"
    );
    assert_eq!(silent.keys().collect::<Vec<_>>(), ["Beneath"], "cells are missing: {silent:#?}");
}

/// A live gateway over what the sandbox left, its keys included: only the issuer of the tokens differs.
async fn no_operation_of_a_live_gateway_takes_a_token_of_the_sandbox(engine: Engine) {
    const BASE_URL: &str = "https://gateway.example";
    // A sandbox that others reach brings nothing to this machine unless told to; the victim's receiver is here.
    let sandbox = [("SHLYUZ_BASE_URL", BASE_URL), ("SHLYUZ_WEBHOOKS__LOOPBACK", "true")];
    let Some(mut world) = World::with(engine, &sandbox).await else { return };
    world.own.program.signal("TERM");
    assert_eq!(world.own.program.wait(), Some(0), "the sandbox ends in order");
    let url = world.own.url().to_owned();
    let live =
        [("SHLYUZ_MODE", "live"), ("SHLYUZ_BASE_URL", BASE_URL), ("SHLYUZ_DATABASE__URL", url.as_str())];
    let Some(live) = Program::start_with(engine, &[&PATIENT[..], &live].concat()) else { return };
    let mut tried = 0;
    for operation in Operation::guarded().into_iter().filter(Operation::is_live) {
        let entitled = world.entitled(&operation).at(live.base_url());
        let request = world.request(&entitled, &operation, &world.path(&operation));
        let answer = world.send(&entitled, &operation, request).await;
        problem(&operation, answer, 401, "unauthenticated");
        tried += 1;
    }
    assert!(tried > 100, "the matrix lost the operations of the live gateway");
}

on_both_engines! {
    every_operation_answers_everybody_as_its_rules_say,
    no_operation_of_a_live_gateway_takes_a_token_of_the_sandbox,
}
