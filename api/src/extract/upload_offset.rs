//! From which byte on a piece of an upload comes.

use std::future::Ready;

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use super::{idempotency::header_parameter, only_header};
use crate::problem::{Code, Fault, ProblemDraft, both};

/// The `Upload-Offset` header: a count of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadOffset(pub i64);

impl FromRequest for UploadOffset {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let offset = only_header(request, "upload-offset").and_then(|value| value.parse::<u32>().ok());
        std::future::ready(offset.map(|offset| Self(offset.into())).ok_or_else(missing))
    }
}

fn missing() -> Fault {
    let detail = both(
        "Нужен заголовок Upload-Offset: с какого байта идёт эта часть (начало — 0).",
        "The header Upload-Offset is needed: from which byte on this piece comes (0 at the beginning).",
    );
    ProblemDraft::new(Code::MalformedRequest, detail).into()
}

impl IntoParams for UploadOffset {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![header_parameter(
            "Upload-Offset",
            true,
            "From which byte on this piece comes; 0 at the beginning.",
            "0",
        )]
    }
}
