use diesel::prelude::*;
use domain::{
    draft_act::{DraftAct, DraftVersion, browse::DraftFilter},
    ids::DraftActId,
    page::{Page, PageRequest},
    ports::store::{DraftActs, StoreError},
};

use super::{Transaction, cut, inserted, numeric_key, one_past, updated};
use crate::{
    conn::each,
    rows::draft_act::{DraftActRow, DraftVersionRow},
    schema::{draft_act_versions, draft_acts},
};

impl DraftActs for Transaction<'_> {
    /// Primary key.
    fn insert(&mut self, draft: &DraftAct) -> Result<(), StoreError> {
        let row = DraftActRow::from(draft);
        let rows = self.ask(|conn| insert_new!(conn, draft_acts::table, &row))?;
        inserted(rows)
    }

    /// Primary key.
    fn find(&mut self, id: &DraftActId) -> Result<Option<DraftAct>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => draft_acts::table
                .find(id.as_str())
                .select(DraftActRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(DraftAct::try_from).transpose()
    }

    /// Primary key. The row must be at the version before.
    fn update(&mut self, draft: &DraftAct) -> Result<(), StoreError> {
        let row = DraftActRow::from(draft);
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(draft_acts::table)
                .filter(draft_acts::id.eq(draft.id.as_str()))
                .filter(draft_acts::version.eq(draft.version - 1))
                .set(&row)
                .execute(c))
        })?;
        updated(rows, "draft_acts")
    }

    /// Index `draft_acts_list`, backwards; the filters are judged in the index.
    fn list(&mut self, filter: &DraftFilter, page: &PageRequest) -> Result<Page<DraftAct>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => {
                let mut query = draft_acts::table.into_boxed();
                if let Some(stage) = filter.stage {
                    query = query.filter(draft_acts::stage.eq(<&str>::from(stage)));
                }
                if let Some(developer) = &filter.developer {
                    query = query.filter(draft_acts::developer_id.eq(developer.as_str()));
                }
                if let Some(now) = filter.open_at {
                    query = query.filter(draft_acts::open_until.gt(now.micros()));
                }
                if let Some(after) = &page.after {
                    query = query.filter(draft_acts::id.lt(after));
                }
                query.order(draft_acts::id.desc()).limit(one_past(page)).select(DraftActRow::as_select()).load(c)
            })
        })?;
        cut(rows, page, |draft: &DraftAct| draft.id.to_string())
    }

    /// Primary key.
    fn insert_version(&mut self, version: &DraftVersion) -> Result<(), StoreError> {
        let row = DraftVersionRow::from(version);
        let rows = self.ask(|conn| insert_new!(conn, draft_act_versions::table, &row))?;
        inserted(rows)
    }

    /// Primary key, backwards.
    fn versions(&mut self, id: &DraftActId, page: &PageRequest) -> Result<Page<DraftVersion>, StoreError> {
        let before = numeric_key(page)?.unwrap_or(i64::MAX);
        let rows = self.ask(|conn| {
            each!(conn, c => draft_act_versions::table
                .filter(draft_act_versions::draft_id.eq(id.as_str()))
                .filter(draft_act_versions::version.lt(before))
                .order(draft_act_versions::version.desc())
                .limit(one_past(page))
                .select(DraftVersionRow::as_select())
                .load(c))
        })?;
        cut(rows, page, |known: &DraftVersion| known.version.to_string())
    }

    /// Index `draft_acts_telling` in its order.
    fn to_tell(&mut self) -> Result<Option<DraftAct>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => draft_acts::table
                .filter(draft_acts::telling_after.is_not_null())
                .order((draft_acts::changed_at, draft_acts::id))
                .limit(1)
                .select(DraftActRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(DraftAct::try_from).transpose()
    }

    /// Primary key.
    fn told(&mut self, draft: &DraftAct) -> Result<(), StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(draft_acts::table)
                .filter(draft_acts::id.eq(draft.id.as_str()))
                .set(draft_acts::telling_after.eq(&draft.telling_after))
                .execute(c))
        })?;
        updated(rows, "draft_acts")
    }
}
