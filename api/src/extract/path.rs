//! Path parameters: what cannot be an id names nothing, so it is not found.

use std::future::Ready;

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use serde::de::DeserializeOwned;

use crate::problem::{Code, Fault};

/// Path parameters, parsed.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T> std::ops::Deref for Path<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Path<T> {
    /// What the path says.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parsed = web::Path::<T>::from_request(request, payload).into_inner();
        std::future::ready(match parsed {
            Ok(path) => Ok(Self(path.into_inner())),
            Err(_) => Err(Fault::plain(Code::NotFound)),
        })
    }
}
