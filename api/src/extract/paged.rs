//! Lists: a filter and a page, each with its own refusals.

use std::future::Ready;

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use domain::page::PageRequest;
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;
use validator::Validate;

use super::{cursor::List, front_of, query};
use crate::problem::{Fault, both, violation};

/// Which page of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// At most this many rows.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before; opaque.
    #[param(min_length = 1, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// A list without a filter.
#[derive(Debug, Clone, Copy, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Unfiltered {}

/// A list's filter and page. `F` denies unknown fields; document it with `params(F, PageQuery)`.
///
/// serde can neither flatten a struct out of a query nor deny unknown fields beside it: the page's two parameters are
/// taken out here, and the filter sees the rest.
#[derive(Debug)]
pub struct Paged<F = Unfiltered> {
    /// What to list.
    pub filter: F,
    /// Which page of it.
    pub page: PageRequest,
    /// Makes the cursors of its pages.
    pub list: List,
}

impl<F: DeserializeOwned + Validate> FromRequest for Paged<F> {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let values = &front_of(request).limits().values;
        let asked = (request.query_string(), List::of(request));
        std::future::ready(read(asked, values.page_items_default, values.page_items))
    }
}

fn read<F: DeserializeOwned + Validate>(
    (query, list): (&str, List),
    default: u32,
    most: u32,
) -> Result<Paged<F>, Fault> {
    let (paging, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_paging);
    let filter = query::read(&rest.join("&"))?;
    let PageQuery { limit, cursor } = query::read(&paging.join("&"))?;
    let limit = limit.unwrap_or(default);
    if !(1..=most).contains(&limit) {
        let text = both(format!("Значение — от 1 до {most}."), format!("The value must be 1 to {most}."));
        return Err(query::refused(vec![violation("limit", "range", text.clone(), text)]));
    }
    let after = cursor.as_deref().map(|given| list.key(given).ok_or_else(foreign_cursor)).transpose()?;
    Ok(Paged { filter, page: PageRequest { after, limit }, list })
}

fn is_paging(pair: &&str) -> bool {
    matches!(pair.split('=').next(), Some("limit" | "cursor"))
}

/// The refusal of a cursor that another list made.
pub fn foreign_cursor() -> Fault {
    let detail = both("Это не курсор этого списка.", "This is not a cursor of this list.");
    let fix = both(
        "Возьмите next_cursor предыдущей страницы или начните без cursor.",
        "Take next_cursor of the page before, or begin without cursor.",
    );
    query::refused(vec![violation("cursor", "format", detail, fix)])
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        state: Option<String>,
    }

    #[test]
    fn filter_and_page_are_read_apart() {
        let list = List::of(&TestRequest::default().to_http_request());
        let query = format!("state=lodged&limit=7&cursor={}", list.cursor("k"));
        let paged = read::<Filter>((&query, list), 100, 1000).expect("good");
        assert_eq!(paged.filter.state.as_deref(), Some("lodged"));
        assert_eq!(paged.page, PageRequest { after: Some("k".into()), limit: 7 });
        assert_eq!(
            read::<Unfiltered>(("", list), 100, 1000).expect("good").page,
            PageRequest { after: None, limit: 100 }
        );
        for bad in ["limit=0", "limit=1001", "limit=x", "cursor=%21", "state=x", "limit=1&limit=2"] {
            let draft = read::<Unfiltered>((bad, list), 100, 1000).expect_err(bad).into_draft();
            assert!(draft.violations[0].pointer.starts_with('?'), "{bad}");
        }
    }
}
