//! `[state_resources.<code>]`: where the state's resources are asked. The codes are those of the registry, so the
//! sections are not known beforehand.

use std::{fmt, net::IpAddr, time::Duration};

use api::outbound::state_resources::Endpoint;
use config::{Map, Value, ValueKind};
use reqwest::Url;

use super::{
    fault::Fault,
    read::{Readable as _, Values},
};

/// The section's name.
pub const SECTION: &str = "state_resources";
/// What a resource's section may hold.
const NAMES: [&str; 3] = ["url", "token", "timeout_ms"];
/// How long one attempt may take where the section does not say.
const TIMEOUT_MS: u64 = 5_000;
/// The shortest and the longest time that may be set.
const TIMEOUTS_MS: (u64, u64) = (100, 60_000);

/// The state's resources that are connected.
#[derive(Clone, Default)]
pub struct StateResources {
    /// In the order of their codes.
    pub endpoints: Vec<Endpoint>,
}

impl fmt::Debug for StateResources {
    /// The codes alone: addresses and tokens may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.endpoints.iter().map(|endpoint| &endpoint.code)).finish()
    }
}

/// The key that a name in the environment stands for: `STATE_RESOURCES__FNS_ENS__URL` for `state_resources.fns-ens.url`.
pub fn environment_key(rest: &str) -> Option<String> {
    let mut parts = rest.split("__");
    let (section, code, name) = (parts.next()?, parts.next()?, parts.next()?);
    let is_whole = parts.next().is_none() && !code.is_empty();
    let is_ours = section.eq_ignore_ascii_case(SECTION) && is_whole;
    is_ours.then(|| format!("{SECTION}.{}.{}", code.to_lowercase().replace('_', "-"), name.to_lowercase()))
}

impl StateResources {
    pub(super) fn read(values: &mut Values) -> Self {
        let mut faults = Vec::new();
        let endpoints = match section(&values.found.cache) {
            Some(section) => connected(section, &mut faults),
            None => Vec::new(),
        };
        values.faults.append(&mut faults);
        Self { endpoints }
    }
}

fn section(root: &Value) -> Option<&Value> {
    if let ValueKind::Table(sections) = &root.kind { sections.get(SECTION) } else { None }
}

fn connected(section: &Value, faults: &mut Vec<Fault>) -> Vec<Endpoint> {
    let ValueKind::Table(resources) = &section.kind else {
        faults.push(fault(SECTION, section, "it is no section", "write [state_resources.<code>]"));
        return Vec::new();
    };
    let mut codes: Vec<&String> = resources.keys().collect();
    codes.sort();
    codes.into_iter().filter_map(|code| endpoint(code, &resources[code], faults)).collect()
}

fn endpoint(code: &str, value: &Value, faults: &mut Vec<Fault>) -> Option<Endpoint> {
    let key = format!("{SECTION}.{code}");
    let ValueKind::Table(members) = &value.kind else {
        faults.push(fault(&key, value, "it is no section", "write [state_resources.<code>] with url in it"));
        return None;
    };
    for (name, member) in members.iter().filter(|(name, _)| !NAMES.contains(&name.as_str())) {
        let mend = format!("a resource has {}", NAMES.join(", "));
        faults.push(fault(&format!("{key}.{name}"), member, "no such setting", &mend));
    }
    let timeout_ms = timeout(&key, members, faults);
    let token = members.get("token").and_then(|token| String::read(&token.kind));
    let url =
        members.get("url").and_then(|url| String::read(&url.kind)).and_then(|url| Url::parse(&url).ok());
    let Some(url) = url.filter(is_private) else {
        let mend = "write url = \"https://host/path\"; http is taken for this machine alone";
        faults.push(fault(&format!("{key}.url"), value, "there is no address of https", mend));
        return None;
    };
    Some(Endpoint { code: code.to_owned(), url, token, timeout: Duration::from_millis(timeout_ms) })
}

/// Whether what is asked there is read by nobody on the way: businesses' numbers are in it.
fn is_private(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    (url.scheme() == "https" && url.has_host()) || (url.scheme() == "http" && is_here)
}

fn timeout(key: &str, members: &Map<String, Value>, faults: &mut Vec<Fault>) -> u64 {
    let Some(given) = members.get("timeout_ms") else { return TIMEOUT_MS };
    let (least, most) = TIMEOUTS_MS;
    match u64::read(&given.kind) {
        Some(timeout) if (least..=most).contains(&timeout) => timeout,
        Some(_) | None => {
            let mend = format!("write {least} to {most}");
            faults.push(fault(&format!("{key}.timeout_ms"), given, "it does not fit", &mend));
            TIMEOUT_MS
        }
    }
}

/// The value itself is never told: it may be secret.
fn fault(key: &str, value: &Value, wrong: &str, mend: &str) -> Fault {
    Fault {
        key: key.into(),
        layer: value.origin().map(str::to_owned),
        wrong: wrong.into(),
        mend: mend.into(),
    }
}
