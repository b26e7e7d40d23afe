use std::sync::Arc;

use diesel::prelude::*;
use domain::{
    digest::Digest,
    ports::store::StoreError,
    submission::{Dossier, State, Submission, next_step::Progress},
};

use super::{digest_bytes, from_json, moment, moment_or_none, parsed, to_json};
use crate::schema::submissions;

/// A submission. `open_digest` is its document's digest from lodging until it is closed, null before and after:
/// only an open submission can be a twin.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = submissions, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct SubmissionRow {
    id: String,
    business_id: String,
    application_id: String,
    service: String,
    service_version: i64,
    authority_id: String,
    situation: Option<String>,
    state: String,
    number: Option<String>,
    form: String,
    attachments: String,
    dossier: String,
    open_digest: Option<Vec<u8>>,
    version: i64,
    created_at: i64,
    updated_at: i64,
    lodged_at: Option<i64>,
    decision_due_at: Option<i64>,
    expires_at: Option<i64>,
}

impl SubmissionRow {
    /// The row of `submission`, whose document has the digest `document`.
    pub(crate) fn new(submission: &Submission, document: Option<&Digest>) -> Self {
        let Submission {
            id,
            business,
            application,
            service,
            service_version,
            authority,
            situation,
            state,
            number,
            form,
            attachments,
            dossier,
            version,
            created_at,
            updated_at,
            lodged_at,
            decision_due_at,
            expires_at,
        } = submission;
        Self {
            id: id.to_string(),
            business_id: business.to_string(),
            application_id: application.to_string(),
            service: service.clone(),
            service_version: *service_version,
            authority_id: authority.to_string(),
            situation: situation.clone(),
            state: <&str>::from(*state).to_owned(),
            number: number.clone(),
            form: to_json(form),
            attachments: to_json(attachments),
            dossier: to_json(dossier),
            open_digest: document.filter(|_| is_open(*state)).map(digest_bytes),
            version: *version,
            created_at: created_at.micros(),
            updated_at: updated_at.micros(),
            lodged_at: lodged_at.map(|at| at.micros()),
            decision_due_at: decision_due_at.map(|at| at.micros()),
            expires_at: expires_at.map(|at| at.micros()),
        }
    }
}

/// Whether a submission of this state is under way, so that it can be a twin.
pub(crate) fn is_open(state: State) -> bool {
    match state {
        State::Lodged
        | State::Registered
        | State::InReview
        | State::InformationRequested
        | State::Returned => true,
        State::Draft | State::Granted | State::Refused | State::Withdrawn | State::Expired => false,
    }
}

impl TryFrom<SubmissionRow> for Submission {
    type Error = StoreError;

    fn try_from(row: SubmissionRow) -> Result<Self, StoreError> {
        let SubmissionRow {
            id,
            business_id,
            application_id,
            service,
            service_version,
            authority_id,
            situation,
            state,
            number,
            form,
            attachments,
            dossier,
            open_digest: _,
            version,
            created_at,
            updated_at,
            lodged_at,
            decision_due_at,
            expires_at,
        } = row;
        Ok(Self {
            id: parsed("submissions.id", &id)?,
            business: parsed("submissions.business_id", &business_id)?,
            application: parsed("submissions.application_id", &application_id)?,
            service,
            service_version,
            authority: parsed("submissions.authority_id", &authority_id)?,
            situation,
            state: parsed("submissions.state", &state)?,
            number,
            form: Arc::new(from_json("submissions.form", &form)?),
            attachments: from_json("submissions.attachments", &attachments)?,
            dossier: from_json("submissions.dossier", &dossier)?,
            version,
            created_at: moment("submissions.created_at", created_at)?,
            updated_at: moment("submissions.updated_at", updated_at)?,
            lodged_at: moment_or_none("submissions.lodged_at", lodged_at)?,
            decision_due_at: moment_or_none("submissions.decision_due_at", decision_due_at)?,
            expires_at: moment_or_none("submissions.expires_at", expires_at)?,
        })
    }
}

/// How far a submission has come; a part of its row.
#[derive(Queryable, Selectable)]
#[diesel(table_name = submissions)]
pub(crate) struct ProgressRow {
    id: String,
    state: String,
    dossier: String,
    version: i64,
    updated_at: i64,
    decision_due_at: Option<i64>,
    expires_at: Option<i64>,
}

impl TryFrom<ProgressRow> for Progress {
    type Error = StoreError;

    fn try_from(row: ProgressRow) -> Result<Self, StoreError> {
        let ProgressRow { id, state, dossier, version, updated_at, decision_due_at, expires_at } = row;
        let state = parsed("submissions.state", &state)?;
        // Only what was decided is rated, and only then the dossier is worth reading.
        let rated = match state {
            State::Granted | State::Refused => {
                from_json::<Dossier>("submissions.dossier", &dossier)?.rating.is_some()
            }
            State::Draft
            | State::Lodged
            | State::Registered
            | State::InReview
            | State::InformationRequested
            | State::Returned
            | State::Withdrawn
            | State::Expired => false,
        };
        Ok(Self {
            id: parsed("submissions.id", &id)?,
            state,
            rated,
            version,
            updated_at: moment("submissions.updated_at", updated_at)?,
            decision_due_at: moment_or_none("submissions.decision_due_at", decision_due_at)?,
            expires_at: moment_or_none("submissions.expires_at", expires_at)?,
        })
    }
}
