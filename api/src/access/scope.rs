//! Scopes: what a token may be used for. One table, one type per row, and sets of them.

use std::fmt;

use domain::{actor::Side, text::Language};

/// A scope as a type, so that a handler's signature names what it needs: `Caller<SubmissionsWrite>`.
pub trait Scope {
    /// The scope on the wire.
    const NAME: &'static str;
}

/// One row of the table of scopes, for the documentation and for registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeInfo {
    /// The scope on the wire.
    pub name: &'static str,
    /// Who may hold it; None for both sides.
    pub side: Option<Side>,
    title_ru: &'static str,
    title_en: &'static str,
}

impl ScopeInfo {
    /// What the scope allows, in one line.
    pub fn title(&self, language: Language) -> &'static str {
        match language {
            Language::Ru => self.title_ru,
            Language::En => self.title_en,
        }
    }
}

macro_rules! scopes {
    ($($type:ident = $name:literal, $side:expr, $ru:literal, $en:literal;)*) => {
        /// Every scope, in the order of the names.
        pub const ALL: &[ScopeInfo] =
            &[$(ScopeInfo { name: $name, side: $side, title_ru: $ru, title_en: $en }),*];
        $(
            #[doc = concat!("`", $name, "`: ", $en, ".")]
            #[derive(Debug, Clone, Copy)]
            pub struct $type;

            impl Scope for $type {
                const NAME: &'static str = $name;
            }
        )*
    };
}

scopes! {
    AssessmentsRead = "assessments:read", Some(Side::Business),
        "Чтение своих оценок обязательных требований", "Read the business's assessments of requirements";
    AssessmentsWrite = "assessments:write", Some(Side::Business),
        "Оценка обязательных требований и проектов", "Assess requirements and drafts";
    AttachmentsRead = "attachments:read", Some(Side::Business),
        "Чтение приложенных документов", "Read attachments";
    AttachmentsWrite = "attachments:write", Some(Side::Business),
        "Загрузка приложенных документов", "Upload attachments";
    AuthorityAssessmentsManage = "authority-assessments:manage", Some(Side::Authority),
        "Чтение и рассмотрение оценок обязательных требований", "Read and consider assessments of requirements";
    AuthorityCatalogueWrite = "authority-catalogue:write", Some(Side::Authority),
        "Ведение сведений об услугах и мерах поддержки", "Maintain services and support measures";
    AuthorityInboxManage = "authority-inbox:manage", Some(Side::Authority),
        "Получение и подтверждение входящих задач", "Lease and acknowledge inbox tasks";
    AuthorityProactiveManage = "authority-proactive:manage", Some(Side::Authority),
        "Проактивные предложения", "Offer services proactively";
    AuthorityRegistryOperate = "authority-registry:operate", Some(Side::Authority),
        "Настройка параметров клиентской оценки: оператор Реестра", "Settle the rules of assessment: the registry's operator";
    AuthorityRegistryWrite = "authority-registry:write", Some(Side::Authority),
        "Ведение реестра обязательных требований", "Maintain the registry of mandatory requirements";
    AuthoritySubmissionsDecide = "authority-submissions:decide", Some(Side::Authority),
        "Запросы сведений и решения по обращениям", "Request information and decide submissions";
    AuthoritySubmissionsRead = "authority-submissions:read", Some(Side::Authority),
        "Чтение обращений, направленных ведомству", "Read submissions addressed to the authority";
    AuthoritySupervisionManage = "authority-supervision:manage", Some(Side::Authority),
        "Надзор: заявления, предостережения, визиты", "Supervise: declarations, cautions, visits";
    EventsRead = "events:read", None, "Чтение ленты событий", "Read the event feed";
    ProactiveRead = "proactive:read", Some(Side::Business),
        "Чтение согласий, предложений и сценариев", "Read consents, offers and scenarios";
    ProactiveWrite = "proactive:write", Some(Side::Business),
        "Согласия, отказ от предложений, настройки уведомлений", "Give consents, decline offers, set notifications";
    ProfileRead = "profile:read", Some(Side::Business), "Чтение профиля бизнеса", "Read the business profile";
    ProfileWrite = "profile:write", Some(Side::Business),
        "Изменение профиля бизнеса", "Change the business profile";
    ReceiptsRead = "receipts:read", Some(Side::Business), "Чтение квитанций", "Read receipts";
    RepresentativesRead = "representatives:read", Some(Side::Business),
        "Чтение полномочий представителей", "Read the mandates of representatives";
    RepresentativesWrite = "representatives:write", Some(Side::Business),
        "Выдача, изменение и прекращение полномочий представителей", "Grant, change and end mandates";
    RequirementsRead = "requirements:read", Some(Side::Business),
        "Чтение обязательных требований бизнеса", "Read the business's mandatory requirements";
    RequirementsWrite = "requirements:write", Some(Side::Business),
        "Подтверждение и соблюдение обязательных требований", "Confirm requirements and show compliance";
    SandboxControl = "sandbox:control", None, "Управление песочницей", "Control the sandbox";
    SubmissionsRead = "submissions:read", Some(Side::Business), "Чтение обращений", "Read submissions";
    SubmissionsWrite = "submissions:write", Some(Side::Business),
        "Подача и изменение обращений", "Lodge and change submissions";
    WebhooksRead = "webhooks:read", None,
        "Чтение адресов доставки событий и доставок", "Read endpoints of events and deliveries";
    WebhooksWrite = "webhooks:write", None,
        "Ведение адресов доставки событий", "Manage endpoints of events";
}

/// Scopes that are a role of one authority: an application has them only where they are named at its registration.
pub const ROLES: [&str; 1] = [AuthorityRegistryOperate::NAME];

