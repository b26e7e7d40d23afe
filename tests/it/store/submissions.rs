//! Submissions.

use domain::{
    digest::Digest,
    ids::SubmissionId,
    mandate::Right,
    page::PageRequest,
    ports::store::StoreError,
    receipt::Receipt,
    submission::{Rating, State, Submission, list::SubmissionFilter, next_step::Progress},
};

use super::{
    fixture::Fixture,
    samples::{at, claim, holder, id, keep, mandate, receipt, set_scene, submission},
};

async fn store(fixture: &Fixture, all: Vec<Submission>) {
    fixture
        .write(move |tx| all.iter().try_for_each(|each| tx.submissions().insert(each, Some(&each.digest()))))
        .await;
}

/// Stores submissions with the receipts of their lodging.
async fn lodge(fixture: &Fixture, all: Vec<Submission>) {
    let made = all.iter().map(|each| {
        let (digest, subject) = (each.digest(), each.id.to_string());
        let number = subject.rsplit('_').next().and_then(|number| number.parse().ok()).expect("a number");
        Receipt { digest, subject, ..receipt(number, 1, 0) }
    });
    let receipts: Vec<Receipt> = made.collect();
    store(fixture, all).await;
    keep(fixture, receipts).await;
}

fn numbers(found: &[Submission]) -> Vec<SubmissionId> {
    found.iter().map(|submission| submission.id.clone()).collect()
}

fn ids(all: &[u32]) -> Vec<SubmissionId> {
    all.iter().map(|n| id(*n)).collect()
}

pub async fn a_submission_reads_back_for_its_business_alone(fixture: Fixture) {
    set_scene(&fixture).await;
    let stored = submission(1, 1, State::Lodged);
    let digest = stored.digest();
    store(&fixture, vec![stored.clone()]).await;
    let found = fixture.read(|tx| tx.submissions().find(&id(1), &id(1))).await.expect("it is stored");
    assert_eq!(found, stored);
    assert_eq!(found.digest(), digest, "what the receipt was made over does not change in the store");
    assert_eq!(fixture.read(|tx| tx.submissions().find(&id(2), &id(1))).await, None);
    let again = fixture.store.write(move |tx| tx.submissions().insert(&stored, None)).await;
    assert_eq!(again, Err(StoreError::Conflict));
    let orphan = submission(2, 9, State::Draft);
    let refused = fixture.store.write(move |tx| tx.submissions().insert(&orphan, None)).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}

pub async fn progress_is_told_under_a_mandate_alone(fixture: Fixture) {
    set_scene(&fixture).await;
    let rating = Rating { satisfaction: 4, ease: 4, comment: None, at: at(6) };
    let mut rated = submission(2, 1, State::Granted);
    rated.dossier.rating = Some(rating);
    let all = vec![submission(1, 1, State::Lodged), rated, submission(3, 1, State::Refused)];
    store(&fixture, all.clone()).await;
    for stored in all {
        let ask = |application: u32, business: u32| {
            let (on_behalf, wanted) =
                (claim(application, business, Right::SubmissionsRead), stored.id.clone());
            fixture.read(move |tx| tx.submissions().progress(&on_behalf, &wanted))
        };
        let told = ask(1, 1).await.map(|(_, progress)| progress);
        assert_eq!(told, Some(Progress::from(&stored)));
        assert_eq!((ask(2, 1).await, ask(1, 2).await, ask(2, 2).await), (None, None, None));
    }
}

pub async fn an_update_needs_the_expected_version_and_the_owner(fixture: Fixture) {
    set_scene(&fixture).await;
    store(&fixture, vec![submission(1, 1, State::Draft)]).await;
    let mut next = submission(1, 1, State::Lodged);
    next.version = 2;
    (next.number, next.situation, next.expires_at) = (None, None, Some(at(9)));
    let expected = next.clone();
    let mut stolen = next.clone();
    stolen.business = id(2);
    assert!(!fixture.write(move |tx| tx.submissions().update(&stolen, 1)).await, "another business's");
    let update = next.clone();
    assert!(fixture.write(move |tx| tx.submissions().update(&update, 1)).await);
    assert!(!fixture.write(move |tx| tx.submissions().update(&next, 1)).await, "stale");
    assert_eq!(fixture.read(|tx| tx.submissions().find(&id(1), &id(1))).await, Some(expected));
}

pub async fn the_authority_sees_what_was_lodged_to_it(fixture: Fixture) {
    set_scene(&fixture).await;
    let withdrawn_draft = Submission { lodged_at: None, ..submission(3, 1, State::Withdrawn) };
    let lodged = submission(2, 1, State::Lodged);
    store(&fixture, vec![submission(1, 1, State::Draft), lodged.clone(), withdrawn_draft]).await;
    assert_eq!(fixture.read(|tx| tx.submissions().find_addressed(&id(1), &id(2))).await, Some(lodged));
    for (authority, n) in [(1, 1), (1, 3), (2, 2), (1, 9)] {
        let found = fixture.read(move |tx| tx.submissions().find_addressed(&id(authority), &id(n))).await;
        assert_eq!(found, None, "authority {authority}, submission {n}");
    }
}

