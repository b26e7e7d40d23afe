use diesel::{prelude::*, sql_types::BigInt};
use domain::{
    ids::{ApplicationId, BusinessId, MandateId},
    mandate::Mandate,
    page::{Page, PageRequest},
    ports::store::{MandateFilter, Mandates, StoreError},
    time::Timestamp,
};

use super::{Transaction, all, cut, inserted, one_past};
use crate::{conn::each, rows::mandate::MandateRow, schema::mandates};

diesel::infix_operator!(BitAnd, " & ", BigInt);

/// The rights of a mandate that are among those of a mask.
pub(super) fn rights_among(mask: i64) -> BitAnd<mandates::rights, diesel::dsl::AsExprOf<i64, BigInt>> {
    BitAnd::new(mandates::rights, diesel::expression::AsExpression::<BigInt>::as_expression(mask))
}

/// What makes a mandate of the holder carry its question now. Judged along index `mandates_in_force`.
macro_rules! held {
    ($query:expr, $holder:expr) => {
        $query
            .filter(mandates::application_id.eq($holder.application.as_str()))
            .filter(mandates::ended_at.is_null())
            .filter(mandates::status.eq("in_force"))
            .filter(mandates::valid_from.le($holder.at.micros()))
            .filter(
                mandates::valid_until
                    .is_null()
                    .or(mandates::valid_until.assume_not_null().gt($holder.at.micros())),
            )
            .filter($crate::tx::mandate::rights_among($holder.right.bit()).ne(0_i64))
    };
}

pub(super) use held;

impl Mandates for Transaction<'_> {
    /// Primary key and unique index `mandates_in_force`: a second open one for the same pair is a conflict.
    fn insert(&mut self, mandate: &Mandate) -> Result<(), StoreError> {
        let row = MandateRow::from(mandate);
        let rows = self.ask(|conn| insert_new!(conn, mandates::table, &row))?;
        inserted(rows)
    }

    /// Unique index `mandates_in_force`.
    fn open(
        &mut self,
        application: &ApplicationId,
        business: &BusinessId,
    ) -> Result<Option<Mandate>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => mandates::table
                .filter(mandates::application_id.eq(application.as_str()))
                .filter(mandates::business_id.eq(business.as_str()))
                .filter(mandates::ended_at.is_null())
                .select(MandateRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Mandate::try_from).transpose()
    }

    /// Index `mandates_business`, backwards. Only those are asked for it who have no open one.
    fn last_closed(
        &mut self,
        application: &ApplicationId,
        business: &BusinessId,
    ) -> Result<Option<Mandate>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => mandates::table
                .filter(mandates::application_id.eq(application.as_str()))
                .filter(mandates::business_id.eq(business.as_str()))
                .filter(mandates::ended_at.is_not_null())
                .order(mandates::id.desc())
                .limit(1)
                .select(MandateRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Mandate::try_from).transpose()
    }

    /// Primary key.
    fn find(&mut self, business: &BusinessId, id: &MandateId) -> Result<Option<Mandate>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => mandates::table
                .find(id.as_str())
                .filter(mandates::business_id.eq(business.as_str()))
                .select(MandateRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Mandate::try_from).transpose()
    }

    /// Primary key.
    fn update(&mut self, mandate: &Mandate) -> Result<bool, StoreError> {
        let row = MandateRow::from(mandate);
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(mandates::table)
                .filter(mandates::id.eq(mandate.id.as_str()))
                .filter(mandates::version.eq(mandate.version - 1))
                .set(&row)
                .execute(c))
        })?;
        Ok(rows == 1)
    }

    /// Index `mandates_application` or `mandates_business`, in the order of ids.
    fn list(
        &mut self,
        filter: &MandateFilter,
        now: Timestamp,
        page: &PageRequest,
    ) -> Result<Page<Mandate>, StoreError> {
        let MandateFilter { application, business, parent, status, kind } = filter;
        let rows = self.ask(|conn| {
            each!(conn, c => {
                let mut list = mandates::table
                    .filter(mandates::id.gt(page.after.as_deref().unwrap_or("")))
                    .order(mandates::id)
                    .limit(one_past(page))
                    .select(MandateRow::as_select())
                    .into_boxed();
                if let Some(application) = application {
                    list = list.filter(mandates::application_id.eq(application.as_str()));
                }
                if let Some(business) = business {
                    list = list.filter(mandates::business_id.eq(business.as_str()));
                }
                if let Some(parent) = parent {
                    list = list.filter(mandates::parent_id.eq(parent.as_str()));
                }
                if let Some(kind) = kind {
                    list = list.filter(mandates::kind.eq(<&str>::from(*kind)));
                }
                if let Some(status) = status {
                    list = list.filter(mandates::status.eq(<&str>::from(*status)));
                    list = list.filter(mandates::ended_at.is_not_null().or(mandates::valid_until.is_null())
                        .or(mandates::valid_until.assume_not_null().gt(now.micros())));
                }
                list.load(c)
            })
        })?;
        cut(rows, page, |mandate: &Mandate| mandate.id.to_string())
    }

    /// Index `mandates_parent`.
    fn children(&mut self, parent: &MandateId) -> Result<Vec<Mandate>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => mandates::table
                .filter(mandates::parent_id.eq(parent.as_str()))
                .filter(mandates::ended_at.is_null())
                .order(mandates::id)
                .select(MandateRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Index `mandates_expiry`.
    fn over(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Mandate>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => mandates::table
                .filter(mandates::ended_at.is_null())
                .filter(mandates::valid_until.le(now.micros()))
                .order((mandates::valid_until, mandates::id))
                .limit(i64::from(limit))
                .select(MandateRow::as_select())
                .load(c))
        })?;
        all(rows)
    }
}
