//! Which drafts are listed: the parameters of 4.7.2.1, for everybody and for one business.

use super::{DraftAct, Stage, concern::Concern, concern::concern};
use crate::{
    clerk::Clerk,
    ids::AuthorityId,
    page::{Page, PageRequest},
    ports::store::{StoreError, Tx},
    requirement::{
        condition::{Facts, Truth},
        model::{ActKind, Level},
    },
    time::Timestamp,
};

/// Which drafts to list; nothing set means all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DraftFilter {
    /// Only at this stage.
    pub stage: Option<Stage>,
    /// Only of this developer.
    pub developer: Option<AuthorityId>,
    /// Only with a discussion that is open at this moment.
    pub open_at: Option<Timestamp>,
    /// Only of acts of this kind.
    pub act_kind: Option<ActKind>,
    /// Only of acts of this level.
    pub level: Option<Level>,
    /// Only of this life situation, by code.
    pub life_situation: Option<String>,
    /// Only that touch this kind of activity: it, a wider or a narrower one.
    pub activity: Option<String>,
    /// Only under a key word that holds this, in any case.
    pub keyword: Option<String>,
    /// Only that change this requirement, by code.
    pub requirement: Option<String>,
    /// Only with this in the name or the summary, in any case.
    pub q: Option<String>,
}

impl DraftFilter {
    fn fits(&self, draft: &DraftAct) -> bool {
        let Self { stage: _, developer: _, open_at, act_kind, level, life_situation, .. } = self;
        let content = &draft.body.content;
        let holds = |text: &str, part: &str| text.to_lowercase().contains(&part.to_lowercase());
        let related = |own: &String, code: &str| own.starts_with(code) || code.starts_with(own.as_str());
        open_at.is_none_or(|now| draft.body.discussions.iter().any(|one| one.is_open(now)))
            && act_kind.is_none_or(|kind| content.act_kind == kind)
            && level.is_none_or(|level| content.level == level)
            && life_situation.as_ref().is_none_or(|code| content.life_situations.contains(code))
            && self
                .activity
                .as_ref()
                .is_none_or(|code| content.activities.iter().any(|own| related(own, code)))
            && self.keyword.as_ref().is_none_or(|word| content.keywords.iter().any(|own| holds(own, word)))
            && self
                .requirement
                .as_ref()
                .is_none_or(|code| content.requirements.iter().any(|one| one.code.as_ref() == Some(code)))
            && self.q.as_ref().is_none_or(|part| {
                [&content.title, &content.summary]
                    .iter()
                    .any(|text| holds(&text.ru, part) || holds(&text.en, part))
            })
    }
}

/// How many drafts are read at a time.
const AT_ONCE: u32 = 200;

/// The drafts that fit, newest first.
///
/// # Errors
/// Only what the store says.
pub fn drafts(
    tx: &mut dyn Tx,
    filter: &DraftFilter,
    page: &PageRequest,
) -> Result<Page<DraftAct>, StoreError> {
    gather(tx, filter, page, Some, |draft| draft.id.to_string())
}

/// A draft that concerns a business, or may.
#[derive(Debug, Clone, PartialEq)]
pub struct Concerning {
    /// The draft.
    pub draft: DraftAct,
    /// Whether it does.
    pub concern: Concern,
}

/// The drafts that fit and concern whom these facts are of, or may; newest first.
///
/// # Errors
/// Only what the store says.
pub fn concerning(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    facts: Facts<'_>,
    filter: &DraftFilter,
    page: &PageRequest,
) -> Result<Page<Concerning>, StoreError> {
    let judge = |draft: DraftAct| {
        let concern = concern(&draft, &clerk.registry, facts);
        (concern.truth != Truth::False).then_some(Concerning { draft, concern })
    };
    gather(tx, filter, page, judge, |one| one.draft.id.to_string())
}

/// Reads on until the page is full.
fn gather<T>(
    tx: &mut dyn Tx,
    filter: &DraftFilter,
    page: &PageRequest,
    judge: impl Fn(DraftAct) -> Option<T>,
    key: impl Fn(&T) -> String,
) -> Result<Page<T>, StoreError> {
    let mut rows = Vec::new();
    let mut next = page.after.clone();
    loop {
        let read = tx.draft_acts().list(filter, &PageRequest { after: next, limit: AT_ONCE })?;
        rows.extend(read.items.into_iter().filter(|draft| filter.fits(draft)).filter_map(&judge));
        next = read.next;
        if rows.len() > page.limit as usize || next.is_none() {
            return Ok(Page::cut(rows, page, key));
        }
    }
}
