//! The store's repositories of mandatory requirements: the registry, the personal lists, and the records.

use std::collections::HashMap;

use jiff::civil::Date;

use super::store::Answer;
use crate::{
    business::Business,
    ids::{AuthorityId, BusinessId, LeaseId},
    page::{Page, PageRequest},
    record::{Record, RecordFilter, RecordKind},
    requirement::{
        document::{RegistryDocument, RegistryKind},
        list::{ListChange, PersonalList},
    },
    time::Timestamp,
};

/// The registry of requirements.
pub trait RegistryDocuments {
    /// The edition in force; 0 before the first.
    fn edition(&mut self) -> Answer<i64>;
    /// Counts up to the next edition and returns it.
    fn next_edition(&mut self, now: Timestamp) -> Answer<i64>;
    /// The newest version in force of every document.
    fn current(&mut self) -> Answer<Vec<RegistryDocument>>;
    /// The newest version in force of every document that came after this edition.
    fn since(&mut self, edition: i64) -> Answer<Vec<RegistryDocument>>;
    /// The newest version in force of one document.
    fn find(&mut self, kind: RegistryKind, code: &str) -> Answer<Option<RegistryDocument>>;
    /// The newest version of each document that there is, in force or waiting for the next edition.
    fn newest(&mut self, keys: &[(RegistryKind, String)]) -> Answer<Vec<RegistryDocument>>;
    /// Whether a version waits for the next edition.
    fn has_waiting(&mut self) -> Answer<bool>;
    /// Forgets what waits for the next edition.
    fn drop_waiting(&mut self) -> Answer<()>;
    /// Takes the turn to bring documents until a moment, or keeps it; false while it is another's.
    fn take_turn(&mut self, turn: &LeaseId, now: Timestamp, until: Timestamp) -> Answer<bool>;
    /// Whether this turn was taken, and nobody else's after it.
    fn holds_turn(&mut self, turn: &LeaseId) -> Answer<bool>;
    /// Ends whatever turn there is.
    fn end_turn(&mut self) -> Answer<()>;
    /// The number of the program's own set that was brought last; 0 before the first.
    fn builtin_set(&mut self) -> Answer<i64>;
    /// Remembers the number of the program's own set.
    fn put_builtin_set(&mut self, number: i64) -> Answer<()>;
    /// Every version in force of one document with the moment it came, newest first.
    fn versions(
        &mut self,
        kind: RegistryKind,
        code: &str,
        page: &PageRequest,
    ) -> Answer<Page<(RegistryDocument, Timestamp)>>;
    /// Adds versions; they wait where their edition is not in force yet. The same kind, code and version twice is
    /// [`StoreError::Conflict`].
    fn insert(&mut self, documents: &[RegistryDocument], at: Timestamp) -> Answer<()>;
}

/// Up to what a stored list and its business's profile have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// The version of the list.
    pub version: i64,
    /// The edition that the list was drawn from; 0 where it must be drawn anew.
    pub edition: i64,
    /// The day it was drawn for.
    pub day: Date,
    /// The version of the business's profile now.
    pub profile_version: i64,
}

/// What a list must have been drawn from not to be behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frontier {
    /// The edition of the registry in force.
    pub edition: i64,
    /// The last day on which a requirement began to bind or ceased to.
    pub day: Date,
}

/// Personal lists of requirements.
pub trait PersonalLists {
    /// The business's list.
    fn find(&mut self, business: &BusinessId) -> Answer<Option<PersonalList>>;
    /// Stores lists, new or changed.
    fn put(&mut self, lists: &[&PersonalList]) -> Answer<()>;
    /// Says that the business's list must be drawn anew; nothing where there is none.
    fn touch(&mut self, business: &BusinessId) -> Answer<()>;
    /// Up to what the lists of these businesses have come.
    fn marks(&mut self, businesses: &[BusinessId]) -> Answer<HashMap<BusinessId, Marks>>;
    /// Businesses whose list is behind, with their profiles, those told to be drawn anew first.
    fn behind(&mut self, frontier: Frontier, limit: u32) -> Answer<Vec<(Business, PersonalList)>>;
    /// How many lists are behind, and how many there are.
    fn progress(&mut self, frontier: Frontier) -> Answer<(i64, i64)>;
    /// Adds changes of lists.
    fn insert_changes(&mut self, changes: &[&ListChange]) -> Answer<()>;
    /// The changes of the business's list, newest first.
    fn changes(&mut self, business: &BusinessId, page: &PageRequest) -> Answer<Page<ListChange>>;
}

/// Records of dealings with requirements.
pub trait Records {
    /// Adds a record.
    fn insert(&mut self, record: &Record) -> Answer<()>;
    /// The business's record with this id.
    fn find(&mut self, business: &BusinessId, kind: RecordKind, id: &str) -> Answer<Option<Record>>;
    /// The authority's record with this id.
    fn find_addressed(
        &mut self,
        authority: &AuthorityId,
        kind: RecordKind,
        id: &str,
    ) -> Answer<Option<Record>>;
    /// The record of a public register with this id, whosoever it is.
    fn find_published(&mut self, kind: RecordKind, id: &str) -> Answer<Option<Record>>;
    /// Stores a changed record whose stored version is one less.
    fn update(&mut self, record: &Record) -> Answer<()>;
    /// The business's records of a kind, newest first.
    fn list(
        &mut self,
        business: &BusinessId,
        kind: RecordKind,
        filter: &RecordFilter,
        page: &PageRequest,
    ) -> Answer<Page<Record>>;
    /// The newest of the business's records of a kind for each requirement, in the order of requirements.
    fn latest(&mut self, business: &BusinessId, kind: RecordKind) -> Answer<Vec<Record>>;
    /// The records of a kind that the authority sees, oldest first.
    fn of_authority(
        &mut self,
        authority: &AuthorityId,
        kind: RecordKind,
        filter: &RecordFilter,
        page: &PageRequest,
    ) -> Answer<Page<Record>>;
    /// The records of a kind whose term ended at `now` or before, oldest first.
    fn due(&mut self, kind: RecordKind, now: Timestamp, limit: u32) -> Answer<Vec<Record>>;
}
