//! Dictionaries: closed lists that are too long for an enumeration in a form.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::words::fold;
use crate::text::Text;

/// A dictionary: ОКВЭД 2, regions, ОКОПФ, powers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Dictionary {
    /// The name by which forms refer to it.
    #[cfg_attr(feature = "schema", schema(example = "okved2"))]
    pub name: String,
    /// Title.
    pub title: Text,
    /// Where the items come from.
    pub source: Text,
    /// The day on which the items were checked.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-01"))]
    pub as_of: Date,
    /// Whether every code of the source is here. A finer code of an incomplete dictionary counts as known if the code
    /// above it is.
    pub complete: bool,
    /// The items in the order of the source.
    pub items: Vec<DictionaryItem>,
}

/// One item of a dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DictionaryItem {
    /// The code that forms carry.
    #[cfg_attr(feature = "schema", schema(example = "56.10"))]
    pub code: String,
    /// Title.
    pub title: Text,
    /// Code of the item above it.
    #[serde(default)]
    pub parent: Option<String>,
}

impl Dictionary {
    /// The item with this very code.
    pub fn item(&self, code: &str) -> Option<&DictionaryItem> {
        self.items.iter().find(|item| item.code == code)
    }

    /// Whether a form may carry this code.
    ///
    /// Of an incomplete dictionary, `56.10.24` is taken where `56.10` or `56` is listed: refusing a true code for the
    /// list's sake would be worse than letting the authority see an unusual one.
    pub fn contains(&self, code: &str) -> bool {
        if self.item(code).is_some() {
            return true;
        }
        let mut above = code;
        while let Some((shorter, tail)) = above.rsplit_once('.') {
            if self.complete || tail.is_empty() {
                return false;
            }
            above = shorter;
            if self.item(above).is_some() {
                return true;
            }
        }
        false
    }

    /// Items whose code begins with the text or whose title has it inside, in any case, with е for ё; at most `limit`.
    /// Codes come before titles.
    pub fn find(&self, substring: &str, limit: usize) -> Vec<&DictionaryItem> {
        let wanted = fold(substring.trim());
        let by_code = self.items.iter().filter(|item| item.has_code_prefix(&wanted));
        let by_title =
            self.items.iter().filter(|item| !item.has_code_prefix(&wanted) && item.has_in_title(&wanted));
        by_code.chain(by_title).take(limit).collect()
    }

    /// At most three items to propose in place of a code that is not listed: by substring, then by ever shorter
    /// beginnings of the code.
    pub fn nearest(&self, wrong: &str) -> Vec<&DictionaryItem> {
        let wrong = wrong.trim();
        let ends = wrong.char_indices().map(|(at, c)| at + c.len_utf8()).take(20).collect::<Vec<_>>();
        for end in ends.into_iter().rev() {
            let found = self.find(&wrong[..end], 3);
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }
}

impl DictionaryItem {
    fn has_code_prefix(&self, wanted: &str) -> bool {
        fold(&self.code).starts_with(wanted)
    }

    fn has_in_title(&self, wanted: &str) -> bool {
        fold(&self.title.ru).contains(wanted) || fold(&self.title.en).contains(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::load::builtin_dictionary;

    fn codes(items: Vec<&DictionaryItem>) -> Vec<&str> {
        items.into_iter().map(|item| item.code.as_str()).collect()
    }

    #[test]
    fn items_are_found_by_code_and_by_title_in_any_spelling() {
        let okved = builtin_dictionary("okved2");
        assert_eq!(codes(okved.find("56.10", 1)), ["56.10"]);
        assert!(codes(okved.find("РЕСТОРАН", 5)).contains(&"56.10"));
        assert_eq!(okved.find("", 7).len(), 7);
        assert_eq!(okved.find("нет такого", 7), Vec::<&DictionaryItem>::new());
    }

    #[test]
    fn a_finer_code_is_known_only_to_an_incomplete_dictionary() {
        let mut okved = builtin_dictionary("okved2");
        assert!(okved.contains("56.10"));
        assert!(okved.contains("56.10.99"));
        assert!(!okved.contains("00.10"));
        assert!(!okved.contains("56."));
        okved.complete = true;
        assert!(!okved.contains("56.10.99"));
    }

    #[test]
    fn a_wrong_code_is_answered_with_its_neighbours() {
        let okved = builtin_dictionary("okved2");
        let near = codes(okved.nearest("56.1x"));
        assert!(
            !near.is_empty() && near.len() <= 3 && near.iter().all(|code| code.starts_with("56.1")),
            "{near:?}"
        );
    }
}
