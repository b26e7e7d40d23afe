//! Applications, access, mandates and businesses.

use domain::{
    actor::Side,
    application::{Application, Authentication},
    business::ProfileVersion,
    digest::Digest,
    ids::BusinessId,
    mandate::{Mandate, Right},
    page::PageRequest,
    ports::store::{StoreError, StoredKey},
};
use serde_json::json;

use super::{
    fixture::Fixture,
    samples::{NASTY, application, at, business, holder, id, mandate, object, party, set_scene},
};

pub async fn applications_read_back(fixture: Fixture) {
    let with_keys = application(1);
    let with_secret = Application {
        side: Side::Authority,
        authority: Some(id(9)),
        authentication: Authentication::Secret(Digest::of(b"secret")),
        ..application(2)
    };
    let with_certificates = Application {
        authentication: Authentication::Certificates(vec![Digest::of(b"old"), Digest::of(b"new")]),
        ..application(4)
    };
    let with_subject =
        Application { authentication: Authentication::Subject("CN=books,O=Cafe".into()), ..application(5) };
    let both = [with_keys, with_secret, with_certificates, with_subject];
    let stored = both.clone();
    fixture.write(move |tx| stored.iter().try_for_each(|each| tx.applications().insert(each))).await;
    for expected in both {
        let found = expected.id.clone();
        assert_eq!(fixture.read(move |tx| tx.applications().find(&found)).await, Some(expected));
    }
    assert_eq!(fixture.read(|tx| tx.applications().find(&id(3))).await, None);
    let again = fixture.store.write(|tx| tx.applications().insert(&application(1))).await;
    assert_eq!(again, Err(StoreError::Conflict));
}

pub async fn an_application_is_suspended_and_resumed(fixture: Fixture) {
    let suspended = Application { suspended_at: Some(at(7)), ..application(1) };
    let changed = suspended.clone();
    fixture
        .write(move |tx| {
            tx.applications().insert(&application(1))?;
            tx.applications().insert(&application(2))?;
            assert!(tx.applications().update(&changed)?);
            assert!(!tx.applications().update(&application(3))?, "there is no third one");
            Ok(())
        })
        .await;
    let known = fixture.read(|tx| tx.applications().all()).await;
    assert_eq!(known, [suspended.clone(), application(2)]);
    assert_eq!(fixture.read(|tx| tx.applications().suspended_since(at(6))).await, [suspended.id]);
    assert!(fixture.read(|tx| tx.applications().suspended_since(at(7))).await.is_empty());
    fixture.write(|tx| tx.applications().update(&application(1)).map(drop)).await;
    assert!(fixture.read(|tx| tx.applications().suspended_since(at(0))).await.is_empty());
}

pub async fn a_proof_is_used_once_until_it_is_forgotten(fixture: Fixture) {
    let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
    let uses = fixture.write(move |tx| {
        let access = tx.access();
        let first = access.use_proof(&one, at(10))?;
        Ok([first, access.use_proof(&one, at(99))?, access.use_proof(&two, at(20))?])
    });
    assert_eq!(uses.await, [true, false, true]);
    assert_eq!(fixture.write(|tx| tx.access().forget_expired(at(10))).await, 1);
    let again = fixture
        .write(move |tx| Ok([tx.access().use_proof(&one, at(30))?, tx.access().use_proof(&two, at(30))?]));
    assert_eq!(again.await, [true, false]);
}

pub async fn an_assertion_is_used_once_per_client(fixture: Fixture) {
    set_scene(&fixture).await;
    for (client, jti, fresh) in
        [(1, "a", true), (1, "a", false), (2, "a", true), (1, NASTY, true), (1, NASTY, false)]
    {
        let used = fixture.write(move |tx| tx.access().use_assertion(&id(client), jti, at(60))).await;
        assert_eq!(used, fresh, "{client} {jti}");
    }
}

pub async fn what_ended_is_forgotten(fixture: Fixture) {
    set_scene(&fixture).await;
    fixture
        .write(|tx| {
            tx.access().use_assertion(&id(1), "ended", at(10))?;
            tx.access().use_assertion(&id(1), "lasting", at(11))?;
            tx.access().revoke("ended", at(10))?;
            tx.access().revoke("lasting", at(11))
        })
        .await;
    assert_eq!(fixture.write(|tx| tx.access().forget_expired(at(10))).await, 2);
    assert_eq!(fixture.write(|tx| tx.access().forget_expired(at(10))).await, 0);
    assert!(fixture.write(|tx| tx.access().use_assertion(&id(1), "ended", at(99))).await);
    assert!(!fixture.write(|tx| tx.access().use_assertion(&id(1), "lasting", at(99))).await);
}

pub async fn a_revocation_ends_with_its_token(fixture: Fixture) {
    fixture
        .write(|tx| {
            tx.access().revoke("first", at(10))?;
            tx.access().revoke("second", at(20))?;
            tx.access().revoke("first", at(99))
        })
        .await;
    let first = ("first".to_owned(), at(10));
    let second = ("second".to_owned(), at(20));
    assert_eq!(fixture.read(|tx| tx.access().revocations(at(9))).await, [first, second.clone()]);
    assert_eq!(fixture.read(|tx| tx.access().revocations(at(10))).await, [second]);
    assert_eq!(fixture.read(|tx| tx.access().revocations(at(20))).await, []);
}

