//! How a refusal of a row of the registry is put.

use crate::{
    error::{Fix, Violation},
    text::Text,
};

/// One thing that is wrong, at one place, in Russian and English, and how to mend it.
pub(super) fn objection<R: Into<String>, E: Into<String>, F: Into<String>, G: Into<String>>(
    pointer: &str,
    code: &str,
    (ru, en): (R, E),
    (fix_ru, fix_en): (F, G),
) -> Violation {
    Violation {
        pointer: pointer.to_owned(),
        code: code.to_owned(),
        detail: Text { ru: ru.into(), en: en.into() },
        fix: Fix::say(Text { ru: fix_ru.into(), en: fix_en.into() }),
    }
}