pub async fn a_list_pages_newest_first_and_stays_stable(fixture: Fixture) {
    set_scene(&fixture).await;
    store(&fixture, [1, 2, 3, 4, 5].map(|n| submission(n, 1, State::Draft)).to_vec()).await;
    store(&fixture, vec![submission(6, 2, State::Draft)]).await;
    let list = |after: Option<String>| {
        let request = PageRequest { after, limit: 2 };
        fixture.read(move |tx| tx.submissions().list(&id(1), &SubmissionFilter::default(), &request))
    };
    let first = list(None).await;
    assert_eq!(numbers(&first.items), ids(&[5, 4]));
    store(&fixture, vec![submission(7, 1, State::Draft)]).await;
    let second = list(first.next).await;
    assert_eq!(numbers(&second.items), ids(&[3, 2]));
    let third = list(second.next).await;
    assert_eq!((numbers(&third.items), third.next), (ids(&[1]), None));
    let all = fixture
        .read(|tx| {
            let request = PageRequest { after: None, limit: 6 };
            tx.submissions().list(&id(1), &SubmissionFilter::default(), &request)
        })
        .await;
    assert_eq!((all.items.len(), all.next), (6, None), "an exact page is the last one");
}

pub async fn a_list_filters(fixture: Fixture) {
    set_scene(&fixture).await;
    let other_service = Submission { service: "register-extract".into(), ..submission(2, 1, State::Lodged) };
    let other_situation = Submission { situation: None, ..submission(3, 1, State::Lodged) };
    store(&fixture, vec![submission(1, 1, State::Draft), other_service, other_situation]).await;
    let all = SubmissionFilter::default();
    let cases = [
        (all.clone(), vec![3, 2, 1]),
        (SubmissionFilter { state: Some(State::Lodged), ..all.clone() }, vec![3, 2]),
        (SubmissionFilter { service: Some("microloan".into()), ..all.clone() }, vec![3, 1]),
        (SubmissionFilter { situation: Some("grow".into()), ..all.clone() }, vec![2, 1]),
        (SubmissionFilter { state: Some(State::Granted), ..all }, vec![]),
    ];
    for (filter, expected) in cases {
        let asked = filter.clone();
        let request = PageRequest { after: None, limit: 10 };
        let page = fixture.read(move |tx| tx.submissions().list(&id(1), &asked, &request)).await;
        assert_eq!(numbers(&page.items), ids(&expected), "{filter:?}");
    }
}

pub async fn many_are_found_under_mandates_only(fixture: Fixture) {
    set_scene(&fixture).await;
    store(&fixture, vec![submission(1, 1, State::Draft), submission(2, 2, State::Draft)]).await;
    let wanted = ids(&[2, 1, 1, 9]);
    let asked = wanted.clone();
    let found =
        fixture.read(move |tx| tx.submissions().find_many(&holder(1, Right::SubmissionsRead), &asked)).await;
    assert_eq!(numbers(&found), ids(&[1]));
    fixture.write(|tx| tx.mandates().insert(&mandate(3, 1, 2))).await;
    let found =
        fixture.read(move |tx| tx.submissions().find_many(&holder(1, Right::SubmissionsRead), &wanted)).await;
    assert_eq!(numbers(&found), ids(&[1, 2]));
    assert_eq!(
        fixture.read(|tx| tx.submissions().find_many(&holder(1, Right::SubmissionsRead), &[])).await,
        []
    );
    let thousand: Vec<SubmissionId> = (1..=1000).map(id).collect();
    let found = fixture
        .read(move |tx| tx.submissions().find_many(&holder(1, Right::SubmissionsRead), &thousand))
        .await;
    assert_eq!(found.len(), 2);
}

pub async fn a_twin_is_open_and_has_the_same_document(fixture: Fixture) {
    set_scene(&fixture).await;
    let digest = submission(1, 1, State::Draft).digest();
    let same = |n: u32, state| Submission { form: submission(1, 1, state).form, ..submission(n, 1, state) };
    let twin = |business: u32, service: &'static str, digest: Digest| {
        fixture.read(move |tx| tx.submissions().open_twin(&id(business), service, &digest))
    };
    store(&fixture, vec![same(1, State::Draft)]).await;
    lodge(&fixture, vec![same(2, State::Granted), same(3, State::Withdrawn)]).await;
    assert_eq!(twin(1, "microloan", digest).await, None, "a draft or a closed one is no twin");
    lodge(&fixture, vec![same(4, State::Lodged), submission(5, 1, State::Lodged)]).await;
    assert_eq!(twin(1, "microloan", digest).await, Some(id(4)));
    assert_eq!(twin(2, "microloan", digest).await, None);
    assert_eq!(twin(1, "register-extract", digest).await, None);
    assert_eq!(twin(1, "microloan", Digest::of(b"")).await, None);
    let mut closed = same(4, State::Refused);
    closed.version = 2;
    assert!(fixture.write(move |tx| tx.submissions().update(&closed, 1)).await);
    assert_eq!(twin(1, "microloan", digest).await, None);
}

pub async fn what_is_overdue_comes_oldest_first(fixture: Fixture) {
    set_scene(&fixture).await;
    let due = |n: u32, seconds: Option<i64>| Submission {
        expires_at: seconds.map(at),
        ..submission(n, 1, State::Draft)
    };
    store(&fixture, vec![due(1, Some(30)), due(2, Some(10)), due(3, None), due(4, Some(20))]).await;
    let overdue = |now: i64, limit: u32| fixture.read(move |tx| tx.submissions().overdue(at(now), limit));
    assert_eq!(numbers(&overdue(20, 10).await), ids(&[2, 4]), "a term ends at its moment");
    assert_eq!(numbers(&overdue(99, 2).await), ids(&[2, 4]));
    assert_eq!(numbers(&overdue(99, 9).await), ids(&[2, 4, 1]));
    assert_eq!(numbers(&overdue(9, 9).await), ids(&[]));
}
