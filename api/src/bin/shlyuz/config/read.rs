//! Reading one value of a setting out of what the layers brought.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use config::{Value, ValueKind};

use super::{
    fault::Fault,
    settings::{Setting, settings},
};

/// A type that a setting may have.
pub trait Readable: Sized {
    /// What a value looks like, with an example; the end of "expected …".
    const EXPECTS: &'static str;

    /// Reads a value; None where it is another thing.
    fn read(value: &ValueKind) -> Option<Self>;

    /// What an unset setting without a default is; None where it must be set.
    fn unset() -> Option<Self> {
        None
    }
}

/// Everything the layers brought, and what is wrong with it so far.
pub struct Values {
    pub(super) found: config::Config,
    /// In the order in which they were met.
    pub(super) faults: Vec<Fault>,
}

impl Values {
    /// Reads a setting. A value that does not fit is noted as a fault, and the default stands in for it.
    pub(super) fn take<T: Readable>(&mut self, key: &'static str) -> T {
        let setting =
            settings().find(|setting| setting.key == key).expect("the key is generated with its row");
        match lookup(&self.found.cache, key).map(|value| judge(setting, value)) {
            Some(Ok(read)) => read,
            Some(Err(fault)) => {
                self.faults.push(fault);
                fallback(setting)
            }
            None => fallback(setting),
        }
    }
}

/// The value under a key; `get` of the `config` crate would lose the layer it came from.
fn lookup<'v>(root: &'v Value, key: &str) -> Option<&'v Value> {
    key.split('.').try_fold(root, |value, name| {
        if let ValueKind::Table(table) = &value.kind { table.get(name) } else { None }
    })
}

fn judge<T: Readable>(setting: &Setting, value: &Value) -> Result<T, Fault> {
    let fault = |wrong: String, mend: String| Fault {
        key: setting.key.into(),
        layer: value.origin().map(str::to_owned),
        wrong,
        mend,
    };
    let read = T::read(&value.kind).ok_or_else(|| {
        fault(format!("{} does not fit", describe(&value.kind)), format!("write {}", setting.expects))
    })?;
    match (setting.range, u64::read(&value.kind)) {
        (Some((min, max)), Some(number)) if !(min..=max).contains(&number) => {
            Err(fault(format!("{number} is out of range"), format!("write {min} to {max}")))
        }
        (Some(_) | None, _) => Ok(read),
    }
}

fn fallback<T: Readable>(setting: &Setting) -> T {
    let default = setting.default.and_then(|text| T::read(&ValueKind::String(text.into())));
    default.or_else(T::unset).expect("every setting has a default that fits or may be unset: tested")
}

/// The value as an operator wrote it, without what may be secret.
fn describe(kind: &ValueKind) -> String {
    match kind {
        ValueKind::Nil => "an empty value".into(),
        ValueKind::Boolean(value) => value.to_string(),
        ValueKind::I64(value) => value.to_string(),
        ValueKind::I128(value) => value.to_string(),
        ValueKind::U64(value) => value.to_string(),
        ValueKind::U128(value) => value.to_string(),
        ValueKind::Float(value) => value.to_string(),
        ValueKind::String(value) => format!("{value:?}"),
        ValueKind::Table(_) => "a table".into(),
        ValueKind::Array(_) => "a list".into(),
    }
}

fn text(value: &ValueKind) -> Option<&str> {
    if let ValueKind::String(text) = value { Some(text) } else { None }
}

impl Readable for u64 {
    const EXPECTS: &'static str = "a whole number such as 30";

    fn read(value: &ValueKind) -> Option<Self> {
        match value {
            ValueKind::I64(number) => Self::try_from(*number).ok(),
            ValueKind::U64(number) => Some(*number),
            ValueKind::String(text) => text.parse().ok(),
            ValueKind::I128(_)
            | ValueKind::U128(_)
            | ValueKind::Nil
            | ValueKind::Boolean(_)
            | ValueKind::Float(_)
            | ValueKind::Table(_)
            | ValueKind::Array(_) => None,
        }
    }
}

impl Readable for u32 {
    const EXPECTS: &'static str = u64::EXPECTS;

    fn read(value: &ValueKind) -> Option<Self> {
        u64::read(value)?.try_into().ok()
    }
}

impl Readable for bool {
    const EXPECTS: &'static str = "true or false";

    fn read(value: &ValueKind) -> Option<Self> {
        if let ValueKind::Boolean(flag) = value { Some(*flag) } else { text(value)?.parse().ok() }
    }
}

impl Readable for String {
    const EXPECTS: &'static str = "a text that is not empty";

    fn read(value: &ValueKind) -> Option<Self> {
        text(value).filter(|text| !text.trim().is_empty()).map(str::to_owned)
    }
}

impl Readable for PathBuf {
    const EXPECTS: &'static str = "a path such as ./data";

    fn read(value: &ValueKind) -> Option<Self> {
        String::read(value).map(Self::from)
    }
}

impl Readable for SocketAddr {
    const EXPECTS: &'static str = "an IP address and a port such as 127.0.0.1:8080 or [::]:8080";

    fn read(value: &ValueKind) -> Option<Self> {
        text(value)?.parse().ok()
    }
}

impl Readable for Vec<IpAddr> {
    const EXPECTS: &'static str = "IP addresses such as [\"10.0.0.5\"], in the environment 10.0.0.5,10.0.0.6";

    fn read(value: &ValueKind) -> Option<Self> {
        if let ValueKind::Array(items) = value {
            return items.iter().map(|item| text(&item.kind)?.parse().ok()).collect();
        }
        let items = text(value)?.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(|item| item.parse().ok()).collect()
    }
}

impl Readable for Vec<u16> {
    const EXPECTS: &'static str = "port numbers such as [443], in the environment 443,8443";

    fn read(value: &ValueKind) -> Option<Self> {
        let port = |value: &ValueKind| u64::read(value)?.try_into().ok().filter(|port| *port > 0);
        if let ValueKind::Array(items) = value {
            return items.iter().map(|item| port(&item.kind)).collect();
        }
        if let Some(one) = port(value) {
            return Some(vec![one]);
        }
        let items = text(value)?.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(|item| item.parse().ok().filter(|port| *port > 0)).collect()
    }
}

impl<T: Readable> Readable for Option<T> {
    const EXPECTS: &'static str = T::EXPECTS;

    fn read(value: &ValueKind) -> Option<Self> {
        T::read(value).map(Some)
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

/// Writes an enum whose values are words.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] $variant,)+
        }

        impl $name {
            /// The word that stands for it.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl Readable for $name {
            const EXPECTS: &'static str = concat!("one of", $(" ", $word),+);

            fn read(value: &config::ValueKind) -> Option<Self> {
                let config::ValueKind::String(word) = value else { return None };
                [$(Self::$variant),+].into_iter().find(|known| known.word() == word)
            }
        }
    };
}
pub(super) use choice;
