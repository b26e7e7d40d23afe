use std::collections::{BTreeMap, BTreeSet};

use diesel::{dsl::exists, dsl::not, prelude::*};
use domain::{
    ids::LeaseId,
    page::{Page, PageRequest},
    ports::store::{RegistryDocuments, StoreError},
    requirement::document::{RegistryDocument, RegistryKind},
    time::Timestamp,
};

use super::{Transaction, all, cut, none_if_known, numeric_key, one_past};
use crate::{
    conn::{Conn, each},
    rows::registry::RegistryDocumentRow,
    schema::{registry, registry_documents},
};

type Dated = (RegistryDocument, Timestamp);

impl RegistryDocuments for Transaction<'_> {
    /// The one row.
    fn edition(&mut self) -> Result<i64, StoreError> {
        self.ask(|conn| each!(conn, c => registry::table.select(registry::edition).get_result(c)))
    }

    /// The one row. No lock is needed: all writers take turns at the sequence.
    fn next_edition(&mut self, now: Timestamp) -> Result<i64, StoreError> {
        self.ask(|conn| {
            each!(conn, c => diesel::update(registry::table)
                .set((registry::edition.eq(registry::edition + 1), registry::at.eq(now.micros())))
                .returning(registry::edition)
                .get_result(c))
        })
    }

    /// The whole table in the order of its primary key, which also finds a newer version.
    fn current(&mut self) -> Result<Vec<RegistryDocument>, StoreError> {
        let in_force = self.edition()?;
        let newer = diesel::alias!(registry_documents as newer);
        let has_newer = newer
            .filter(newer.field(registry_documents::kind).eq(registry_documents::kind))
            .filter(newer.field(registry_documents::code).eq(registry_documents::code))
            .filter(newer.field(registry_documents::version).gt(registry_documents::version))
            .filter(newer.field(registry_documents::edition).le(in_force));
        let rows = self.ask(|conn| {
            each!(conn, c => registry_documents::table
                .filter(registry_documents::edition.le(in_force))
                .filter(not(exists(has_newer)))
                .order((registry_documents::kind, registry_documents::code))
                .select(RegistryDocumentRow::as_select())
                .load(c))
        })?;
        Ok(all::<_, Dated>(rows)?.into_iter().map(|(document, _)| document).collect())
    }

    /// Index `registry_documents_edition`; the last version of a document comes last.
    fn since(&mut self, edition: i64) -> Result<Vec<RegistryDocument>, StoreError> {
        let in_force = self.edition()?;
        let rows = self.ask(|conn| {
            each!(conn, c => registry_documents::table
                .filter(registry_documents::edition.gt(edition))
                .filter(registry_documents::edition.le(in_force))
                .order(registry_documents::version)
                .select(RegistryDocumentRow::as_select())
                .load(c))
        })?;
        let documents = all::<_, Dated>(rows)?.into_iter().map(|(document, _)| document);
        let newest: BTreeMap<_, _> = documents.map(|one| ((one.kind, one.code.clone()), one)).collect();
        Ok(newest.into_values().collect())
    }

    /// Primary key, a question for each kind; the last version of a code comes last.
    fn newest(&mut self, keys: &[(RegistryKind, String)]) -> Result<Vec<RegistryDocument>, StoreError> {
        let mut newest: BTreeMap<(RegistryKind, String), RegistryDocument> = BTreeMap::new();
        let kinds: BTreeSet<RegistryKind> = keys.iter().map(|(kind, _)| *kind).collect();
        for kind in kinds {
            let codes: Vec<&str> =
                keys.iter().filter(|key| key.0 == kind).map(|(_, code)| code.as_str()).collect();
            let rows = self.ask(|conn| {
                each!(conn, c => registry_documents::table
                    .filter(registry_documents::kind.eq(<&str>::from(kind)))
                    .filter(registry_documents::code.eq_any(codes))
                    .order((registry_documents::code, registry_documents::version))
                    .select(RegistryDocumentRow::as_select())
                    .load(c))
            })?;
            let documents = all::<_, Dated>(rows)?.into_iter().map(|(document, _)| document);
            newest.extend(documents.map(|one| ((one.kind, one.code.clone()), one)));
        }
        Ok(newest.into_values().collect())
    }

    /// Index `registry_documents_edition`.
    fn has_waiting(&mut self) -> Result<bool, StoreError> {
        let in_force = self.edition()?;
        self.ask(|conn| {
            each!(conn, c => diesel::select(exists(
                registry_documents::table.filter(registry_documents::edition.gt(in_force))
            ))
            .get_result(c))
        })
    }

    /// Index `registry_documents_edition`.
    fn drop_waiting(&mut self) -> Result<(), StoreError> {
        let in_force = self.edition()?;
        let waiting = registry_documents::table.filter(registry_documents::edition.gt(in_force));
        self.ask(|conn| each!(conn, c => diesel::delete(waiting).execute(c)))?;
        Ok(())
    }

    /// The one row.
    fn take_turn(&mut self, turn: &LeaseId, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(registry::table)
                .filter(registry::turn.is_null()
                    .or(registry::turn.eq(turn.as_str()))
                    .or(registry::turn_until.le(now.micros())))
                .set((registry::turn.eq(turn.as_str()), registry::turn_until.eq(until.micros())))
                .execute(c))
        })?;
        Ok(rows == 1)
    }

    /// The one row.
    fn holds_turn(&mut self, turn: &LeaseId) -> Result<bool, StoreError> {
        let now: Option<String> =
            self.ask(|conn| each!(conn, c => registry::table.select(registry::turn).get_result(c)))?;
        Ok(now.as_deref() == Some(turn.as_str()))
    }

    /// The one row.
    fn end_turn(&mut self) -> Result<(), StoreError> {
        self.ask(|conn| {
            each!(conn, c => diesel::update(registry::table)
                .set(registry::turn.eq(None::<String>))
                .execute(c))
        })?;
        Ok(())
    }

    /// The one row.
    fn builtin_set(&mut self) -> Result<i64, StoreError> {
        self.ask(|conn| each!(conn, c => registry::table.select(registry::builtin).get_result(c)))
    }

    /// The one row.
    fn put_builtin_set(&mut self, number: i64) -> Result<(), StoreError> {
        self.ask(|conn| {
            each!(conn, c => diesel::update(registry::table).set(registry::builtin.eq(number)).execute(c))
        })?;
        Ok(())
    }

    /// Primary key, backwards.
    fn find(&mut self, kind: RegistryKind, code: &str) -> Result<Option<RegistryDocument>, StoreError> {
        let newest = PageRequest { after: None, limit: 1 };
        let found = self.versions(kind, code, &newest)?.items.into_iter().next();
        Ok(found.map(|(document, _)| document))
    }

    /// Primary key, backwards.
    fn versions(
        &mut self,
        kind: RegistryKind,
        code: &str,
        page: &PageRequest,
    ) -> Result<Page<Dated>, StoreError> {
        let before = numeric_key(page)?.unwrap_or(i64::MAX);
        let in_force = self.edition()?;
        let rows = self.ask(|conn| {
            each!(conn, c => registry_documents::table
                .filter(registry_documents::kind.eq(<&str>::from(kind)))
                .filter(registry_documents::code.eq(code))
                .filter(registry_documents::version.lt(before))
                .filter(registry_documents::edition.le(in_force))
                .order(registry_documents::version.desc())
                .limit(one_past(page))
                .select(RegistryDocumentRow::as_select())
                .load(c))
        })?;
        cut(rows, page, |(document, _): &Dated| document.version.to_string())
    }

    /// Primary key. PostgreSQL takes many rows in one statement; SQLite has no way to go between them.
    fn insert(&mut self, documents: &[RegistryDocument], at: Timestamp) -> Result<(), StoreError> {
        for some in documents.chunks(ROWS_PER_STATEMENT) {
            let rows: Vec<RegistryDocumentRow> =
                some.iter().map(|document| RegistryDocumentRow::brought(document, at)).collect();
            let count = self.ask(|conn| match conn {
                Conn::Sqlite(c) => {
                    let one = |row| {
                        none_if_known(diesel::insert_into(registry_documents::table).values(row).execute(c))
                    };
                    rows.iter().map(one).sum()
                }
                Conn::Postgres(c) => diesel::insert_into(registry_documents::table)
                    .values(&rows)
                    .on_conflict_do_nothing()
                    .execute(c),
            })?;
            if count < rows.len() {
                return Err(StoreError::Conflict);
            }
        }
        Ok(())
    }
}

/// PostgreSQL takes 65,535 parameters in a statement; a row has seven.
const ROWS_PER_STATEMENT: usize = 1000;
