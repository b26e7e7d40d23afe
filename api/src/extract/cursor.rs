//! Cursors: a list's key as an opaque word that fits that list alone.

use actix_web::HttpRequest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::digest::Digest;

/// How many bytes name the list.
const TAG: usize = 4;

/// A list, known by the pattern of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List([u8; TAG]);

impl List {
    /// The list that the request asks for.
    pub fn of(request: &HttpRequest) -> Self {
        Self::at(&request.match_pattern().unwrap_or_default())
    }

    fn at(pattern: &str) -> Self {
        let mut tag = [0; TAG];
        tag.copy_from_slice(&Digest::of(pattern.as_bytes()).as_bytes()[..TAG]);
        Self(tag)
    }

    /// The cursor for a key.
    pub fn cursor(self, key: &str) -> String {
        URL_SAFE_NO_PAD.encode([&self.0[..], key.as_bytes()].concat())
    }

    /// The key of a cursor; None for what this list did not make.
    pub fn key(self, cursor: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let key = String::from_utf8(bytes.strip_prefix(&self.0)?.to_vec()).ok()?;
        (!key.is_empty() && key.len() <= 512 && !key.contains('\0')).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_a_forged_or_foreign_one_does_not() {
        let (list, other) = (List::at("/v1/acts"), List::at("/v1/requirements"));
        assert_eq!(list.key(&list.cursor("2026-11-23|sub_1")).as_deref(), Some("2026-11-23|sub_1"));
        for bad in
            ["", "=", "a", "кириллица", "AA", &list.cursor("a\0b"), &list.cursor(""), &other.cursor("a")]
        {
            assert_eq!(list.key(bad), None, "{bad}");
        }
    }
}
