//! What models of supervision share.

use actix_web::http::Uri;
use domain::{compliance::visit::Slot, text::Text};
use validator::ValidationError;

use crate::extract::refuse;

/// The longest text for people, in characters.
const TEXT_CHARS: usize = 5000;
/// The longest name of a desk, in characters.
const DESK_CHARS: usize = 64;

/// A text that says something in both languages.
pub fn said(text: &Text) -> Result<(), ValidationError> {
    let fits = |text: &String| !text.trim().is_empty() && text.chars().count() <= TEXT_CHARS;
    if fits(&text.ru) && fits(&text.en) {
        return Ok(());
    }
    Err(refuse(
        "length",
        "Нужен текст на обоих языках, до 5000 знаков.",
        "A text in both languages, up to 5000 characters.",
    ))
}

/// A link to a video conference: `https`, with a host and without credentials.
pub fn secure_link(link: &str) -> Result<(), ValidationError> {
    let uri: Option<Uri> = link.parse().ok();
    let secure = uri.as_ref().is_some_and(|uri| {
        let plain_host = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        uri.scheme_str() == Some("https") && plain_host
    });
    if secure {
        Ok(())
    } else {
        Err(refuse("format", "Нужна ссылка https://….", "A link https://… is needed."))
    }
}

/// Names of desks are short and not empty.
pub fn named_desks(slots: &[Slot]) -> Result<(), ValidationError> {
    let fits = |desk: &String| (1..=DESK_CHARS).contains(&desk.chars().count());
    if slots.iter().all(|slot| slot.desk.as_ref().is_none_or(fits)) {
        return Ok(());
    }
    Err(refuse("length", "Имя desk — 1–64 знака.", "The name of a desk is 1 to 64 characters."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_video_link_is_secure() {
        for good in ["https://video.example.test/room-7", "https://video.example.test:8443/?room=7"] {
            assert!(secure_link(good).is_ok(), "{good}");
        }
        for bad in [
            "http://video.example.test/",
            "javascript:alert(1)",
            "https:",
            "https://user:pass@host/",
            "/room",
            "",
            "ссылка",
        ] {
            assert!(secure_link(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_text_says_something_in_both_languages() {
        assert!(said(&Text::new("Да", "Yes")).is_ok());
        assert!(said(&Text::new("Да", " ")).is_err() && said(&Text::new("я".repeat(5001), "Yes")).is_err());
    }
}
