//! Bodies of many rows, each a JSON object on a line of its own (NDJSON): read strictly, each row on its own.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use domain::{digest::Digest, error::Violation};
use futures_util::future::{FutureExt as _, LocalBoxFuture};
use serde::de::DeserializeOwned;
use validator::Validate;

use super::{body::PacedBody, front_of, json};
use crate::problem::{Code, Fault, ProblemDraft, both, violation};

/// One line of the body that is not blank.
#[derive(Debug)]
pub struct Line<T> {
    /// Its number, from 1.
    pub number: u32,
    /// What it says, or why it cannot be read; a row that cannot be read harms no other.
    pub value: Result<T, Vec<Violation>>,
}

/// An NDJSON body.
#[derive(Debug)]
pub struct NdJson<T> {
    /// Its rows in order.
    pub lines: Vec<Line<T>>,
    /// The digest of its bytes.
    pub digest: Digest,
}

/// What a body of rows is held to.
#[derive(Clone, Copy)]
struct Bounds {
    rows: usize,
    line_bytes: usize,
    depth: u32,
}

impl<T: DeserializeOwned + Validate + Send + 'static> FromRequest for NdJson<T> {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limits = front_of(request).limits();
        let values = &limits.values;
        let bounds = Bounds {
            rows: values.registry_rows as usize,
            line_bytes: usize::try_from(values.body_bytes).unwrap_or(usize::MAX),
            depth: values.json_depth,
        };
        let body = json::expect_media_type(request, "application/x-ndjson").and_then(|()| {
            PacedBody::begin(request, payload.take(), limits.upload_pace(), values.registry_bytes)
        });
        async move {
            let bytes = body?.whole().await?;
            // Tens of megabytes take longer to read than a worker may be kept from its other requests.
            let reading = tokio::task::spawn_blocking(move || {
                Ok(Self { lines: lines(&bytes, bounds)?, digest: Digest::of(&bytes) })
            });
            reading.await.map_err(|error| Fault::from(ProblemDraft::plain(Code::Internal).cause(error)))?
        }
        .boxed_local()
    }
}

fn lines<T: DeserializeOwned + Validate>(bytes: &[u8], bounds: Bounds) -> Result<Vec<Line<T>>, Fault> {
    let numbered = (1_u32..).zip(bytes.split(|byte| *byte == b'\n'));
    let full = numbered.filter(|(_, line)| !line.trim_ascii().is_empty());
    let mut lines = Vec::new();
    for (number, line) in full {
        if lines.len() == bounds.rows {
            return Err(too_many(bounds.rows));
        }
        lines.push(Line { number, value: row(line, bounds) });
    }
    Ok(lines)
}

fn row<T: DeserializeOwned + Validate>(line: &[u8], bounds: Bounds) -> Result<T, Vec<Violation>> {
    if line.len() > bounds.line_bytes {
        return Err(vec![too_long(bounds.line_bytes)]);
    }
    json::read(line, bounds.depth).map_err(|fault| fault.into_draft().violations)
}

fn too_many(rows: usize) -> Fault {
    let detail = both(format!("Строк больше {rows}."), format!("There are more than {rows} rows."));
    ProblemDraft::new(Code::PayloadTooLarge, detail).with("limit_rows", rows).into()
}

fn too_long(bytes: usize) -> Violation {
    violation(
        "",
        "length",
        both(format!("Строка длиннее {bytes} байт."), format!("The row has more than {bytes} bytes.")),
        both("Сократите запись.", "Shorten the row."),
    )
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Item {
        #[validate(length(max = 4))]
        name: String,
    }

    const BOUNDS: Bounds = Bounds { rows: 5, line_bytes: 40, depth: 8 };

    fn read(body: &str) -> Vec<(u32, Result<String, String>)> {
        let lines = lines::<Item>(body.as_bytes(), BOUNDS).expect("not too many");
        let told = |line: Line<Item>| {
            let value = line.value.map(|item| item.name);
            (line.number, value.map_err(|wrong| format!("{} {}", wrong[0].pointer, wrong[0].code)))
        };
        lines.into_iter().map(told).collect()
    }

    #[test]
    fn each_row_stands_alone() {
        let long = format!("{{\"name\":\"{}\"}}", "x".repeat(40));
        let body =
            format!("{{\"name\":\"a\"}}\n\n {{\"name\":7}}\r\nnonsense\n{{\"name\":\"abcde\"}}\n{long}\n");
        let told = read(&body);
        let wrong = |text: &str| Err(text.to_owned());
        assert_eq!(
            told,
            [
                (1, Ok("a".into())),
                (3, wrong("/name type")),
                (4, wrong(" syntax")),
                (5, wrong("/name length")),
                (6, wrong(" length")),
            ]
        );
    }

    #[test]
    fn too_many_rows_are_refused_together() {
        let refused = lines::<Item>("{}\n".repeat(6).as_bytes(), BOUNDS).map(|_| ()).expect_err("too many");
        assert_eq!(refused.into_draft().code, Code::PayloadTooLarge);
        assert!(read("").is_empty() && read("\n\n").is_empty());
    }
}
