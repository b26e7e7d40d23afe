//! A place of a form in which something is wrong, with what is known of it.

use serde_json::Value;

use super::{
    dictionary::Dictionary,
    field::Field,
    model::Hint,
    schema::{DICTIONARY, Dictionaries},
    wording::{self, say},
};
use crate::text::Text;

/// A place of a form.
pub(super) struct Place<'f> {
    pointer: String,
    field: Option<&'f Field>,
    hint: Option<&'f Hint>,
}

impl<'f> Place<'f> {
    pub(super) fn new(pointer: &str, field: Option<&'f Field>, hint: Option<&'f Hint>) -> Self {
        Self { pointer: pointer.to_owned(), field, hint }
    }

    pub(super) fn pointer(&self) -> &str {
        &self.pointer
    }

    /// How a clerk knows the place.
    pub(super) fn label(&self) -> Text {
        if self.pointer.is_empty() {
            return say("Форма", "The form");
        }
        let last_number =
            self.pointer.split('/').skip(1).filter_map(|segment| segment.parse::<usize>().ok()).last();
        let last = self.pointer.rsplit('/').next().unwrap_or_default();
        match self.field {
            Some(field) => wording::label(&field.title, &field.name, last_number),
            None => wording::label(last, last, last_number),
        }
    }

    /// What the hint says to enter, after a blank; empty without a hint.
    pub(super) fn advice(&self) -> Text {
        match self.hint {
            Some(hint) => say(format!(" {}", hint.hint.ru), format!(" {}", hint.hint.en)),
            None => say("", ""),
        }
    }

    /// A value that the service's examples have here.
    pub(super) fn example(&self) -> Option<&'f Value> {
        self.field?.example.as_ref()
    }

    /// The dictionary whose codes belong here.
    pub(super) fn dictionary<'d>(&self, dictionaries: &'d Dictionaries) -> Option<&'d Dictionary> {
        let name = self.field?.schema.get(DICTIONARY)?.as_str()?;
        dictionaries.get(name).map(AsRef::as_ref)
    }

    /// A closed list's value with what it means: `goods (закупка товара)`.
    pub(super) fn labelled(&self, option: &Value) -> Text {
        let code = wording::shown(option);
        let labels = self.field.and_then(|field| field.schema.get("x-labels"));
        let meaning = labels
            .and_then(|labels| labels.get(&code))
            .and_then(|label| Some((label.get("ru")?.as_str()?, label.get("en")?.as_str()?)));
        match meaning {
            Some((ru, en)) => say(format!("{code} ({ru})"), format!("{code} ({en})")),
            None => say(code.clone(), code),
        }
    }
}
