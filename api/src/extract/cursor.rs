//! Cursors: a list's key as an opaque word.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The cursor for a key.
pub fn encode(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

/// The key of a cursor; None for what we did not make.
pub fn decode(cursor: &str) -> Option<String> {
    let key = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    (!key.is_empty() && key.len() <= 512 && !key.contains('\0')).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_a_forged_one_does_not() {
        assert_eq!(decode(&encode("2026-11-23|sub_1")).as_deref(), Some("2026-11-23|sub_1"));
        for bad in ["", "=", "a", "кириллица", "AA", &encode("a\0b")] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
