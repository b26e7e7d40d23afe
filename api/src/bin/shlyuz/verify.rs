//! Verifies a receipt with nothing but files: no gateway, no network.

use std::{fmt::Write, fs, path::Path};

use api::access::{
    json::read_object,
    receipt::{ReceiptClaims, verify_receipt},
};
use domain::{digest::Digest, receipt::document_digest};
use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// Members of a receipt as the gateway shows it, with the signed claims that they repeat.
const REPEATED: [(&str, &str); 10] = [
    ("id", "jti"),
    ("act", "act"),
    ("subject", "sub"),
    ("business_id", "business_id"),
    ("application_id", "client_id"),
    ("sequence", "seq"),
    ("digest", "digest"),
    ("body_digest", "body_digest"),
    ("idempotency_key", "idempotency_key"),
    ("at", "at"),
];

/// What is printed of a valid receipt: label and claim.
const SHOWN: [(&str, &str); 6] = [
    ("act", "act"),
    ("subject", "sub"),
    ("business", "business_id"),
    ("at", "at"),
    ("sequence", "seq"),
    ("digest", "digest"),
];

/// Checks the signature, what the file repeats of it, and the document if one is given; returns what to print.
///
/// # Errors
/// [`Failure::Failed`] with the first reason for which the receipt proves nothing, or does not prove this document.
pub fn verify(receipt: &Path, jwks: &Path, document: Option<&Path>) -> Result<String, Failure> {
    let (jws, view) = read_receipt(receipt)?;
    let keys = Value::Object(object(jwks)?);
    let ReceiptClaims(claims) =
        verify_receipt(&jws, &keys).map_err(|error| Failure::of("not valid", error))?;
    if let Some(view) = view {
        agree(&view, &claims)?;
    }
    if let Some(document) = document {
        proves(&claims, &object(document)?, document)?;
    }
    let mut text = String::new();
    for (label, claim) in SHOWN {
        let value = claims.get(claim).map_or_else(String::new, plain);
        writeln!(text, "{label}: {value}").expect("writing to memory does not fail");
    }
    text.push_str(if document.is_some() { "document: the same\nvalid\n" } else { "valid\n" });
    Ok(text)
}

/// The JWS of a receipt.
///
/// # Errors
/// Where the file cannot be read or holds none.
pub fn read_jws(path: &Path) -> Result<String, Failure> {
    read_receipt(path).map(|(jws, _)| jws)
}

/// The JWS, and the receipt around it where the file has one: the gateway's receipt, or an answer that carries one.
fn read_receipt(path: &Path) -> Result<(String, Option<Map<String, Value>>), Failure> {
    let bytes = read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    if !text.trim_start().starts_with('{') {
        return Ok((text.trim().to_owned(), None));
    }
    let mut view = parse(path, &bytes)?;
    if let Some(Value::Object(inner)) = view.remove("receipt") {
        view = inner;
    }
    match view.get("jws") {
        Some(Value::String(jws)) => Ok((jws.clone(), Some(view))),
        Some(_) | None => Err(Failure::of(path.display(), "there is no `jws` in it")),
    }
}

/// What stands in the file beside the signature must be what was signed.
fn agree(view: &Map<String, Value>, claims: &Map<String, Value>) -> Result<(), Failure> {
    for (member, claim) in REPEATED {
        let signed = claims.get(claim).unwrap_or(&Value::Null);
        if view.get(member).is_some_and(|shown| shown != signed) {
            let why = format!("`{member}` in the file is not what was signed ({})", plain(signed));
            return Err(Failure::of("not valid", why));
        }
    }
    Ok(())
}

fn proves(claims: &Map<String, Value>, document: &Map<String, Value>, path: &Path) -> Result<(), Failure> {
    let computed = document_digest(&receipted(document, path)?);
    let signed = claims.get("digest").map_or_else(String::new, plain);
    if computed.to_string() == signed {
        Ok(())
    } else {
        Err(Failure::of(
            "not valid",
            format!("the document's digest is {computed}, the receipt is for {signed}"),
        ))
    }
}

/// The document a receipt is made over, out of itself or out of a submission that holds more.
fn receipted(document: &Map<String, Value>, path: &Path) -> Result<Value, Failure> {
    let missing =
        |member: &str| Failure::of(path.display(), format!("`{member}` is missing or of another kind"));
    let service =
        document.get("service").filter(|service| service.is_string()).ok_or_else(|| missing("service"))?;
    let form = document.get("form").filter(|form| form.is_object()).ok_or_else(|| missing("form"))?;
    let attachments = match document.get("attachments") {
        None => Vec::new(),
        Some(Value::Array(items)) => {
            items.iter().map(digest).collect::<Option<Vec<_>>>().ok_or_else(|| missing("attachments"))?
        }
        Some(_) => return Err(missing("attachments")),
    };
    Ok(json!({ "service": service, "form": form, "attachments": attachments }))
}

/// An attachment as its digest, or as an object that names it.
fn digest(attachment: &Value) -> Option<Digest> {
    attachment.get("digest").unwrap_or(attachment).as_str()?.parse().ok()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn object(path: &Path) -> Result<Map<String, Value>, Failure> {
    parse(path, &read(path)?)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Map<String, Value>, Failure> {
    read_object(bytes).map_err(|error| Failure::of(path.display(), error))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::of(path.display(), error))
}

#[cfg(test)]
mod tests;
