//! Every setting with its meaning, its default and its limits: the only list of them.
//!
//! The doc comments are the meanings that `shlyuz config` prints. A default in `"…"` is read like a value from a file;
//! one after `unless` is worked out elsewhere and only told here.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use super::{
    read::{Readable, Values, choice},
    resources::StateResources,
};

/// What is known of a setting before any layer is read.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// `section.name`, as in the file.
    pub key: &'static str,
    /// The default, as it would be written in the file.
    pub default: Option<&'static str>,
    /// What stands in for a default that follows from other settings.
    pub derived: Option<&'static str>,
    /// The smallest and the largest allowed number.
    pub range: Option<(u64, u64)>,
    /// What it means, a line of Markdown.
    pub meaning: &'static [&'static str],
    /// What a value looks like.
    pub expects: &'static str,
}

/// Where a section's settings stand: `section.name`, or `name` in the file's root.
macro_rules! key {
    ("" $name:ident) => {
        stringify!($name)
    };
    ($section:literal $name:ident) => {
        concat!($section, ".", stringify!($name))
    };
}

macro_rules! default {
    ($default:literal) => {
        (Some($default), None)
    };
    (unless $derived:literal) => {
        (None, Some($derived))
    };
}

macro_rules! range {
    () => {
        None
    };
    ($min:literal to $max:literal) => {
        Some(($min, $max))
    };
}

