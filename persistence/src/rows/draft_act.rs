use diesel::prelude::*;
use domain::{
    draft_act::{DraftAct, DraftVersion},
    ports::store::StoreError,
};

use super::{from_json, moment, parsed, to_json};
use crate::schema::{draft_act_versions, draft_acts};

/// A draft act.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = draft_acts, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct DraftActRow {
    id: String,
    developer_id: String,
    stage: String,
    open_until: Option<i64>,
    body: String,
    version: i64,
    published_at: i64,
    changed_at: i64,
    telling_after: Option<String>,
}

impl From<&DraftAct> for DraftActRow {
    fn from(draft: &DraftAct) -> Self {
        let DraftAct { id, developer, stage, body, version, published_at, changed_at, telling_after } = draft;
        Self {
            id: id.to_string(),
            developer_id: developer.to_string(),
            stage: <&str>::from(*stage).to_owned(),
            open_until: draft.open_until().map(|until| until.micros()),
            body: to_json(body),
            version: *version,
            published_at: published_at.micros(),
            changed_at: changed_at.micros(),
            telling_after: telling_after.clone(),
        }
    }
}

impl TryFrom<DraftActRow> for DraftAct {
    type Error = StoreError;

    fn try_from(row: DraftActRow) -> Result<Self, StoreError> {
        let DraftActRow {
            id,
            developer_id,
            stage,
            open_until: _,
            body,
            version,
            published_at,
            changed_at,
            telling_after,
        } = row;
        Ok(Self {
            id: parsed("draft_acts.id", &id)?,
            developer: parsed("draft_acts.developer_id", &developer_id)?,
            stage: parsed("draft_acts.stage", &stage)?,
            body: from_json("draft_acts.body", &body)?,
            version,
            published_at: moment("draft_acts.published_at", published_at)?,
            changed_at: moment("draft_acts.changed_at", changed_at)?,
            telling_after,
        })
    }
}

/// A version of a draft that was replaced.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = draft_act_versions)]
pub(crate) struct DraftVersionRow {
    draft_id: String,
    version: i64,
    stage: String,
    body: String,
    at: i64,
}

impl From<&DraftVersion> for DraftVersionRow {
    fn from(replaced: &DraftVersion) -> Self {
        let DraftVersion { draft, version, stage, body, at } = replaced;
        Self {
            draft_id: draft.to_string(),
            version: *version,
            stage: <&str>::from(*stage).to_owned(),
            body: to_json(body),
            at: at.micros(),
        }
    }
}

impl TryFrom<DraftVersionRow> for DraftVersion {
    type Error = StoreError;

    fn try_from(row: DraftVersionRow) -> Result<Self, StoreError> {
        let DraftVersionRow { draft_id, version, stage, body, at } = row;
        Ok(Self {
            draft: parsed("draft_act_versions.draft_id", &draft_id)?,
            version,
            stage: parsed("draft_act_versions.stage", &stage)?,
            body: from_json("draft_act_versions.body", &body)?,
            at: moment("draft_act_versions.at", at)?,
        })
    }
}
