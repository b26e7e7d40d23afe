use diesel::prelude::*;
use domain::{
    application::Application,
    ids::ApplicationId,
    ports::store::{Applications, StoreError},
    time::Timestamp,
};

use super::{Transaction, all, inserted};
use crate::{
    conn::each,
    rows::{application::ApplicationRow, parsed},
    schema::applications,
};

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

    /// Primary key.
    fn update(&mut self, application: &Application) -> Result<bool, StoreError> {
        let row = ApplicationRow::from(application);
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(applications::table.find(application.id.as_str())).set(&row).execute(c))
        })?;
        Ok(rows == 1)
    }

    /// The whole table, for the operator's list.
    fn all(&mut self) -> Result<Vec<Application>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => applications::table
                .order(applications::id)
                .select(ApplicationRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Index `applications_suspended`.
    fn suspended_since(&mut self, moment: Timestamp) -> Result<Vec<ApplicationId>, StoreError> {
        let ids: Vec<String> = self.ask(|conn| {
            each!(conn, c => applications::table
                .filter(applications::suspended_at.gt(moment.micros()))
                .select(applications::id)
                .load(c))
        })?;
        ids.iter().map(|id| parsed("applications.id", id)).collect()
    }
}
