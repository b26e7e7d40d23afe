//! Attachments and receipts.

use domain::{
    attachment::{Attachment, AttachmentState},
    digest::Digest,
    idempotency::{Claim, Remembered, StoredReply},
    ids::{AttachmentId, ReceiptId, SubmissionId},
    mandate::Right,
    page::PageRequest,
    ports::store::StoreError,
    receipt::Receipt,
    submission::State,
};

use super::{
    fixture::Fixture,
    samples::{NASTY, at, attachment, holder, id, keep, mandate, receipt, set_scene, submission},
};

pub async fn attachments_belong_to_their_business(fixture: Fixture) {
    set_scene(&fixture).await;
    fixture.write(|tx| tx.attachments().insert(&attachment(1, 1))).await;
    assert_eq!(fixture.read(|tx| tx.attachments().find(&id(1), &id(1))).await, Some(attachment(1, 1)));
    assert_eq!(fixture.read(|tx| tx.attachments().find(&id(2), &id(1))).await, None);
    fixture.write(|tx| tx.submissions().insert(&submission(5, 1, State::Draft), None)).await;
    let stored = Attachment { state: AttachmentState::Stored, submission: Some(id(5)), ..attachment(1, 1) };
    let update = stored.clone();
    fixture.write(move |tx| tx.attachments().update(&update)).await;
    assert_eq!(fixture.read(|tx| tx.attachments().find(&id(1), &id(1))).await, Some(stored));
    let stolen = fixture.store.write(|tx| tx.attachments().update(&attachment(1, 2))).await;
    assert!(matches!(stolen, Err(StoreError::Corrupt(_))), "{stolen:?}");
    let again = fixture.store.write(|tx| tx.attachments().insert(&attachment(1, 1))).await;
    assert_eq!(again, Err(StoreError::Conflict));
}

pub async fn attachments_page_newest_first(fixture: Fixture) {
    set_scene(&fixture).await;
    fixture.write(|tx| (1..=3).try_for_each(|n| tx.attachments().insert(&attachment(n, 1)))).await;
    fixture.write(|tx| tx.attachments().insert(&attachment(4, 2))).await;
    let first = PageRequest { after: None, limit: 2 };
    let page = fixture.read(move |tx| tx.attachments().list(&id(1), &first)).await;
    assert_eq!(page.items, [attachment(3, 1), attachment(2, 1)]);
    assert_eq!(page.next, Some(id::<AttachmentId>(2).to_string()));
    let second = PageRequest { after: page.next, limit: 2 };
    let page = fixture.read(move |tx| tx.attachments().list(&id(1), &second)).await;
    assert_eq!((page.items, page.next), (vec![attachment(1, 1)], None));
}

pub async fn receipts_are_found_under_a_mandate(fixture: Fixture) {
    set_scene(&fixture).await;
    let full = Receipt {
        body_digest: Some(Digest::of(b"body")),
        idempotency_key: Some(NASTY.into()),
        ..receipt(1, 1, 0)
    };
    let kept = keep(&fixture, vec![full, receipt(2, 1, 0)]).await;
    for expected in kept {
        let find = |application: u32| {
            let wanted: ReceiptId = expected.id.clone();
            fixture.read(move |tx| tx.receipts().find(&holder(application, Right::ReceiptsRead), &wanted))
        };
        assert_eq!(find(1).await, Some(expected.clone()));
        assert_eq!(find(2).await, None, "no mandate");
    }
    fixture.write(|tx| tx.mandates().insert(&mandate(3, 2, 1))).await;
    assert!(fixture.read(|tx| tx.receipts().find(&holder(2, Right::ReceiptsRead), &id(1))).await.is_some());
}

pub async fn receipts_are_found_by_either_digest(fixture: Fixture) {
    set_scene(&fixture).await;
    let digest = Digest::of(b"the same");
    let by_document = Receipt { digest, ..receipt(1, 1, 0) };
    let by_body = Receipt { body_digest: Some(digest), ..receipt(2, 1, 0) };
    let by_both = Receipt { digest, body_digest: Some(digest), ..receipt(3, 1, 0) };
    let foreign = Receipt { digest, ..receipt(4, 2, 0) };
    let kept = keep(&fixture, vec![by_document, by_body, by_both, foreign, receipt(5, 1, 0)]).await;
    let found =
        fixture.read(move |tx| tx.receipts().by_digest(&holder(1, Right::ReceiptsRead), &digest)).await;
    assert_eq!(found, [kept[2].clone(), kept[1].clone(), kept[0].clone()], "newest first");
    let found =
        fixture.read(move |tx| tx.receipts().by_digest(&holder(2, Right::ReceiptsRead), &digest)).await;
    assert_eq!(found, [kept[3].clone()]);
}

pub async fn receipts_are_found_by_the_applications_own_key(fixture: Fixture) {
    set_scene(&fixture).await;
    let keyed = |n, business| Receipt { idempotency_key: Some(NASTY.into()), ..receipt(n, business, 0) };
    let mut all = vec![keyed(200, 2), receipt(201, 1, 0)];
    all.extend((1..=101).map(|n| keyed(n, 1)));
    let kept = keep(&fixture, all).await;
    let remembered = |application, events| Remembered {
        claim: Claim { application: id(application), key: NASTY.into(), fingerprint: Digest::of(b"") },
        reply: StoredReply { status: 201, location: None, etag: None, body: String::new() },
        events,
        at: at(1),
    };
    let replies = [remembered(2, (0, 1)), remembered(1, (2, 103))];
    fixture.write(move |tx| replies.iter().try_for_each(|one| tx.idempotency().insert(one))).await;
    let found = fixture.read(|tx| tx.receipts().by_key(&id(1), NASTY)).await;
    assert_eq!(found.len(), 100);
    assert_eq!((found.first(), found.last()), (kept.last(), kept.get(3)), "the newest hundred");
    assert_eq!(fixture.read(|tx| tx.receipts().by_key(&id(1), "other")).await, []);
    assert_eq!(fixture.read(|tx| tx.receipts().by_key(&id(2), NASTY)).await, [kept[0].clone()]);
}

pub async fn receipts_of_a_subject_come_oldest_first(fixture: Fixture) {
    set_scene(&fixture).await;
    let of_other = Receipt { subject: id::<SubmissionId>(2).to_string(), ..receipt(3, 1, 0) };
    let kept = keep(&fixture, vec![receipt(9, 1, 0), receipt(1, 1, 0), of_other]).await;
    let subject = || id::<SubmissionId>(1).to_string();
    let found = fixture.read(move |tx| tx.receipts().of_subject(&id(1), &subject())).await;
    assert_eq!(found, kept[..2]);
    assert_eq!(fixture.read(move |tx| tx.receipts().of_subject(&id(2), &subject())).await, []);
}
