//! The one place that knows both modes: it opens the adapters and puts the gateway together.

use std::{path::PathBuf, sync::Arc, time::Duration};

use actix_web::{
    App, Error,
    body::BoxBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::from_fn,
    web,
};
use api::{
    access::claims::Terms,
    blobs::{Blobs, Scan},
    feed::Feed,
    gateway::Gateway,
    limits::Limits,
    middleware::{RestrictedReads, edge, journal_reads},
    outbound::{
        self, InboxOnly,
        guard::{Guard, SystemLookup},
        lists::Redrawing,
        log::Keeper,
        portal::{self, HttpPortal},
        state_resources::{HttpResources, Patience},
        webhooks::Dispatcher,
    },
    publish,
    registry::{self, InForce},
    sandbox::SandboxControl,
    service,
    tokens::Tokens,
};
use arc_swap::ArcSwap;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use domain::{
    calendar::WorkingCalendar,
    ports::{
        authority::Authorities, clock::Clock, regulation_portal::RegulationPortal,
        state_resource::StateResources,
    },
    time::Timestamp,
};
use jiff::SignedDuration;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use sandbox::{Credentials, ScriptedAuthority, ScriptedPortal, ScriptedResources};
use tokio::task::JoinHandle;

use crate::{
    clock::SystemClock,
    config::{Config, Mode},
    levers::Levers,
    scan::CommandScan,
    seeding,
    tls::Transport,
};

/// The gateway with what keeps it going.
pub struct Assembly {
    /// The gateway.
    pub gateway: Arc<Gateway>,
    /// The sandbox's ready credentials.
    pub credentials: Option<Credentials>,
    /// What works beside the requests.
    pub tasks: Vec<JoinHandle<()>>,
    /// The open store.
    pub store: persistence::Handle,
    /// TLS, where the gateway ends it itself.
    pub transport: Option<Arc<Transport>>,
}

/// How often other gateways' revocations, suspensions and keys are taken over: they are in force within a second.
const REFRESH: Duration = Duration::from_millis(500);
/// Rounds of [`REFRESH`] after which what has expired is forgotten.
const ROUNDS_BETWEEN_FORGETTING: u64 = 20;

/// Puts the gateway together.
///
/// # Errors
/// What keeps it from starting, with its context.
pub async fn assemble(config: &Config) -> Result<Assembly, Box<dyn std::error::Error>> {
    let transport = Transport::open(config)?;
    let feed = Feed::new(0);
    let persistence::Opened { store, handle } = persistence::open(config.store_options(feed.announcer()))?;
    feed.announcer()(store.read(|tx| tx.events().head()).await?);
    let wall_clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let now = wall_clock.now();
    let mut seed = [0; 32];
    SystemRandom::new().fill(&mut seed).map_err(|_| "the system's random source does not answer")?;
    let rotate_after = config.rotate_keys_after();
    let tokens =
        Tokens::load(&store, terms(config), config.possession_rules(), (seed, rotate_after), now).await?;
    let catalogue = publish::load(&store, now)
        .await
        .map_err(|error| format!("the catalogue does not hold: {error:?}"))?;
    let registry = registry::install(&store, now)
        .await
        .map_err(|error| format!("the registry of requirements does not hold: {error}"))?;
    let levers = levers(config, &wall_clock)?;
    let gateway = Arc::new(Gateway {
        base_url: config.base_url(),
        clock: levers.as_ref().map_or_else(|| Arc::clone(&wall_clock), |levers| levers.clock()),
        wall_clock,
        tokens,
        catalogue: ArcSwap::from_pointee(catalogue),
        registry: InForce::new(registry, Arc::new(persistence::FullText)),
        redrawing: Redrawing::default(),
        calendar: Arc::new(WorkingCalendar::russian().clone()),
        authorities: authorities(config.mode),
        state_resources: state_resources(config)?,
        regulation_portal: regulation_portal(config)?,
        guard: Guard::new(config.guard_rules(), Arc::new(SystemLookup)),
        blobs: Blobs::open(config.data_dir.join("attachments"), scan(config))?,
        feed,
        limits: Limits::new(config.limit_values(), config.server.trusted_proxies.clone()),
        sandbox: levers.map(|levers| levers as Arc<dyn SandboxControl>),
        security_contact: config.security_contact.clone().unwrap_or_else(|| config.base_url() + "/"),
        metrics: metrics()?,
        random: SystemRandom::new(),
        store,
    });
    let credentials = credentials(&gateway, config).await?;
    let tasks = tasks(&gateway, config, transport.clone()).await?;
    Ok(Assembly { tasks, gateway, credentials, store: handle, transport })
}

/// Starts what works beside the requests. The log takes its first turn at once, so that there is a checkpoint from the
/// first request on.
async fn tasks(
    gateway: &Arc<Gateway>,
    config: &Config,
    transport: Option<Arc<Transport>>,
) -> Result<Vec<JoinHandle<()>>, Box<dyn std::error::Error>> {
    let rotate_after = config.rotate_keys_after();
    let couriers = Dispatcher::new(Arc::clone(gateway), Duration::from_secs(config.webhooks.timeout_s))?;
    let mut tasks = vec![
        tokio::spawn(outbound::run(Arc::clone(gateway), "deliveries and terms", outbound::turn)),
        tokio::spawn(outbound::run(Arc::clone(gateway), "inquiries", outbound::evidence::turn)),
        tokio::spawn(outbound::lists::run(Arc::clone(gateway))),
        tokio::spawn(outbound::run(Arc::clone(gateway), "word of draft acts", outbound::drafts::turn)),
        tokio::spawn(outbound::run(Arc::clone(gateway), "transfers to the portal", outbound::portal::turn)),
        tokio::spawn(outbound::run(Arc::clone(gateway), "webhooks", async move |_: &Gateway| {
            couriers.turn().await
        })),
        tokio::spawn(outbound::run(Arc::clone(gateway), "proactive service", outbound::proactive::turn)),
        tokio::spawn(keep_house(Arc::clone(gateway), rotate_after, transport)),
    ];
    let file = config.data_dir.join("log-checkpoint");
    match Keeper::begin(Arc::clone(gateway), rotate_after, file).await {
        Ok(keeper) => tasks.push(tokio::spawn(keeper.run())),
        Err(error) => tracing::error!(%error, "the log of receipts is not kept"),
    }
    Ok(tasks)
}

