//! Which settings do not go together.

use reqwest::Url;

use super::{
    fault::Fault,
    settings::{Config, Mode},
};

/// Every contradiction between settings that are each right on their own.
pub fn check(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    match config.mode {
        Mode::Live => live(config, &mut faults),
        Mode::Sandbox => {}
    }
    if let Some(url) = &config.base_url {
        base_url(url, config.mode, &mut faults);
    }
    if let Some(url) = &config.database.url {
        database_url(url, &mut faults);
    }
    tls(config, &mut faults);
    if config.limits.body_bytes > config.limits.attachment_bytes {
        faults.push(fault(
            "limits.body_bytes",
            "a JSON body may not be larger than an attachment",
            "lower it, or raise limits.attachment_bytes",
        ));
    }
    if let Some(command) = &config.attachments.scan_command {
        let is_path = command.components().count() > 1;
        if is_path && !command.is_file() {
            faults.push(fault(
                "attachments.scan_command",
                "there is no such file",
                "name a program that exists, or leave the setting out",
            ));
        }
    }
    faults
}

fn tls(config: &Config, faults: &mut Vec<Fault>) {
    let server = &config.server;
    if server.tls_certificate.is_some() != server.tls_key.is_some() {
        let wrong = "TLS needs the certificate and its private key";
        faults.push(fault(
            "server.tls_certificate",
            wrong,
            "set server.tls_certificate and server.tls_key, or none",
        ));
    }
    if server.tls_client_ca.is_some() && server.tls_certificate.is_none() {
        let wrong = "clients show certificates over TLS only";
        faults.push(fault(
            "server.tls_client_ca",
            wrong,
            "set server.tls_certificate and server.tls_key too",
        ));
    }
    if server.tls_client_crl.is_some() && server.tls_client_ca.is_none() {
        let wrong = "the list revokes what authorities issued";
        faults.push(fault("server.tls_client_crl", wrong, "set server.tls_client_ca too"));
    }
}

fn live(config: &Config, faults: &mut Vec<Fault>) {
    if config.base_url.is_none() {
        faults.push(fault(
            "base_url",
            "live mode needs the public address: tokens and receipts name it",
            "set it, such as https://api.example.ru",
        ));
    }
    if config.access.client_secret == Some(true) {
        faults.push(fault(
            "access.client_secret",
            "live mode takes signatures (private_key_jwt) only",
            "leave it out, or set mode = \"sandbox\"",
        ));
    }
    if config.webhooks.loopback == Some(true) {
        faults.push(fault(
            "webhooks.loopback",
            "live mode sends nothing to this machine itself",
            "leave it out, or set mode = \"sandbox\"",
        ));
    }
}

fn base_url(text: &str, mode: Mode, faults: &mut Vec<Fault>) {
    let example = "write it as https://api.example.ru, without path, query or a slash at the end";
    let is_plain = |url: &Url| {
        url.path() == "/" && !text.ends_with('/') && url.query().is_none() && url.fragment().is_none()
    };
    let is_anonymous = |url: &Url| url.username().is_empty() && url.password().is_none();
    match Url::parse(text) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            faults.push(fault("base_url", "it is neither http nor https", example));
        }
        Ok(url) if !is_plain(&url) || !is_anonymous(&url) || !url.has_host() => {
            faults.push(fault("base_url", "it is more than a scheme, a host and a port", example));
        }
        Ok(url) if mode == Mode::Live && url.scheme() != "https" => {
            faults.push(fault("base_url", "live mode is reached by https only", example));
        }
        Ok(_) => {}
        Err(_) => faults.push(fault("base_url", "it is not an address", example)),
    }
}

/// The address itself is never told: it may hold a password.
fn database_url(url: &str, faults: &mut Vec<Fault>) {
    let example = "write sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME";
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    match scheme {
        Some("sqlite") if url.len() > "sqlite:".len() => {}
        Some("sqlite") => faults.push(fault("database.url", "the path is missing", example)),
        Some("postgres" | "postgresql") => {}
        Some(_) | None => faults.push(fault("database.url", "it is neither SQLite nor PostgreSQL", example)),
    }
}

fn fault(key: &str, wrong: &str, mend: &str) -> Fault {
    Fault { key: key.into(), layer: None, wrong: wrong.into(), mend: mend.into() }
}