pub async fn keys_come_newest_first(fixture: Fixture) {
    let key =
        |kid: &str, seconds| StoredKey { kid: kid.into(), pkcs8: vec![0, 255, 7], created_at: at(seconds) };
    let keys = [key("b", 1), key("c", 3), key("a", 2)];
    let stored = keys.clone();
    fixture.write(move |tx| stored.iter().try_for_each(|each| tx.access().insert_key(each))).await;
    let found = fixture.read(|tx| tx.access().keys()).await;
    let [b, c, a] = keys;
    assert!(found == [c, a, b]);
    let again = fixture.store.write(move |tx| tx.access().insert_key(&key("a", 9))).await;
    assert_eq!(again, Err(StoreError::Conflict));
}

pub async fn a_mandate_in_force_is_found_and_an_ended_one_is_not(fixture: Fixture) {
    set_scene(&fixture).await;
    let found = fixture.read(|tx| tx.mandates().open(&id(1), &id(1))).await;
    assert_eq!(found, Some(mandate(1, 1, 1)));
    assert_eq!(fixture.read(|tx| tx.mandates().open(&id(1), &id(2))).await, None);
    let ended = Mandate { ended_at: Some(at(5)), ..mandate(3, 1, 2) };
    fixture.write(move |tx| tx.mandates().insert(&ended)).await;
    assert_eq!(fixture.read(|tx| tx.mandates().open(&id(1), &id(2))).await, None);
    fixture.write(|tx| tx.mandates().insert(&mandate(4, 1, 2))).await;
    let found = fixture.read(|tx| tx.mandates().open(&id(1), &id(2))).await;
    assert_eq!(found, Some(mandate(4, 1, 2)));
    let second = fixture.store.write(|tx| tx.mandates().insert(&mandate(5, 1, 2))).await;
    assert_eq!(second, Err(StoreError::Conflict), "at most one is in force between the two");
}

pub async fn an_inn_belongs_to_one_business(fixture: Fixture) {
    set_scene(&fixture).await;
    assert_eq!(fixture.read(|tx| tx.businesses().find(&id(1))).await, Some(business(1)));
    assert_eq!(fixture.read(|tx| tx.businesses().find(&id(9))).await, None);
    let mut same_inn = business(3);
    same_inn.inn = business(1).inn;
    let refused = fixture.store.write(move |tx| tx.businesses().insert(&same_inn)).await;
    assert_eq!(refused, Err(StoreError::Conflict));
}

pub async fn businesses_of_an_application_page_by_id(fixture: Fixture) {
    fixture.write(|tx| (1..=6).try_for_each(|n| party(tx, n))).await;
    fixture
        .write(|tx| [2, 3, 4].iter().try_for_each(|n| tx.mandates().insert(&mandate(10 + n, 1, *n))))
        .await;
    let ended = Mandate { ended_at: Some(at(1)), ..mandate(20, 1, 5) };
    fixture.write(move |tx| tx.mandates().insert(&ended)).await;
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let request = PageRequest { after: after.clone(), limit: 2 };
        let page = fixture
            .read(move |tx| tx.businesses().of_application(&holder(1, Right::ProfileRead), &request))
            .await;
        seen.extend(page.items.into_iter().map(|business| business.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let expected: Vec<BusinessId> = (1..=4).map(id).collect();
    assert_eq!(seen, expected);
}

pub async fn a_profile_changes_only_from_the_expected_version(fixture: Fixture) {
    set_scene(&fixture).await;
    let mut changed = business(1);
    changed.version = 2;
    changed.profile = object(json!({ "changed": NASTY }));
    changed.updated_at = at(9);
    let expected = changed.clone();
    assert!(
        fixture
            .write({
                let changed = changed.clone();
                move |tx| tx.businesses().update(&changed, 1)
            })
            .await
    );
    assert!(!fixture.write(move |tx| tx.businesses().update(&changed, 1)).await, "stale");
    assert_eq!(fixture.read(|tx| tx.businesses().find(&id(1))).await, Some(expected));
    assert_eq!(fixture.read(|tx| tx.businesses().find(&id(2))).await, Some(business(2)));
}

pub async fn a_profile_keeps_its_history(fixture: Fixture) {
    set_scene(&fixture).await;
    let version = |n: i64, of: u32| ProfileVersion {
        business: id(of),
        version: n,
        profile: object(json!({ "n": n })),
        at: at(n),
        application: (n > 1).then(|| id(1)),
        source: NASTY.into(),
    };
    fixture
        .write(move |tx| {
            (1..=11).try_for_each(|n| tx.businesses().insert_profile_version(&version(n, 1)))?;
            tx.businesses().insert_profile_version(&version(1, 2))
        })
        .await;
    let first = PageRequest { after: None, limit: 9 };
    let page = fixture.read(move |tx| tx.businesses().profile_versions(&id(1), &first)).await;
    assert_eq!(page.items, (3..=11).rev().map(|n| version(n, 1)).collect::<Vec<_>>(), "11 comes before 9");
    let second = PageRequest { after: page.next, limit: 9 };
    let page = fixture.read(move |tx| tx.businesses().profile_versions(&id(1), &second)).await;
    assert_eq!((page.items, page.next), (vec![version(2, 1), version(1, 1)], None));
    let again = fixture.store.write(move |tx| tx.businesses().insert_profile_version(&version(1, 1))).await;
    assert_eq!(again, Err(StoreError::Conflict));
}
