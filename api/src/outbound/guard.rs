//! Where the gateway connects at others' wish: public addresses alone (SSRF).
//!
//! An address is judged in its form when it is named ([`Guard::parse`]), by what its name stands for when it is named
//! ([`Guard::vet`]), and again at every connection: the client asks the guard itself for addresses ([`Resolve`]) and
//! connects to those that were judged, so that a name that means something else a moment later changes nothing. If one
//! answer is denied, all are.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

/// At most this many addresses of a name are tried.
const MOST_ADDRESSES: usize = 16;
/// How long a name is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest address that is taken.
const LONGEST: usize = 2000;

/// Networks of IPv4 that are not the public Internet (IANA special-purpose registry, and multicast).
const DENIED_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// What is global unicast in IPv6; all else is denied: loopback, link-local, unique-local, mapped, NAT64, multicast.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Networks inside of it that lead elsewhere: protocol assignments with Teredo, documentation, 6to4.
const DENIED_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0x0db8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x2620, 0x004f, 0x8000, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Which addresses are taken beyond those that everybody may name.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Ports of public addresses.
    pub ports: Vec<u16>,
    /// Whether this machine itself may be named, by any port and without TLS: only ever in the sandbox.
    pub loopback: bool,
    /// Where the gateway itself is reached: hosts and ports that nobody may name.
    pub own: Vec<(String, u16)>,
}

/// Why an address is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Not an address, or more than an address: a user, a fragment.
    #[error("it is no plain address")]
    Form,
    /// Not https.
    #[error("its scheme is not https")]
    Scheme,
    /// A port that is not allowed.
    #[error("its port is not allowed")]
    Port,
    /// Not on the public Internet.
    #[error("it is not on the public Internet")]
    NotPublic,
    /// The gateway itself.
    #[error("it is the gateway itself")]
    Own,
    /// The name stands for nothing at the moment.
    #[error("its name is not known")]
    Unknown,
}

type Found<'l> = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send + 'l>>;

/// What names stand for.
pub trait Lookup: Send + Sync {
    /// The addresses of a name.
    fn lookup<'l>(&'l self, name: &'l str) -> Found<'l>;
}

/// The system's resolver.
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup<'l>(&'l self, name: &'l str) -> Found<'l> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Judges addresses.
#[derive(Clone)]
pub struct Guard {
    rules: Rules,
    lookup: Arc<dyn Lookup>,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rules.fmt(f)
    }
}

impl Guard {
    /// A guard with its rules.
    pub fn new(rules: Rules, lookup: Arc<dyn Lookup>) -> Self {
        Self { rules, lookup }
    }

    /// Reads an address; what it returns is its canonical form.
    ///
    /// # Errors
    /// What is wrong with its form, its port, or the address that it names by number.
    pub fn parse(&self, text: &str) -> Result<Url, Unfit> {
        let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
        if text.len() > LONGEST || text.contains(odd) {
            return Err(Unfit::Form);
        }
        let url = Url::parse(text).map_err(|_| Unfit::Form)?;
        let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let host = host_of(&url).filter(|_| plain).ok_or(Unfit::Form)?;
        let here = self.rules.loopback && is_loopback(&host);
        match url.scheme() {
            "https" => {}
            "http" if here => {}
            _ => return Err(Unfit::Scheme),
        }
        let port = url.port_or_known_default().ok_or(Unfit::Port)?;
        if self.is_own(&host, port) {
            return Err(Unfit::Own);
        }
        if let Ok(address) = host.parse() {
            self.judge(address)?;
        } else if is_loopback(&host) && !here {
            return Err(Unfit::NotPublic);
        }
        if here || self.rules.ports.contains(&port) { Ok(url) } else { Err(Unfit::Port) }
    }

    /// Looks at what the address's name stands for now.
    ///
    /// # Errors
    /// [`Unfit::NotPublic`] if any of it is denied, [`Unfit::Unknown`] where it stands for nothing.
    pub async fn vet(&self, url: &Url) -> Result<(), Unfit> {
        let host = host_of(url).ok_or(Unfit::Form)?;
        match host.parse() {
            Ok(address) => self.judge(address),
            Err(_) => self.addresses(&host).await.map(drop),
        }
    }

    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Unfit> {
        if is_loopback(name) {
            return if self.rules.loopback {
                Ok(vec![Ipv4Addr::LOCALHOST.into()])
            } else {
                Err(Unfit::NotPublic)
            };
        }
        let found = tokio::time::timeout(PATIENCE, self.lookup.lookup(name)).await;
        let Ok(Ok(mut found)) = found else { return Err(Unfit::Unknown) };
        if found.is_empty() {
            return Err(Unfit::Unknown);
        }
        found.iter().try_for_each(|address| self.judge(*address))?;
        found.truncate(MOST_ADDRESSES);
        Ok(found)
    }

    fn judge(&self, address: IpAddr) -> Result<(), Unfit> {
        let here = self.rules.loopback && address.is_loopback();
        if here || is_public(address) { Ok(()) } else { Err(Unfit::NotPublic) }
    }

    /// Every name of this machine is one host, whatever it is called.
    fn is_own(&self, host: &str, port: u16) -> bool {
        let same = |own: &str| own == host || is_loopback(own) && is_loopback(host);
        self.rules.own.iter().any(|(own, own_port)| *own_port == port && same(own))
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = guard.addresses(name.as_str()).await?;
            let addresses = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

/// The host without brackets and the root's dot, in small letters.
pub fn host_of(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']');
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    (!host.is_empty()).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    let named = host == "localhost" || host.ends_with(".localhost");
    named || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !DENIED_V4.iter().any(|network| within_v4(address, *network)),
        IpAddr::V6(address) => {
            within_v6(address, GLOBAL_V6) && !DENIED_V6.iter().any(|network| within_v6(address, *network))
        }
    }
}

fn within_v4(address: Ipv4Addr, (network, length): (Ipv4Addr, u32)) -> bool {
    (address.to_bits() ^ network.to_bits()) >> (32 - length) == 0
}

fn within_v6(address: Ipv6Addr, (network, length): (Ipv6Addr, u32)) -> bool {
    (address.to_bits() ^ network.to_bits()) >> (128 - length) == 0
}

#[cfg(test)]
mod tests;
