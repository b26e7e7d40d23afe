//! Lists that are read by people's programs too: JSON, or a line for each row, or a table.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::header::{ACCEPT, CACHE_CONTROL, LINK, VARY},
};
use domain::page::Page;
use serde::Serialize;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, RefOr},
};

use super::{Documented, List, Listed, next_link, to_json};

/// A row of a table.
pub trait Tabular {
    /// The heads of the columns.
    const COLUMNS: &'static [&'static str];

    /// The row's cells, one for each column.
    fn cells(&self) -> Vec<String>;
}

/// 200 with a page of a list in the form that `Accept` names; JSON where it names none of them.
#[derive(Debug)]
pub struct Exported<T>(pub Page<T>);

const LINES: &str = "application/x-ndjson";
const TABLE: &str = "text/csv";

impl<T: Serialize + Tabular> Responder for Exported<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (media, body) = if accept.contains(LINES) {
            (LINES, lines(&self.0.items))
        } else if accept.contains(TABLE) {
            ("text/csv; charset=utf-8", table(&self.0.items))
        } else {
            return Listed(self.0).respond_to(request);
        };
        let mut reply = HttpResponse::Ok();
        if let Some(next) = self.0.next.as_deref().map(|key| List::of(request).cursor(key)) {
            reply.insert_header((LINK, next_link(request, &next)));
        }
        reply.insert_header((CACHE_CONTROL, "private, no-cache")).insert_header((VARY, "Accept"));
        reply.content_type(media).body(body)
    }
}

fn lines<T: Serialize>(rows: &[T]) -> String {
    rows.iter().flat_map(|row| [to_json(row), "\n".to_owned()]).collect()
}

/// RFC 4180.
fn table<T: Tabular>(rows: &[T]) -> String {
    let head = T::COLUMNS.iter().map(|column| (*column).to_owned()).collect();
    let all = std::iter::once(head).chain(rows.iter().map(T::cells));
    all.map(|cells| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\r\n").collect()
}

/// A cell in quotes. What a spreadsheet would take for a formula becomes text.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, cell.replace('"', "\"\""))
}

impl<T: ToSchema> IntoResponses for Exported<T> {
    fn responses() -> Documented {
        let mut documented = Listed::<T>::responses();
        if let Some(RefOr::T(page)) = documented.get_mut("200") {
            for media in [LINES, TABLE] {
                page.content.insert(media.to_owned(), ContentBuilder::new().build().into());
            }
        }
        documented
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Row(&'static str);

    impl Tabular for Row {
        const COLUMNS: &'static [&'static str] = &["a", "b"];

        fn cells(&self) -> Vec<String> {
            vec![self.0.to_owned(), "x".to_owned()]
        }
    }

    #[test]
    fn a_table_is_quoted_and_holds_no_formula() {
        let rows = [Row("say \"so\",\nplease"), Row("=1+1")];
        assert_eq!(table(&rows), "\"a\",\"b\"\r\n\"say \"\"so\"\",\nplease\",\"x\"\r\n\"'=1+1\",\"x\"\r\n");
    }
}