/// Writes a section's struct, its rows in the table, and its reader.
macro_rules! section {
    (
        $(#[$doc:meta])* $section:ident in $prefix:tt, $rows:ident $(with $($part:ident: $part_kind:ident),+)?;
        $($(#[doc = $meaning:literal])* $name:ident: $kind:ty = { $($default:tt)+ } $(from $min:literal to $max:literal)?;)*
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $section {
            $($(#[doc = $meaning])* pub $name: $kind,)*
            $($(#[doc = concat!("The section `", stringify!($part), "`.")] pub $part: $part_kind,)+)?
        }

        const $rows: &[Setting] = &[$({
            let (default, derived) = default!($($default)+);
            Setting {
                key: key!($prefix $name),
                default,
                derived,
                range: range!($($min to $max)?),
                meaning: &[$($meaning),*],
                expects: <$kind as Readable>::EXPECTS,
            }
        }),*];

        impl $section {
            pub(super) fn read(values: &mut Values) -> Self {
                Self {
                    $($name: values.take(key!($prefix $name)),)*
                    $($($part: $part_kind::read(values),)+)?
                }
            }
        }
    };
}

choice! {
    /// Whether the gateway is the real one.
    Mode { Sandbox = "sandbox", Live = "live" }
}

choice! {
    /// Which DPoP proofs are claimed in the store.
    ProofsInStore { Changes = "changes", All = "all" }
}

choice! {
    /// How log lines are written.
    LogFormat { Human = "human", Json = "json" }
}

choice! {
    /// The least severe log lines that are written.
    LogLevel { Error = "error", Warn = "warn", Info = "info", Debug = "debug", Trace = "trace" }
}

/// Every setting, in the order of the documentation.
pub fn settings() -> impl Iterator<Item = &'static Setting> {
    [ROOT, SERVER, DATABASE, ACCESS, LIMITS, ATTACHMENTS, WEBHOOKS, LOG].into_iter().flatten()
}

section! {
    /// Every setting of the program, judged as a whole.
    Config in "", ROOT with
        server: Server, database: Database, access: Access, limits: Limits, attachments: Attachments,
        webhooks: Webhooks, log: Log,
        state_resources: StateResources;
    /// `sandbox` pretends the authorities and the clock; `live` is the real gateway.
    mode: Mode = { "sandbox" };
    /// The public base address that clients use, without a slash at its end; live mode needs it, with `https`.
    base_url: Option<String> = { unless "`http://` and the listen address" };
    /// The directory for what the gateway keeps itself: the SQLite file, attachments, `sandbox.json`.
    data_dir: PathBuf = { "./data" };
    /// Where vulnerabilities are reported: a `mailto:` or `https:` URI, told at `/.well-known/security.txt`.
    security_contact: Option<String> = { unless "the base address" };
}

section! {
    /// How the gateway listens and stops.
    Server in "server", SERVER;
    /// The IP address and port to listen on. HTTP/2 belongs on a proxy in front.
    listen: SocketAddr = { "127.0.0.1:8080" };
    /// The certificate chain to serve TLS with, as PEM; without it TLS belongs on a proxy in front. A changed file is taken within a second.
    tls_certificate: Option<PathBuf> = { unless "plain HTTP" };
    /// The private key of the certificate, as PEM.
    tls_key: Option<PathBuf> = { unless "plain HTTP" };
    /// The certification authorities whose client certificates prove an application by its subject, as PEM. Registered self-signed certificates need none.
    tls_client_ca: Option<PathBuf> = { unless "none" };
    /// Lists of what those authorities revoked, as PEM.
    tls_client_crl: Option<PathBuf> = { unless "none" };
    /// Threads that answer requests.
    workers: Option<u64> = { unless "one for each core" } from 1 to 1024;
    /// Seconds an idle connection is kept.
    keep_alive_s: u64 = { "75" } from 1 to 3600;
    /// Seconds within which a request's header has to arrive.
    header_timeout_s: u64 = { "5" } from 1 to 120;
    /// Seconds that requests in flight have to finish after SIGTERM or SIGINT.
    shutdown_grace_s: u64 = { "30" } from 1 to 600;
    /// Seconds after SIGTERM or SIGINT in which the gateway still answers, 503 at `/readyz` and to new requests, so that a balancer can turn away.
    shutdown_delay_s: u64 = { "0" } from 0 to 120;
    /// Addresses of the proxies whose `X-Forwarded-For` is believed; a list, in the environment separated by commas.
    trusted_proxies: Vec<IpAddr> = { "" };
    /// Connections open at once, for each worker.
    connections_per_worker: u64 = { "10000" } from 1 to 1_000_000;
}

section! {
    /// Where the gateway remembers.
    Database in "database", DATABASE;
    /// The database: `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST/NAME`.
    url: Option<String> = { unless "`sqlite:` and `shlyuz.db` in the data directory" };
    /// Connections that read; on PostgreSQL, connections at all.
    reader_threads: Option<u64> = { unless "one for each core" } from 1 to 256;
    /// Writes that may wait; beyond them callers hear 503 with Retry-After.
    write_queue: u64 = { "4096" } from 1 to 1_000_000;
}

section! {
    /// How callers prove themselves.
    Access in "access", ACCESS;
    /// Seconds an access token is good for.
    token_lifetime_s: u64 = { "300" } from 30 to 900;
    /// Days after which a successor to the newest signing key is made; it signs ten minutes after it is published.
    key_rotation_days: u32 = { "90" } from 1 to 3650;
    /// Whether applications may prove themselves by `client_secret_basic`; only ever in the sandbox.
    client_secret: Option<bool> = { unless "`true` in the sandbox, `false` live" };
    /// Which DPoP proofs are claimed in the database, so that no other gateway takes them a second time: those of `changes`, or `all`, which makes every read a write.
    dpop_in_store: ProofsInStore = { "changes" };
}

section! {
    /// What a caller may use up.
    Limits in "limits", LIMITS;
    /// Requests a second of one application, on average.
    application_per_second: u32 = { "500" } from 1 to 1_000_000;
    /// Requests of one application at once after a pause.
    application_burst: u32 = { "1000" } from 1 to 1_000_000;
    /// Requests a second of one network address without a verified token, on average.
    anonymous_per_second: u32 = { "100" } from 1 to 1_000_000;
    /// Requests of one network address at once after a pause.
    anonymous_burst: u32 = { "500" } from 1 to 1_000_000;
    /// Bytes of a JSON body.
    body_bytes: u64 = { "1048576" } from 1024 to 67_108_864;
    /// Bytes of one attachment.
    attachment_bytes: u64 = { "104857600" } from 1024 to 104_857_600;
    /// Seconds until the first byte of a body must have come.
    body_first_byte_s: u32 = { "10" } from 1 to 120;
    /// Seconds after which a JSON body must be whole.
    body_whole_s: u32 = { "60" } from 1 to 600;
    /// Seconds after which one piece of an upload must be whole.
    upload_piece_s: u32 = { "900" } from 1 to 7200;
}

section! {
    /// How attachments are taken.
    Attachments in "attachments", ATTACHMENTS;
    /// A program that looks into every attachment, called with the file's path: exit status 0 takes it, 1 refuses it, all else is tried again.
    scan_command: Option<PathBuf> = { unless "no scan" };
    /// Seconds a scan may take.
    scan_timeout_s: u64 = { "60" } from 1 to 600;
}

section! {
    /// How events are brought to applications' endpoints.
    Webhooks in "webhooks", WEBHOOKS;
    /// Ports of endpoints on the public Internet; a list, in the environment separated by commas.
    allowed_ports: Vec<u16> = { "443" };
    /// Whether endpoints on this machine itself are taken, on any port and without TLS; only ever in the sandbox.
    loopback: Option<bool> = { unless "`true` in a sandbox that listens on a loopback address and has no `base_url`, else `false`" };
    /// Seconds an attempt may take.
    timeout_s: u64 = { "15" } from 1 to 30;
}

section! {
    /// What the gateway tells its operator, on standard error.
    Log in "log", LOG;
    /// `human` for people, `json` for machines, a line for each event.
    format: LogFormat = { "human" };
    /// The least severe lines that are written.
    level: LogLevel = { "info" };
}
