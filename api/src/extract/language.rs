//! The caller's language, by Accept-Language (RFC 9110 section 12.5.4).

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{ACCEPT_LANGUAGE, HeaderMap},
};
use domain::text;
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use super::idempotency::header_parameter;
use crate::problem::Fault;

/// The language to answer in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(pub text::Language);

impl FromRequest for Language {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(preferred(request.headers()))))
    }
}

impl IntoParams for Language {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = "`ru` (default) or `en`: the language of texts and problems.";
        vec![header_parameter("Accept-Language", false, text, "en")]
    }
}

/// The language that the headers ask for; Russian where they ask for none of ours.
pub fn preferred(headers: &HeaderMap) -> text::Language {
    let Some(list) = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) else {
        return text::Language::default();
    };
    let mut best = (text::Language::default(), 0);
    for range in list.split(',') {
        if let Some((language, weight)) = weigh(range)
            && weight > best.1
        {
            best = (language, weight);
        }
    }
    best.0
}

/// One range and its weight in thousandths; None for languages we do not speak.
fn weigh(range: &str) -> Option<(text::Language, u16)> {
    let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
    let primary = tag.trim().split('-').next().unwrap_or_default();
    let language = if primary.eq_ignore_ascii_case("en") {
        text::Language::En
    } else if primary.eq_ignore_ascii_case("ru") || primary == "*" {
        text::Language::Ru
    } else {
        return None;
    };
    Some((language, quality(parameters)))
}

fn quality(parameters: &str) -> u16 {
    let Some(value) =
        parameters.trim().strip_prefix(['q', 'Q']).and_then(|rest| rest.trim().strip_prefix('='))
    else {
        return 1000;
    };
    match value.trim().parse::<f32>() {
        Ok(quality) if (0.0..=1.0).contains(&quality) => (quality * 1000.0).round() as u16,
        Ok(_) | Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use domain::text::Language::{En, Ru};

    use super::*;

    #[test]
    fn the_best_weight_wins_and_russian_is_the_default() {
        let table = [
            ("", Ru),
            ("en", En),
            ("EN-gb", En),
            ("ru, en", Ru),
            ("en, ru", En),
            ("ru;q=0.5, en;q=0.9", En),
            ("en;q=0", Ru),
            ("de, fr;q=0.9", Ru),
            ("de, en;q=0.1", En),
            ("*", Ru),
            ("*;q=0.1, en;q=0.2", En),
            ("en;q=nonsense", Ru),
            ("eng", Ru),
        ];
        for (header, language) in table {
            let request = TestRequest::default().insert_header((ACCEPT_LANGUAGE, header)).to_http_request();
            assert_eq!(preferred(request.headers()), language, "{header}");
        }
        assert_eq!(preferred(TestRequest::default().to_http_request().headers()), Ru);
    }
}
