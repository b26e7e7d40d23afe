use std::collections::HashMap;

use diesel::{dsl::count_star, prelude::*, upsert::excluded};
use domain::{
    business::Business,
    ids::BusinessId,
    page::{Page, PageRequest},
    ports::store::{Frontier, Marks, PersonalLists, StoreError},
    requirement::list::{ListChange, PersonalList},
};

use super::{Transaction, cut, numeric_key, one_past};
use crate::{
    conn::{Conn, each},
    rows::{
        business::BusinessRow,
        list::{ListChangeRow, MarksRow, PersonalListRow},
    },
    schema::{businesses, list_changes, personal_lists},
};

impl PersonalLists for Transaction<'_> {
    /// Primary key.
    fn find(&mut self, business: &BusinessId) -> Result<Option<PersonalList>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => personal_lists::table
                .find(business.as_str())
                .select(PersonalListRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(PersonalList::try_from).transpose()
    }

    /// Primary key. One statement on PostgreSQL, where each travels; on SQLite one for each list, prepared once.
    fn put(&mut self, lists: &[&PersonalList]) -> Result<(), StoreError> {
        let rows: Vec<PersonalListRow> = lists.iter().map(|list| PersonalListRow::from(*list)).collect();
        self.ask(|conn| match conn {
            Conn::Sqlite(c) => rows.iter().try_for_each(|row| update_or_insert(c, row)),
            Conn::Postgres(_) if rows.is_empty() => Ok(()),
            Conn::Postgres(c) => diesel::insert_into(personal_lists::table)
                .values(&rows)
                .on_conflict(personal_lists::business_id)
                .do_update()
                .set((
                    personal_lists::version.eq(excluded(personal_lists::version)),
                    personal_lists::profile_version.eq(excluded(personal_lists::profile_version)),
                    personal_lists::edition.eq(excluded(personal_lists::edition)),
                    personal_lists::day.eq(excluded(personal_lists::day)),
                    personal_lists::rows.eq(excluded(personal_lists::rows)),
                    personal_lists::changed_at.eq(excluded(personal_lists::changed_at)),
                ))
                .execute(c)
                .map(|_| ()),
        })
    }

    /// Primary key.
    fn touch(&mut self, business: &BusinessId) -> Result<(), StoreError> {
        self.ask(|conn| {
            each!(conn, c => diesel::update(personal_lists::table.find(business.as_str()))
                .set(personal_lists::edition.eq(0))
                .execute(c))
        })?;
        Ok(())
    }

    /// Primary keys of both tables.
    fn marks(&mut self, ids: &[BusinessId]) -> Result<HashMap<BusinessId, Marks>, StoreError> {
        let rows: Vec<MarksRow> = self.ask(|conn| {
            each!(conn, c => personal_lists::table
                .inner_join(businesses::table.on(businesses::id.eq(personal_lists::business_id)))
                .filter(personal_lists::business_id.eq_any(ids.iter().map(BusinessId::as_str)))
                .select(MarksRow::as_select())
                .load(c))
        })?;
        rows.into_iter().map(MarksRow::read).collect()
    }

    /// Index `personal_lists_behind` in its order, then the primary key of businesses.
    fn behind(
        &mut self,
        frontier: Frontier,
        limit: u32,
    ) -> Result<Vec<(Business, PersonalList)>, StoreError> {
        type Pair = (BusinessRow, PersonalListRow);
        let mut rows: Vec<Pair> = self.ask(|conn| {
            each!(conn, c => personal_lists::table
                .inner_join(businesses::table.on(businesses::id.eq(personal_lists::business_id)))
                .filter(personal_lists::edition.lt(frontier.edition))
                .order((personal_lists::edition, personal_lists::day, personal_lists::business_id))
                .limit(i64::from(limit))
                .select((BusinessRow::as_select(), PersonalListRow::as_select()))
                .load(c))
        })?;
        // A question of its own, so that each is one range of the index.
        let room = i64::from(limit) - rows.len() as i64;
        let of_the_edition: Vec<Pair> = self.ask(|conn| {
            each!(conn, c => personal_lists::table
                .inner_join(businesses::table.on(businesses::id.eq(personal_lists::business_id)))
                .filter(personal_lists::edition.eq(frontier.edition))
                .filter(personal_lists::day.lt(frontier.day.to_string()))
                .order((personal_lists::day, personal_lists::business_id))
                .limit(room)
                .select((BusinessRow::as_select(), PersonalListRow::as_select()))
                .load(c))
        })?;
        rows.extend(of_the_edition);
        let pairs = rows.into_iter();
        pairs
            .map(|(business, list)| Ok((Business::try_from(business)?, PersonalList::try_from(list)?)))
            .collect()
    }

    /// Index `personal_lists_behind` alone.
    fn progress(&mut self, frontier: Frontier) -> Result<(i64, i64), StoreError> {
        let earlier: i64 = self.ask(|conn| {
            each!(conn, c => personal_lists::table
                .filter(personal_lists::edition.lt(frontier.edition))
                .select(count_star())
                .get_result(c))
        })?;
        let over: i64 = self.ask(|conn| {
            each!(conn, c => personal_lists::table
                .filter(personal_lists::edition.eq(frontier.edition))
                .filter(personal_lists::day.lt(frontier.day.to_string()))
                .select(count_star())
                .get_result(c))
        })?;
        let total =
            self.ask(|conn| each!(conn, c => personal_lists::table.select(count_star()).get_result(c)))?;
        Ok((earlier + over, total))
    }

    /// Primary key; as lists are stored. A version that exists already would be a change told twice.
    fn insert_changes(&mut self, changes: &[&ListChange]) -> Result<(), StoreError> {
        let rows: Vec<ListChangeRow> = changes.iter().map(|change| ListChangeRow::from(*change)).collect();
        self.ask(|conn| match conn {
            Conn::Sqlite(c) => rows.iter().try_for_each(|row| {
                diesel::insert_into(list_changes::table).values(row).execute(c).map(|_| ())
            }),
            Conn::Postgres(_) if rows.is_empty() => Ok(()),
            Conn::Postgres(c) => {
                diesel::insert_into(list_changes::table).values(&rows).execute(c).map(|_| ())
            }
        })
    }

    /// Primary key, backwards.
    fn changes(&mut self, business: &BusinessId, page: &PageRequest) -> Result<Page<ListChange>, StoreError> {
        let before = numeric_key(page)?.unwrap_or(i64::MAX);
        let rows = self.ask(|conn| {
            each!(conn, c => list_changes::table
                .filter(list_changes::business_id.eq(business.as_str()))
                .filter(list_changes::version.lt(before))
                .order(list_changes::version.desc())
                .limit(one_past(page))
                .select(ListChangeRow::as_select())
                .load(c))
        })?;
        cut(rows, page, |change: &ListChange| change.version.to_string())
    }
}

/// A list is new once and changed often.
fn update_or_insert(c: &mut SqliteConnection, row: &PersonalListRow) -> QueryResult<()> {
    let known = diesel::update(personal_lists::table.find(row.business_id())).set(row).execute(c)?;
    if known == 0 {
        diesel::insert_into(personal_lists::table).values(row).execute(c)?;
    }
    Ok(())
}
