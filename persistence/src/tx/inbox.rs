use diesel::prelude::*;
use domain::{
    ids::{AuthorityId, TaskId},
    inbox::{Route, Task},
    ports::store::{Inbox, StoreError},
    time::Timestamp,
};

use super::{Transaction, all, inserted, updated};
use crate::{
    conn::each,
    rows::{inbox::TaskRow, parsed},
    schema::tasks,
};

impl Inbox for Transaction<'_> {
    /// Primary key.
    fn insert(&mut self, task: &Task) -> Result<(), StoreError> {
        let row = TaskRow::from(task);
        let rows = self.ask(|conn| insert_new!(conn, tasks::table, &row))?;
        inserted(rows)
    }

    /// Primary key.
    fn find(&mut self, authority: &AuthorityId, id: &TaskId) -> Result<Option<Task>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => tasks::table
                .find(id.as_str())
                .filter(tasks::authority_id.eq(authority.as_str()))
                .select(TaskRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Task::try_from).transpose()
    }

    /// Index `tasks_pending`. No row lock is needed: all writers take turns at the sequence.
    fn available(
        &mut self,
        authority: &AuthorityId,
        route: Route,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Task>, StoreError> {
        let now = now.micros();
        let rows = self.ask(|conn| {
            each!(conn, c => tasks::table
                .filter(tasks::acknowledged_at.is_null())
                .filter(tasks::route.eq(<&str>::from(route)))
                .filter(tasks::authority_id.eq(authority.as_str()))
                .filter(tasks::available_at.le(now))
                .filter(tasks::lease_until.is_null().or(tasks::lease_until.assume_not_null().le(now)))
                .order((tasks::available_at, tasks::id))
                .limit(i64::from(limit))
                .select(TaskRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Index `tasks_pending` alone, all pending tasks of the route.
    fn waiting(&mut self, route: Route, now: Timestamp) -> Result<Vec<AuthorityId>, StoreError> {
        let now = now.micros();
        let ids: Vec<String> = self.ask(|conn| {
            each!(conn, c => tasks::table
                .filter(tasks::acknowledged_at.is_null())
                .filter(tasks::route.eq(<&str>::from(route)))
                .filter(tasks::available_at.le(now))
                .filter(tasks::lease_until.is_null().or(tasks::lease_until.assume_not_null().le(now)))
                .select(tasks::authority_id)
                .distinct()
                .order(tasks::authority_id)
                .load(c))
        })?;
        ids.iter().map(|id| parsed("tasks.authority_id", id)).collect()
    }

    /// Primary key. The row must belong to the same authority.
    fn update(&mut self, task: &Task) -> Result<(), StoreError> {
        let row = TaskRow::from(task);
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(tasks::table)
                .filter(tasks::id.eq(task.id.as_str()))
                .filter(tasks::authority_id.eq(task.authority.as_str()))
                .set(&row)
                .execute(c))
        })?;
        updated(rows, "tasks")
    }
}
