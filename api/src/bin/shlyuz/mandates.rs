//! The register of mandates, by the operator: how a business comes into the live gateway with its own application.

use clap::{Args, Subcommand};
use domain::{
    business::Business,
    catalogue::Catalogue,
    compliance::Refusal,
    ids::ApplicationId,
    mandate::{
        Mandate, dismiss,
        enrol::{self, Enrolment},
    },
    page::PageRequest,
    ports::{
        clock::Clock as _,
        store::{MandateFilter, Store, StoreError, Tx},
    },
    text::Text,
};
use serde_json::{Value, json};

use crate::{
    applications::{stamp, store_failed},
    clock::SystemClock,
    config::{Config, Mode},
    failure::Failure,
    reference,
};

/// How many mandates are read at a time.
const PAGE: u32 = 1000;

/// What can be done with mandates.
#[derive(Debug, Subcommand)]
pub enum Mandates {
    /// Mandates an application as a business's own, with every right and without an end; makes the business known.
    Register(Registration),
    /// Prints mandates, a line of JSON each.
    List {
        /// Only this application's.
        #[arg(long)]
        application: Option<ApplicationId>,
        /// Only those for the business of this INN.
        #[arg(long)]
        inn: Option<String>,
    },
    /// Ends the open mandate of an application for a business and what was handed on from it: nothing is done on it after.
    End {
        /// The client id of the application.
        #[arg(long)]
        application: ApplicationId,
        /// The business's INN.
        #[arg(long)]
        inn: String,
        /// Why; the business reads it.
        #[arg(long)]
        reason: Option<String>,
    },
}

/// A business as the state's register names it, and its own application.
#[derive(Debug, Args)]
pub struct Registration {
    /// The client id of the application.
    #[arg(long)]
    application: ApplicationId,
    /// legal_entity, sole_trader, self_employed, farm, association or foreign_person.
    #[arg(long)]
    kind: String,
    /// Its INN.
    #[arg(long)]
    inn: String,
    /// Its OGRN or OGRNIP, where it has one.
    #[arg(long)]
    ogrn: Option<String>,
    /// Its name, for a business that the gateway does not know yet.
    #[arg(long)]
    name: String,
}

/// Does what is asked, also beside a running gateway.
///
/// # Errors
/// Where the database does not open, or what is asked does not hold: everything that is wrong is told at once.
pub async fn run(config: &Config, command: Mandates) -> Result<(), Failure> {
    config.make_data_dir()?;
    let opened = persistence::open_beside(config.store_options(|_| {}));
    let opened = opened.map_err(|error| Failure::of("the database does not open", error))?;
    let store = opened.store;
    let lines = match command {
        Mandates::Register(asked) => register(&store, asked.enrolment(config.mode)).await,
        Mandates::List { application, inn } => {
            store.read(move |tx| list(tx, application.as_ref(), inn.as_deref())).await.map_err(failed)
        }
        Mandates::End { application, inn, reason } => end(&store, (application, inn), reason).await,
    };
    opened.handle.close();
    lines?.iter().for_each(|line| println!("{line}"));
    Ok(())
}

async fn register(store: &Store, new: Enrolment) -> Result<Vec<Value>, Failure> {
    let catalogue = Catalogue::compile(reference::current(store).await?)
        .map_err(|faults| Failure::of("the catalogue does not hold", format!("{faults:?}")))?;
    let stamp = stamp(SystemClock.now())?;
    let made = store.write(move |tx| enrol::register(tx, &catalogue, &new, stamp.clone())).await;
    made.map(|(business, mandate)| vec![line(&business, &mandate)]).map_err(failed)
}

async fn end(
    store: &Store,
    (application, inn): (ApplicationId, String),
    reason: Option<String>,
) -> Result<Vec<Value>, Failure> {
    let stamp = stamp(SystemClock.now())?;
    let because = reason.map(|reason| Text { ru: reason.clone(), en: reason });
    let ended = store.write(move |tx| {
        let business = tx.businesses().by_inn(&inn)?.ok_or(Refusal::NotFound)?;
        let whose = (&application, &business.id);
        let mandate = dismiss::revoke(tx, whose, because.clone(), &SystemClock, stamp.clone())?;
        Ok(vec![line(&business, &mandate)])
    });
    ended.await.map_err(failed)
}

fn list(
    tx: &mut dyn Tx,
    application: Option<&ApplicationId>,
    inn: Option<&str>,
) -> Result<Vec<Value>, Refusal> {
    let business = match inn {
        Some(inn) => Some(tx.businesses().by_inn(inn)?.ok_or(Refusal::NotFound)?.id),
        None => None,
    };
    let filter = MandateFilter { application: application.cloned(), business, ..Default::default() };
    let (mut lines, mut page) = (Vec::new(), PageRequest { after: None, limit: PAGE });
    loop {
        let found = tx.mandates().list(&filter, SystemClock.now(), &page)?;
        for mandate in &found.items {
            let business = tx.businesses().find(&mandate.business)?;
            let business =
                business.ok_or_else(|| StoreError::Corrupt("a mandate without a business".into()))?;
            lines.push(line(&business, mandate));
        }
        page.after = found.next;
        if page.after.is_none() {
            return Ok(lines);
        }
    }
}

impl Registration {
    fn enrolment(self, mode: Mode) -> Enrolment {
        let Self { application, kind, inn, ogrn, name } = self;
        Enrolment { kind, inn, ogrn, name, application, live: mode == Mode::Live }
    }
}

/// Names every finding by its flag.
fn failed(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Store(error) => store_failed(error),
        Refusal::NotFound => Failure::of("not found", "there is no such business, or no open mandate for it"),
        Refusal::State { state, .. } => Failure::of("the application's mandate for this business", state),
        Refusal::Invalid(wrong) => {
            let told = wrong.iter().map(|found| {
                let flag = found.pointer.trim_start_matches('/').trim_end_matches("_id");
                format!("\n- --{flag}: {} {}", found.detail.en, found.fix.text.en)
            });
            Failure::Usage(format!("nothing was registered:{}", told.collect::<String>()))
        }
        refusal @ (Refusal::Mandate(_) | Refusal::Stale { .. }) => {
            Failure::of("the mandate", format!("{refusal:?}"))
        }
    }
}

fn line(business: &Business, mandate: &Mandate) -> Value {
    json!({ "mandate_id": mandate.id, "application_id": mandate.application, "business_id": business.id,
        "inn": business.inn, "business_name": business.name, "kind": mandate.kind,
        "status": mandate.terms.status_at(SystemClock.now()), "powers": mandate.paper.powers,
        "valid_from": mandate.terms.valid_from, "valid_until": mandate.terms.valid_until,
        "granted_at": mandate.granted_at, "ended_at": mandate.ended_at })
}
