use diesel::{dsl::exists, dsl::not, prelude::*};
use domain::{
    catalogue::Document,
    ports::store::{CatalogueDocuments, StoreError},
    time::Timestamp,
};

use super::{Transaction, all, inserted};
use crate::{conn::each, rows::catalogue::DocumentRow, schema::catalogue_documents};

impl CatalogueDocuments for Transaction<'_> {
    /// The whole table in the order of its primary key, which also finds a newer version.
    fn current(&mut self) -> Result<Vec<Document>, StoreError> {
        let newer = diesel::alias!(catalogue_documents as newer);
        let has_newer = newer
            .filter(newer.field(catalogue_documents::kind).eq(catalogue_documents::kind))
            .filter(newer.field(catalogue_documents::code).eq(catalogue_documents::code))
            .filter(newer.field(catalogue_documents::version).gt(catalogue_documents::version));
        let rows = self.ask(|conn| {
            each!(conn, c => catalogue_documents::table
                .filter(not(exists(has_newer)))
                .order((catalogue_documents::kind, catalogue_documents::code))
                .select(DocumentRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Primary key.
    fn insert(&mut self, document: &Document, published_at: Timestamp) -> Result<(), StoreError> {
        let row = DocumentRow::published(document, published_at);
        let rows = self.ask(|conn| insert_new!(conn, catalogue_documents::table, &row))?;
        inserted(rows)
    }
}