/// Why a text is not a list of scopes; at the token endpoint all are `invalid_scope`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Nothing was asked for.
    #[error("no scope is named")]
    Empty,
    /// Not scope tokens with single spaces between them (RFC 6749 §3.3).
    #[error("not scope tokens separated by single spaces")]
    Malformed,
    /// The gateway has no such scope.
    #[error("there is no scope {name:?}")]
    Unknown {
        /// As it was asked for.
        name: String,
    },
}

/// A set of scopes. Shown in the order of the names with spaces between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ScopeSet(u32);

impl ScopeSet {
    /// Reads a space-delimited list; order and repetition do not matter (RFC 6749 §3.3).
    ///
    /// # Errors
    ///
    /// Refuses the empty list and the first scope the gateway does not have.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        Self::collect(text, |name| Err(ScopeError::Unknown { name: name.to_owned() }))
    }

    /// Reads the list of a token that this gateway signed. A scope only a newer release knows allows nothing here.
    ///
    /// # Errors
    ///
    /// `Empty` and `Malformed`.
    pub(super) fn parse_known(text: &str) -> Result<Self, ScopeError> {
        Self::collect(text, |_| Ok(()))
    }

    fn collect(text: &str, unknown: impl Fn(&str) -> Result<(), ScopeError>) -> Result<Self, ScopeError> {
        if text.is_empty() {
            return Err(ScopeError::Empty);
        }
        let mut set = Self::default();
        for name in text.split(' ') {
            if !is_scope_token(name) {
                return Err(ScopeError::Malformed);
            }
            match ALL.iter().position(|scope| scope.name == name) {
                Some(row) => set.0 |= 1 << row,
                None => unknown(name)?,
            }
        }
        Ok(set)
    }

    /// The set of one scope.
    pub const fn of<S: Scope>() -> Self {
        Self(const { 1 << row(S::NAME) })
    }

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Tells whether the set has the scope.
    pub const fn has<S: Scope>(self) -> bool {
        Self::of::<S>().is_subset_of(self)
    }

    /// Tells whether `other` has every scope of this set.
    pub const fn is_subset_of(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Tells whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Tells whether `side` may hold every scope of the set.
    pub fn fits(self, side: Side) -> bool {
        self.scopes().all(|scope| scope.side.is_none_or(|holder| holder == side))
    }

    /// The rows of the table that the set names.
    pub fn scopes(self) -> impl Iterator<Item = &'static ScopeInfo> {
        ALL.iter().enumerate().filter(move |(row, _)| self.0 & (1 << row) != 0).map(|(_, scope)| scope)
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.scopes().enumerate() {
            f.write_str(if index == 0 { "" } else { " " })?;
            f.write_str(scope.name)?;
        }
        Ok(())
    }
}

/// `%x21 / %x23-5B / %x5D-7E` of RFC 6749 §3.3.
fn is_scope_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

/// The row of a scope, found while compiling; a type that is not in the table stops the build.
const fn row(name: &str) -> usize {
    let mut index = 0;
    while index < ALL.len() {
        if is_same(ALL[index].name.as_bytes(), name.as_bytes()) {
            return index;
        }
        index += 1;
    }
    panic!("every scope is a row of the table")
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut same = a.len() == b.len();
    let mut index = 0;
    while same && index < a.len() {
        same = a[index] == b[index];
        index += 1;
    }
    same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_well_formed() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name) && ALL.len() <= 32);
        for scope in ALL {
            assert!(is_scope_token(scope.name) && scope.name.contains(':'), "{}", scope.name);
            assert!(!scope.title(Language::Ru).is_empty() && !scope.title(Language::En).is_empty());
            assert_eq!(ScopeSet::parse(scope.name).expect("a row").to_string(), scope.name);
        }
    }

    #[test]
    fn b17_lists_of_scopes() {
        let set = ScopeSet::parse("submissions:write profile:read submissions:write").expect("known scopes");
        assert_eq!(set.to_string(), "profile:read submissions:write");
        assert_eq!(set, ScopeSet::parse("profile:read submissions:write").expect("known scopes"));
        assert_eq!(set, ScopeSet::of::<SubmissionsWrite>().and(ScopeSet::of::<ProfileRead>()));
        assert!(set.has::<SubmissionsWrite>() && !set.has::<SubmissionsRead>());
        assert!(
            ScopeSet::of::<ProfileRead>().is_subset_of(set)
                && !set.is_subset_of(ScopeSet::of::<ProfileRead>())
        );
        let unknown = |name: &str| ScopeError::Unknown { name: name.to_owned() };
        let cases = [
            ("", ScopeError::Empty),
            (" ", ScopeError::Malformed),
            ("profile:read ", ScopeError::Malformed),
            ("profile:read  events:read", ScopeError::Malformed),
            ("profile:read\tevents:read", ScopeError::Malformed),
            ("profile:\"read\"", ScopeError::Malformed),
            ("профиль", ScopeError::Malformed),
            ("Profile:read", unknown("Profile:read")),
            ("profile:read root", unknown("root")),
        ];
        for (text, expected) in cases {
            assert_eq!(ScopeSet::parse(text), Err(expected), "{text:?}");
        }
        assert_eq!(ScopeSet::parse_known("profile:read newer:read"), ScopeSet::parse("profile:read"));
    }

    #[test]
    fn a_side_holds_its_own_scopes_and_the_shared_ones() {
        let shared = ScopeSet::of::<EventsRead>().and(ScopeSet::of::<SandboxControl>());
        assert!(shared.fits(Side::Business) && shared.fits(Side::Authority));
        assert!(!shared.and(ScopeSet::of::<AuthorityInboxManage>()).fits(Side::Business));
        assert!(!shared.and(ScopeSet::of::<ProfileRead>()).fits(Side::Authority));
    }
}
