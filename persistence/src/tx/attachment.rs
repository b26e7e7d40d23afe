use diesel::prelude::*;
use domain::{
    attachment::Attachment,
    ids::{AttachmentId, BusinessId},
    page::{Page, PageRequest},
    ports::store::{Attachments, StoreError},
};

use super::{Transaction, cut, inserted, one_past, updated};
use crate::{conn::each, rows::attachment::AttachmentRow, schema::attachments};

impl Attachments for Transaction<'_> {
    /// Primary key.
    fn insert(&mut self, attachment: &Attachment) -> Result<(), StoreError> {
        let row = AttachmentRow::from(attachment);
        let rows = self.ask(|conn| insert_new!(conn, attachments::table, &row))?;
        inserted(rows)
    }

    /// Primary key.
    fn find(&mut self, business: &BusinessId, id: &AttachmentId) -> Result<Option<Attachment>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => attachments::table
                .find(id.as_str())
                .filter(attachments::business_id.eq(business.as_str()))
                .select(AttachmentRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Attachment::try_from).transpose()
    }

    /// Primary key. The row must belong to the same business.
    fn update(&mut self, attachment: &Attachment) -> Result<(), StoreError> {
        let row = AttachmentRow::from(attachment);
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(attachments::table)
                .filter(attachments::id.eq(attachment.id.as_str()))
                .filter(attachments::business_id.eq(attachment.business.as_str()))
                .set(&row)
                .execute(c))
        })?;
        updated(rows, "attachments")
    }

    /// Index `attachments_business`, backwards.
    fn list(&mut self, business: &BusinessId, page: &PageRequest) -> Result<Page<Attachment>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => {
                let mut list = attachments::table
                    .filter(attachments::business_id.eq(business.as_str()))
                    .order(attachments::id.desc())
                    .limit(one_past(page))
                    .select(AttachmentRow::as_select())
                    .into_boxed();
                if let Some(after) = &page.after {
                    list = list.filter(attachments::id.lt(after));
                }
                list.load(c)
            })
        })?;
        cut(rows, page, |attachment: &Attachment| attachment.id.to_string())
    }
}