/// The application of one worker thread.
pub fn app(
    gateway: Arc<Gateway>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let (app, document) = service::mounted(
        App::new().configure(api::extract::state(Arc::clone(&gateway))),
        gateway.sandbox.is_some(),
    );
    app.app_data(web::Data::new(service::allowed_methods(&document)))
        .app_data(web::Data::new(RestrictedReads::of(&document)))
        .service(service::swagger())
        .wrap(from_fn(journal_reads))
        .wrap(from_fn(edge))
}

async fn credentials(
    gateway: &Gateway,
    config: &Config,
) -> Result<Option<Credentials>, Box<dyn std::error::Error>> {
    Ok(match config.mode {
        Mode::Sandbox => Some(seeding::seed(gateway, &config.data_dir).await?),
        Mode::Live => None,
    })
}

fn levers(
    config: &Config,
    wall_clock: &Arc<dyn Clock>,
) -> Result<Option<Arc<Levers>>, Box<dyn std::error::Error>> {
    Ok(match config.mode {
        Mode::Sandbox => Some(Arc::new(Levers::open(&config.data_dir, Arc::clone(wall_clock))?)),
        Mode::Live => None,
    })
}

fn authorities(mode: Mode) -> Arc<dyn Authorities> {
    match mode {
        Mode::Sandbox => Arc::new(ScriptedAuthority),
        Mode::Live => Arc::new(InboxOnly),
    }
}

/// The sandbox asks no real resource, whatever the settings say.
fn state_resources(config: &Config) -> Result<Arc<dyn StateResources>, Box<dyn std::error::Error>> {
    Ok(match config.mode {
        Mode::Sandbox => Arc::new(ScriptedResources),
        Mode::Live => {
            let endpoints = config.state_resources.endpoints.clone();
            Arc::new(HttpResources::connect(endpoints, Patience::default())?)
        }
    })
}

/// The portal is connected as a state resource is, under a code of its own.
fn regulation_portal(config: &Config) -> Result<Arc<dyn RegulationPortal>, Box<dyn std::error::Error>> {
    Ok(match config.mode {
        Mode::Sandbox => Arc::new(ScriptedPortal),
        Mode::Live => {
            let connected = config.state_resources.endpoints.iter().find(|one| one.code == portal::CODE);
            Arc::new(HttpPortal::connect(connected.cloned(), Patience::default())?)
        }
    })
}

/// Sandbox tokens carry another issuer, so that a live gateway refuses them by construction.
fn terms(config: &Config) -> Terms {
    let base_url = config.base_url();
    let issuer = match config.mode {
        Mode::Sandbox => format!("{base_url}/sandbox"),
        Mode::Live => base_url.clone(),
    };
    let lifetime_s = u32::try_from(config.access.token_lifetime_s).unwrap_or(300);
    Terms { issuer, audience: base_url, lifetime_s }
}

fn scan(config: &Config) -> Option<Arc<dyn Scan>> {
    let command: PathBuf = config.attachments.scan_command.clone()?;
    let patience = Duration::from_secs(config.attachments.scan_timeout_s);
    Some(Arc::new(CommandScan::new(command, patience)))
}

/// Installs the recorder before the first request: handles are kept per thread.
fn metrics() -> Result<Box<dyn Fn() -> String + Send + Sync>, Box<dyn std::error::Error>> {
    let buckets =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
    let durations = Matcher::Suffix("_seconds".to_owned());
    let builder = PrometheusBuilder::new().set_buckets_for_metric(durations, &buckets)?;
    let handle = builder.install_recorder()?;
    Ok(Box::new(move || {
        handle.run_upkeep();
        handle.render()
    }))
}

/// Takes over what other gateways over the same store changed, and forgets, minute by minute, what has expired.
async fn keep_house(gateway: Arc<Gateway>, rotate_after: SignedDuration, transport: Option<Arc<Transport>>) {
    for round in 1_u64.. {
        tokio::time::sleep(REFRESH).await;
        let now = gateway.wall_clock.now();
        let refreshed =
            gateway.tokens.refresh(&gateway.store, (gateway.random_bytes(), rotate_after), now).await;
        if let Err(error) = refreshed {
            tracing::warn!(%error, "keys and revocations are not refreshed, trying again");
        }
        if round % 2 == 0
            && let Err(error) = registry::refresh(&gateway).await
        {
            tracing::warn!(%error, "the registry of requirements is not refreshed, trying again");
        }
        if let Some(transport) = &transport {
            transport.refresh();
        }
        if round % ROUNDS_BETWEEN_FORGETTING == 0 {
            forget(&gateway, now).await;
        }
    }
}

async fn forget(gateway: &Gateway, now: Timestamp) {
    gateway.limits.forget_idle();
    gateway.tokens.verifier().forget_expired(now);
    if let Err(error) = gateway.store.write(move |tx| tx.access().forget_expired(now)).await {
        tracing::warn!(%error, "expired assertions and revocations are not forgotten, trying again");
    }
}
