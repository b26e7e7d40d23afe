//! Thousands of businesses, put straight into a store that no gateway has open, and their lists read back from it.

use domain::{
    business::{Business, BusinessKind},
    event::EventKind,
    ids::{ApplicationId, BusinessId},
    mandate::{Mandate, MandateKind, terms},
    page::PageRequest,
    ports::store::{Store, StoreError, Tx},
    requirement::{
        condition::Facts,
        list::{ListChange, PersonalList, draw},
        registry::Registry,
    },
    time::Timestamp,
};
use persistence::{Opened, Options};
use serde_json::{Map, Value, json};

/// How many businesses one unit of work makes.
const AT_ONCE: u32 = 500;

/// Opens a database for as long as the answer lives.
///
/// # Panics
/// Where it cannot be opened.
pub fn open(url: &str) -> Opened {
    let options = Options { url: url.to_owned(), readers: 2, queue: 64, on_commit: Box::new(|_| {}) };
    persistence::open(options).expect("the database can be opened")
}

/// Makes `count` businesses that differ in activity, region and size, each with a list to be drawn; the application
/// gets mandates for the first `mandated` of them. Returns their ids.
///
/// # Panics
/// Where the store fails.
pub async fn people(
    store: &Store,
    count: u32,
    application: Option<(ApplicationId, u32)>,
    now: Timestamp,
) -> Vec<BusinessId> {
    let mut ids = Vec::new();
    for first in (0..count).step_by(AT_ONCE as usize) {
        let application = application.clone();
        let numbers = first..count.min(first + AT_ONCE);
        ids.extend(numbers.clone().map(|number| business(number, now).id));
        let making = move |tx: &mut dyn Tx| -> Result<(), StoreError> {
            for number in numbers.clone() {
                let business = business(number, now);
                tx.businesses().insert(&business)?;
                tx.lists().put(&[&PersonalList::undrawn(business.id.clone(), now)])?;
                if let Some((application, _)) =
                    application.as_ref().filter(|(_, mandated)| number < *mandated)
                {
                    tx.mandates().insert(&mandate(application, &business.id, number, now))?;
                }
            }
            Ok(())
        };
        store.write(making).await.expect("the businesses are new");
    }
    ids
}

/// Makes `count` businesses without lists, each of which gives the application a power of attorney to file. Returns
/// their ids.
///
/// # Panics
/// Where the store fails.
pub async fn clients(
    store: &Store,
    count: u32,
    application: ApplicationId,
    now: Timestamp,
) -> Vec<BusinessId> {
    let making = move |tx: &mut dyn Tx| -> Result<Vec<BusinessId>, StoreError> {
        let mut ids = Vec::new();
        for number in 0..count {
            let business = business(number, now);
            tx.businesses().insert(&business)?;
            let mut granted = mandate(&application, &business.id, number, now);
            granted.kind = MandateKind::PowerOfAttorney;
            granted.paper.powers = vec!["2_FNS22".to_owned()];
            granted.terms.rights = terms(now).rights(&granted.paper.powers);
            tx.mandates().insert(&granted)?;
            ids.push(business.id);
        }
        Ok(ids)
    };
    store.write(making).await.expect("the businesses are new")
}

fn mandate(application: &ApplicationId, business: &BusinessId, number: u32, now: Timestamp) -> Mandate {
    let id = format!("mnd_many{number:08}").parse().expect("an id");
    Mandate::own(id, application.clone(), business.clone(), now)
}

fn business(number: u32, now: Timestamp) -> Business {
    let profile = profile(number);
    Business {
        id: format!("biz_many{number:08}").parse().expect("an id"),
        kind: BusinessKind::LegalEntity,
        inn: format!("96{number:08}"),
        name: format!("ООО № {number}"),
        profile,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

fn profile(number: u32) -> Map<String, Value> {
    let pick = |of: &[&str], step: u32| of[(number.wrapping_mul(step) >> 3) as usize % of.len()].to_owned();
    let main = pick(
        &["56.10", "47.11", "10.71", "49.41", "55.10", "96.02", "62.01", "46.90", "43.21", "68.20"],
        7919,
    );
    let profile = json!({
        "kind": "legal_entity", "inn": format!("96{number:08}"), "name": format!("ООО № {number}"), "okopf": "12300",
        "okved_main": main, "okved_additional": [pick(&["56.30", "47.25", "52.29", "62.02"], 104_729)],
        "region": pick(&["77", "78", "50", "16", "66"], 6007), "employees": number.wrapping_mul(31) % 120,
        "annual_revenue": "12000000.00", "msp_category": "micro",
        "tax_regime": pick(&["usn_income", "usn_income_expense", "osn"], 31_337),
        "activity_regions": ["77"], "objects": ["premises"], "sells": ["food"], "handles": [],
        "accepts_payments_from_individuals": true, "advertises_online": false, "employs_foreigners": false,
        "processes_personal_data": number.is_multiple_of(2), "exports": false, "imports": false,
    });
    profile.as_object().expect("an object").clone()
}

/// What the store holds of one business's list.
pub struct Kept {
    /// The list.
    pub list: PersonalList,
    /// Its changes, newest first.
    pub changes: Vec<ListChange>,
    /// The kinds of the events that told of the list, newest first, and the version that each names.
    pub told: Vec<(EventKind, Value)>,
}

impl Kept {
    /// Reads it.
    ///
    /// # Panics
    /// Where the store fails or has no list.
    pub async fn read(store: &Store, business: &BusinessId) -> Self {
        let id = business.clone();
        let reading = move |tx: &mut dyn Tx| -> Result<_, StoreError> {
            let all = PageRequest { after: None, limit: 1000 };
            let list = tx.lists().find(&id)?.expect("every business has a list");
            let events = tx.events().history(&id, &domain::event::HistoryFilter::default(), &all)?.items;
            Ok((list, tx.lists().changes(&id, &all)?.items, events))
        };
        let (list, changes, events) = store.read(reading).await.expect("the store reads");
        let about_lists = [EventKind::RequirementsListed, EventKind::RequirementsChanged];
        let told =
            events.into_iter().map(|event| event.event).filter(|event| about_lists.contains(&event.kind));
        let told = told.map(|event| (event.kind, event.data["version"].clone())).collect();
        Self { list, changes, told }
    }
}

/// The list as a fresh drawing on its own day gives it.
///
/// # Panics
/// Where the store fails.
pub async fn fresh(store: &Store, registry: &Registry, list: &PersonalList) -> PersonalList {
    let id = list.business.clone();
    let reading = store.read::<_, StoreError>(move |tx| tx.businesses().find(&id));
    let business = reading.await.expect("the store reads").expect("the business is there");
    let rows = draw(registry, Facts(&business.profile), list.day, &list.rows, list.changed_at);
    PersonalList { rows, profile_version: business.version, edition: registry.edition, ..list.clone() }
}
