use diesel::{dsl::max, prelude::*};
use domain::{
    digest::Digest,
    ids::{ApplicationId, AuthorityId, BusinessId, SubmissionId},
    mandate::{Holder, OnBehalf, Terms},
    page::{Page, PageRequest},
    ports::store::{StoreError, Submissions},
    submission::{Submission, list::SubmissionFilter, next_step::Progress},
    time::Timestamp,
};

use super::{Transaction, all, cut, inserted, mandate::held, one_past};
use crate::{
    conn::each,
    rows::{
        mandate::TermsRow,
        parsed,
        submission::{ProgressRow, SubmissionRow, is_open},
    },
    schema::{mandates, receipts, submissions},
};

/// How many lodgings of one document by one business are looked at for one that is still open.
const LODGINGS_OF_ONE_DOCUMENT: i64 = 100;

impl Submissions for Transaction<'_> {
    /// Primary key.
    fn insert(&mut self, submission: &Submission, document: Option<&Digest>) -> Result<(), StoreError> {
        let row = SubmissionRow::new(submission, document);
        let rows = self.ask(|conn| insert_new!(conn, submissions::table, &row))?;
        inserted(rows)
    }

    /// Primary key.
    fn find(&mut self, business: &BusinessId, id: &SubmissionId) -> Result<Option<Submission>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => submissions::table
                .find(id.as_str())
                .filter(submissions::business_id.eq(business.as_str()))
                .select(SubmissionRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Submission::try_from).transpose()
    }

    /// Primary key, then index `mandates_in_force`. The form is not even read.
    fn progress(
        &mut self,
        on_behalf: &OnBehalf,
        id: &SubmissionId,
    ) -> Result<Option<(Terms, Progress)>, StoreError> {
        let OnBehalf { application, business, .. } = on_behalf;
        let row = self.ask(|conn| {
            each!(conn, c => submissions::table
                .inner_join(mandates::table.on(mandates::business_id.eq(submissions::business_id)))
                .filter(submissions::id.eq(id.as_str()))
                .filter(submissions::business_id.eq(business.as_str()))
                .filter(mandates::application_id.eq(application.as_str()))
                .filter(mandates::ended_at.is_null())
                .select((TermsRow::as_select(), ProgressRow::as_select()))
                .get_result(c)
                .optional())
        })?;
        row.map(|(terms, progress): (TermsRow, ProgressRow)| Ok((terms.try_into()?, progress.try_into()?)))
            .transpose()
    }

    /// Primary key per id, then index `mandates_in_force`. In the order of ids; an id named twice comes once.
    fn find_many(&mut self, holder: &Holder, ids: &[SubmissionId]) -> Result<Vec<Submission>, StoreError> {
        let ids: Vec<&str> = ids.iter().map(SubmissionId::as_str).collect();
        let rows = self.ask(|conn| {
            each!(conn, c => held!(submissions::table
                .inner_join(mandates::table.on(mandates::business_id.eq(submissions::business_id))), holder)
                .filter(submissions::id.eq_any(ids))
                .order(submissions::id)
                .select(SubmissionRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Primary key. What was never lodged is invisible, a draft that was withdrawn or expired included.
    fn find_addressed(
        &mut self,
        authority: &AuthorityId,
        id: &SubmissionId,
    ) -> Result<Option<Submission>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => submissions::table
                .find(id.as_str())
                .filter(submissions::authority_id.eq(authority.as_str()))
                .filter(submissions::lodged_at.is_not_null())
                .select(SubmissionRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Submission::try_from).transpose()
    }

    /// Primary key. The row must belong to the same business.
    fn update(&mut self, submission: &Submission, expected: i64) -> Result<bool, StoreError> {
        let document = is_open(submission.state).then(|| submission.digest());
        let row = SubmissionRow::new(submission, document.as_ref());
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(submissions::table)
                .filter(submissions::id.eq(submission.id.as_str()))
                .filter(submissions::business_id.eq(submission.business.as_str()))
                .filter(submissions::version.eq(expected))
                .set(&row)
                .execute(c))
        })?;
        Ok(rows == 1)
    }

    /// Index `submissions_business`, backwards; the filters are judged in the index.
    fn list(
        &mut self,
        business: &BusinessId,
        filter: &SubmissionFilter,
        page: &PageRequest,
    ) -> Result<Page<Submission>, StoreError> {
        let SubmissionFilter { state, service, situation } = filter;
        let rows = self.ask(|conn| {
            each!(conn, c => {
                let mut list = submissions::table
                    .filter(submissions::business_id.eq(business.as_str()))
                    .order(submissions::id.desc())
                    .limit(one_past(page))
                    .select(SubmissionRow::as_select())
                    .into_boxed();
                if let Some(after) = &page.after {
                    list = list.filter(submissions::id.lt(after));
                }
                if let Some(state) = state {
                    list = list.filter(submissions::state.eq(<&str>::from(*state)));
                }
                if let Some(service) = service {
                    list = list.filter(submissions::service.eq(service));
                }
                if let Some(situation) = situation {
                    list = list.filter(submissions::situation.eq(situation));
                }
                list.load(c)
            })
        })?;
        cut(rows, page, |submission: &Submission| submission.id.to_string())
    }

    /// Index `receipts_digest`, because whatever is lodged has a receipt over its document, then primary keys. Of
    /// documents that were lodged very often only the newest are looked at. The newest twin.
    fn open_twin(
        &mut self,
        business: &BusinessId,
        service: &str,
        digest: &Digest,
    ) -> Result<Option<SubmissionId>, StoreError> {
        let digest = digest.as_bytes().as_slice();
        let id: Option<String> = self.ask(|conn| {
            each!(conn, c => submissions::table
                .filter(submissions::id.eq_any(receipts::table
                    .filter(receipts::digest.eq(digest))
                    .filter(receipts::business_id.eq(business.as_str()))
                    .order(receipts::sequence.desc())
                    .select(receipts::subject)
                    .limit(LODGINGS_OF_ONE_DOCUMENT)))
                .filter(submissions::service.eq(service))
                .filter(submissions::open_digest.eq(digest))
                .select(max(submissions::id))
                .get_result(c))
        })?;
        id.map(|id| parsed("submissions.id", &id)).transpose()
    }

    /// Index `submissions_business`, backwards; what is open is lodged and keeps the digest of its document.
    fn open_of(
        &mut self,
        business: &BusinessId,
        application: &ApplicationId,
        limit: u32,
    ) -> Result<Vec<Submission>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => submissions::table
                .filter(submissions::business_id.eq(business.as_str()))
                .filter(submissions::application_id.eq(application.as_str()))
                .filter(submissions::open_digest.is_not_null())
                .order(submissions::id.desc())
                .limit(i64::from(limit))
                .select(SubmissionRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Index `submissions_expiry`. A term that ends at `now` has passed; a closed submission has no term.
    fn overdue(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Submission>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => submissions::table
                .filter(submissions::expires_at.le(now.micros()))
                .order((submissions::expires_at, submissions::id))
                .limit(i64::from(limit))
                .select(SubmissionRow::as_select())
                .load(c))
        })?;
        all(rows)
    }
}
