//! Server nonces for DPoP proofs (RFC 9449 sections 8 and 9): without memory, known to every gateway over one store.
//!
//! A nonce is the moment of its making and a MAC over it and its purpose. The keys follow from the gateway's signing
//! keys, which all replicas share, so a nonce of one is good at the others and after a restart.

use arc_swap::ArcSwap;
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::time::Timestamp;

/// How long a nonce is good, in seconds (security.md, row D21).
pub const NONCE_LIFE_S: i64 = 5 * 60;
/// How far ahead another replica's clock may be, in seconds.
const AHEAD_S: i64 = 10;
const MAC_BYTES: usize = 16;

/// Where a nonce is good. One of the token endpoint is none elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// At the token endpoint.
    Token,
    /// At every resource.
    Resource,
}

/// Makes and judges nonces.
pub struct Nonces(ArcSwap<Vec<hmac::Key>>);

impl Nonces {
    /// Nonces under secrets of which the first makes new ones. Never empty.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s [u8]>) -> Self {
        Self(ArcSwap::from_pointee(keys(secrets)))
    }

    /// Puts other secrets in force.
    pub fn replace<'s>(&self, secrets: impl IntoIterator<Item = &'s [u8]>) {
        self.0.store(keys(secrets).into());
    }

    /// Makes a nonce.
    pub fn make(&self, purpose: Purpose, now: Timestamp) -> String {
        let moment = now.micros().to_be_bytes();
        let keys = self.0.load();
        let mac = keys.first().map(|key| mac(key, purpose, moment));
        let mut bytes = [0; 8 + MAC_BYTES];
        bytes[..8].copy_from_slice(&moment);
        if let Some(mac) = mac {
            bytes[8..].copy_from_slice(&mac.as_ref()[..MAC_BYTES]);
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// When a nonce was made; None for one that is too old, of another purpose, or not of this gateway.
    pub fn made_at(&self, purpose: Purpose, nonce: &str, now: Timestamp) -> Option<Timestamp> {
        let bytes: [u8; 8 + MAC_BYTES] = URL_SAFE_NO_PAD.decode(nonce).ok()?.try_into().ok()?;
        let (moment, given) = bytes.split_first_chunk::<8>()?;
        let made_at = Timestamp::from_micros(i64::from_be_bytes(*moment))?;
        let age_s = now.seconds() - made_at.seconds();
        let is_ours = |key: &hmac::Key| {
            let expected = mac(key, purpose, *moment);
            subtle::ConstantTimeEq::ct_eq(&expected.as_ref()[..MAC_BYTES], given).into()
        };
        let good = (-AHEAD_S..=NONCE_LIFE_S).contains(&age_s) && self.0.load().iter().any(is_ours);
        good.then_some(made_at)
    }
}

fn keys<'s>(secrets: impl IntoIterator<Item = &'s [u8]>) -> Vec<hmac::Key> {
    let derived = secrets.into_iter().map(|secret| {
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret);
        hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&root, b"shlyuz DPoP nonces").as_ref())
    });
    derived.collect()
}

fn mac(key: &hmac::Key, purpose: Purpose, moment: [u8; 8]) -> hmac::Tag {
    let purpose = match purpose {
        Purpose::Token => b't',
        Purpose::Resource => b'r',
    };
    let mut message = [purpose; 9];
    message[1..].copy_from_slice(&moment);
    hmac::sign(key, &message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000).expect("in range")
    }

    const NOW_S: i64 = 1_800_000_000;

    fn of(secrets: &[&'static [u8]]) -> Nonces {
        Nonces::new(secrets.iter().copied())
    }

    #[test]
    fn d21_a_nonce_is_good_for_five_minutes_at_every_replica() {
        let (here, there) = (of(&[b"one"]), of(&[b"two", b"one"]));
        let nonce = here.make(Purpose::Resource, at(NOW_S));
        for (nonces, seconds) in [(&here, 0), (&there, 300), (&there, -10)] {
            assert_eq!(nonces.made_at(Purpose::Resource, &nonce, at(NOW_S + seconds)), Some(at(NOW_S)));
        }
        for seconds in [301, 3600, -11] {
            assert_eq!(here.made_at(Purpose::Resource, &nonce, at(NOW_S + seconds)), None, "{seconds}");
        }
    }

    #[test]
    fn d21_forged_foreign_and_misplaced_nonces_are_none() {
        let here = of(&[b"one"]);
        let nonce = here.make(Purpose::Resource, at(NOW_S));
        assert_eq!(here.made_at(Purpose::Token, &nonce, at(NOW_S)), None, "another purpose");
        assert_eq!(of(&[b"two"]).made_at(Purpose::Resource, &nonce, at(NOW_S)), None, "another gateway");
        here.replace([b"two".as_slice()]);
        assert_eq!(here.made_at(Purpose::Resource, &nonce, at(NOW_S)), None, "a forgotten key");
        here.replace([b"one".as_slice()]);
        let bytes = URL_SAFE_NO_PAD.decode(&nonce).expect("base64url");
        for index in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[index] ^= 1;
            assert_eq!(here.made_at(Purpose::Resource, &URL_SAFE_NO_PAD.encode(forged), at(NOW_S)), None);
        }
        for bad in ["", "x", &nonce[..31], &format!("{nonce}A"), "===="] {
            assert_eq!(here.made_at(Purpose::Resource, bad, at(NOW_S)), None, "{bad}");
        }
    }
}
