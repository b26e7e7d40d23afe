//! A tour: operations called by those who may, each remembered.

use std::{cell::RefCell, collections::BTreeSet};

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tests::{Engine, client::text, papers};

use super::{Operation, world::World};

/// Calls operations by their ids and remembers which.
pub struct Tour {
    pub world: World,
    pub operations: Vec<Operation>,
    pub called: RefCell<BTreeSet<String>>,
}

/// What a call brings beyond what every call of its operation brings.
#[derive(Default)]
pub struct Call {
    /// What stands in the path instead of the victim's things.
    pub instead: Vec<(String, String)>,
    pub query: &'static str,
    pub body: Option<Value>,
    /// Headers in the place of those that every call has.
    pub headers: HeaderMap,
}

impl Call {
    pub fn with(body: Value) -> Self {
        Self { body: Some(body), ..Self::default() }
    }

    pub fn on(mut self, submission: &str, world: &World) -> Self {
        self.instead.push((world.things.submission.clone(), submission.to_owned()));
        self
    }

    pub fn attached(mut self, attachment: &str, world: &World) -> Self {
        self.instead.push((world.things.attachment.clone(), attachment.to_owned()));
        self
    }
}

impl Tour {
    pub async fn new(engine: Engine) -> Option<Self> {
        let world = World::new(engine).await?;
        Some(Self { world, operations: Operation::all(), called: RefCell::default() })
    }

    /// Calls an operation as its entitled caller; it must succeed.
    pub async fn call(&self, id: &str, call: Call) -> Value {
        let operation = self.operations.iter().find(|operation| operation.id == id);
        let operation = operation.unwrap_or_else(|| panic!("there is no operation {id}"));
        let mut path = self.world.path(operation);
        for (old, new) in &call.instead {
            path = path.replace(old, new);
        }
        let client = self.world.entitled(operation);
        path.push_str(call.query);
        let request = match &call.body {
            Some(body) => self.world.request_with(client, operation, &path, body.to_string().into()),
            None => self.world.request(client, operation, &path),
        };
        let request = request.headers(call.headers);
        let answer = self.world.send(client, operation, request).await;
        let text = String::from_utf8_lossy(&answer.bytes).into_owned();
        assert!(answer.status.is_success(), "{id} answered {}: {text}", answer.status);
        self.called.borrow_mut().insert(id.to_owned());
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    pub async fn plain(&self, id: &str) -> Value {
        self.call(id, Call::default()).await
    }

    /// A fresh submission of the victim: another form each time, or it would be a duplicate.
    pub async fn lodged(&self, phone: u32) -> String {
        let mut body = papers::certificate("office@example.test", true);
        body["form"]["contact"]["phone"] = json!(format!("+7999{phone:07}"));
        text(&self.call("create_submission", Call::with(body)).await["id"])
    }
}
