use diesel::prelude::*;
use domain::{
    application::Application,
    ids::ApplicationId,
    ports::store::{Applications, StoreError},
};

use super::{Transaction, inserted};
use crate::{conn::each, rows::application::ApplicationRow, schema::applications};

impl Applications for Transaction<'_> {
    /// Primary key.
    fn insert(&mut self, application: &Application) -> Result<(), StoreError> {
        let row = ApplicationRow::from(application);
        let rows = self.ask(|conn| insert_new!(conn, applications::table, &row))?;
        inserted(rows)
    }

    /// Primary key.
    fn find(&mut self, id: &ApplicationId) -> Result<Option<Application>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => applications::table
                .find(id.as_str())
                .select(ApplicationRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Application::try_from).transpose()
    }
}
