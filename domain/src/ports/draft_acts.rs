//! The store's repository of draft acts.

use super::store::Answer;
use crate::{
    draft_act::{DraftAct, DraftVersion, browse::DraftFilter},
    ids::DraftActId,
    page::{Page, PageRequest},
};

/// Draft acts: published by their developers, read by everybody.
pub trait DraftActs {
    /// Adds a draft.
    fn insert(&mut self, draft: &DraftAct) -> Answer<()>;
    /// The draft with this id.
    fn find(&mut self, id: &DraftActId) -> Answer<Option<DraftAct>>;
    /// Stores a changed draft whose stored version is one less.
    fn update(&mut self, draft: &DraftAct) -> Answer<()>;
    /// The drafts at the stage, of the developer and with a discussion that ends behind the moment of the filter, newest
    /// first; the filter's other parameters are for whoever reads.
    fn list(&mut self, filter: &DraftFilter, page: &PageRequest) -> Answer<Page<DraftAct>>;
    /// Adds a version that was replaced.
    fn insert_version(&mut self, version: &DraftVersion) -> Answer<()>;
    /// The replaced versions of a draft, newest first.
    fn versions(&mut self, id: &DraftActId, page: &PageRequest) -> Answer<Page<DraftVersion>>;
    /// The oldest draft whose last step has still to be told.
    fn to_tell(&mut self) -> Answer<Option<DraftAct>>;
    /// Stores how far a draft's last step was told; nothing else of it.
    fn told(&mut self, draft: &DraftAct) -> Answer<()>;
}
