//! The program's settings: where they come from, what they mean, and whether they fit together.
//!
//! Four layers, the later one wins: defaults, a TOML file, the environment, flags. Everything is judged before anything
//! starts, and every fault is told at once. The settings themselves stand in [`settings`], each with its meaning once.

use std::{
    fs::DirBuilder,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    num::NonZero,
    os::unix::fs::DirBuilderExt,
};

use api::{
    limits::{LimitValues, Rate},
    outbound::guard,
    possession::Rules,
};
use jiff::SignedDuration;
use reqwest::Url;

use crate::failure::Failure;

mod check;
mod fault;
mod layers;
mod markdown;
mod read;
mod resources;
mod settings;
#[cfg(test)]
mod tests;

pub use fault::Faults;
pub use layers::Sources;
pub use markdown::markdown;
pub use settings::{Config, LogFormat, LogLevel, Mode, ProofsInStore};

impl Config {
    /// Reads all layers and judges the whole.
    ///
    /// # Errors
    /// Every fault of every layer.
    pub fn load(sources: &Sources) -> Result<Self, Faults> {
        let mut values = layers::collect(sources)?;
        let config = Self::read(&mut values);
        values.faults.extend(check::check(&config));
        if values.faults.is_empty() { Ok(config) } else { Err(Faults(values.faults)) }
    }

    /// The public base address, without a slash at its end.
    pub fn base_url(&self) -> String {
        match &self.base_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("{}://{}", self.scheme(), self.local_address()),
        }
    }

    /// How the gateway itself is reached, whatever a proxy in front speaks.
    pub fn scheme(&self) -> &'static str {
        if self.server.tls_certificate.is_some() { "https" } else { "http" }
    }

    /// The database's address.
    pub fn database_url(&self) -> String {
        match &self.database.url {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.data_dir.join("shlyuz.db").display()),
        }
    }

    /// How the store is opened; `on_commit` is told the place of the last event.
    pub fn store_options(&self, on_commit: impl Fn(i64) + Send + Sync + 'static) -> persistence::Options {
        persistence::Options {
            url: self.database_url(),
            readers: self.reader_threads(),
            queue: count(self.database.write_queue),
            on_commit: Box::new(on_commit),
        }
    }

    /// Makes the data directory if it is missing, closed to everybody else: it holds the signing keys.
    ///
    /// # Errors
    /// What the file system says.
    pub fn make_data_dir(&self) -> Result<(), Failure> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.data_dir)
            .map_err(|error| Failure::of(self.data_dir.display(), error))
    }

    /// Threads that answer requests.
    pub fn workers(&self) -> usize {
        self.server.workers.map_or_else(cores, count)
    }

    /// Threads, each with a connection of its own, that read the database.
    pub fn reader_threads(&self) -> usize {
        self.database.reader_threads.map_or_else(cores, count)
    }

    /// How old the newest signing key may become before a successor is made.
    pub fn rotate_keys_after(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.access.key_rotation_days) * 24)
    }

    /// What is taken as possession of a token: the live gateway binds every token to a key or a certificate.
    pub fn possession_rules(&self) -> Rules {
        let sandbox = match self.mode {
            Mode::Sandbox => true,
            Mode::Live => false,
        };
        let claims_reads = match self.access.dpop_in_store {
            ProofsInStore::Changes => false,
            ProofsInStore::All => true,
        };
        let secrets_allowed = sandbox && self.access.client_secret.unwrap_or(true);
        let mutual_tls = self.server.tls_certificate.is_some();
        Rules { secrets_allowed, bearer_allowed: sandbox, claims_reads, mutual_tls }
    }

    /// The limits that callers are held to; what is not set here keeps its default.
    pub fn limit_values(&self) -> LimitValues {
        let limits = &self.limits;
        LimitValues {
            body_bytes: limits.body_bytes,
            attachment_bytes: limits.attachment_bytes,
            body_first_byte_s: limits.body_first_byte_s,
            body_whole_s: limits.body_whole_s,
            upload_piece_s: limits.upload_piece_s,
            application_requests: Rate {
                per_second: limits.application_per_second,
                burst: limits.application_burst,
            },
            anonymous_requests: Rate {
                per_second: limits.anonymous_per_second,
                burst: limits.anonymous_burst,
            },
            ..LimitValues::default()
        }
    }

    /// Which endpoints of others the gateway connects to. Its own addresses are none of them.
    pub fn guard_rules(&self) -> guard::Rules {
        let alone = self.server.listen.ip().is_loopback() && self.base_url.is_none();
        let loopback = match self.mode {
            Mode::Sandbox => self.webhooks.loopback.unwrap_or(alone),
            Mode::Live => false,
        };
        let public = Url::parse(&self.base_url()).ok();
        let public = public.and_then(|url| Some((guard::host_of(&url)?, url.port_or_known_default()?)));
        let listening = self.local_address();
        let listening = (listening.ip().to_string(), listening.port());
        let own = public.into_iter().chain([listening]).collect();
        guard::Rules { ports: self.webhooks.allowed_ports.clone(), loopback, own }
    }

    /// The address by which this machine reaches the gateway: loopback where it listens on every address.
    pub fn local_address(&self) -> SocketAddr {
        let mut address = self.server.listen;
        if address.ip().is_unspecified() {
            let loopback = match address.ip() {
                IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
                IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            };
            address.set_ip(loopback);
        }
        address
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
