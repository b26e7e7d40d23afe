//! What a receiver gets: a body, signed as Standard Webhooks 1.0 says.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    ids::{EventId, WebhookId},
    time::Timestamp,
    webhook::{
        SigningSecret, Webhook,
        delivery::{Delivery, OwnKind},
        dispatch::Contents,
    },
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::models::event::EventView;

/// The largest body, in bytes: receivers are told to take 20 kB.
const LARGEST: usize = 20_000;

/// A message about an endpoint, in the structured form of CloudEvents 1.0 as events are.
#[derive(Serialize)]
struct OwnMessage<'m> {
    specversion: &'static str,
    id: &'m EventId,
    source: &'m str,
    #[serde(rename = "type")]
    kind: &'static str,
    subject: &'m WebhookId,
    time: Timestamp,
    datacontenttype: &'static str,
    data: Value,
}

/// The body of a delivery; None where there is nothing to send any more.
pub(super) fn body(
    contents: Contents,
    webhook: &Webhook,
    delivery: &Delivery,
    base_url: &str,
) -> Option<Vec<u8>> {
    match contents {
        Contents::Nothing => None,
        Contents::Event(event) => Some(thin(EventView::new(*event, base_url))),
        Contents::Own(kind, about) => {
            let data = match kind {
                OwnKind::Verify => json!({ "challenge": webhook.challenge }),
                OwnKind::Test | OwnKind::Disabled => json!({}),
            };
            let message = OwnMessage {
                specversion: "1.0",
                id: &delivery.message,
                source: base_url,
                kind: kind.into(),
                subject: &about,
                time: delivery.created_at,
                datacontenttype: "application/json",
                data,
            };
            Some(to_json(&message))
        }
    }
}

/// An event whose facts are too many goes without them: the feed has them.
fn thin(event: EventView) -> Vec<u8> {
    let whole = to_json(&event);
    if whole.len() <= LARGEST {
        return whole;
    }
    to_json(&EventView { data: json!({ "omitted": true }), ..event })
}

fn to_json(message: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(message).expect("messages have text keys and cannot fail to serialise")
}

/// The header `webhook-signature`: one signature for each secret, with a space between.
pub(super) fn signatures<'s>(
    secrets: impl Iterator<Item = &'s SigningSecret>,
    id: &str,
    seconds: i64,
    body: &[u8],
) -> String {
    let sign = |SigningSecret(secret): &SigningSecret| {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret));
        context.update(format!("{id}.{seconds}.").as_bytes());
        context.update(body);
        format!("v1,{}", STANDARD.encode(context.sign()))
    };
    secrets.map(sign).collect::<Vec<_>>().join(" ")
}

/// A secret as its owner gets it.
pub fn written(SigningSecret(secret): &SigningSecret) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

/// Whether an answer holds the challenge: as its text, or as the member `challenge` of its JSON.
pub(super) fn echoes(answer: &[u8], challenge: &str) -> bool {
    let text = answer.trim_ascii();
    let json = || serde_json::from_slice::<Value>(text).ok();
    text == challenge.as_bytes() || json().is_some_and(|json| json["challenge"] == challenge)
}

/// The beginning of an answer for its owner's eyes: at most 1 KiB, without control characters.
pub(super) fn shown(answer: &[u8]) -> Option<String> {
    const MOST: usize = 1024;
    let text = String::from_utf8_lossy(answer);
    let mut kept = String::new();
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if kept.len() + c.len_utf8() > MOST {
            break;
        }
        kept.push(c);
    }
    (!kept.trim().is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the specification's reference libraries.
    #[test]
    fn the_signature_is_that_of_the_standard_s_vector() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let (secret, body) = (SigningSecret(secret), b"{\"test\": 2432232314}");
        let secrets = [secret.clone(), secret];
        let made = signatures(secrets.iter().take(1), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(made, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let both = signatures(secrets.iter(), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(both, format!("{made} {made}"));
        assert_eq!(written(&secrets[0]), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    #[test]
    fn a_challenge_is_echoed_as_text_or_as_json() {
        for good in ["abc", " abc\n", "{\"challenge\":\"abc\"}", "{\"challenge\":\"abc\",\"more\":1}"] {
            assert!(echoes(good.as_bytes(), "abc"), "{good}");
        }
        for bad in ["", "ab", "abcd", "\"abc\"", "{\"challenge\":\"abd\"}", "[\"abc\"]"] {
            assert!(!echoes(bad.as_bytes(), "abc"), "{bad}");
        }
    }

    #[test]
    fn an_answer_is_shown_short_and_plain() {
        assert_eq!(shown(b"a\r\nb\x1b[31m").as_deref(), Some("a  b [31m"));
        assert_eq!(shown(b" \n"), None);
        assert!(shown("я".repeat(4000).as_bytes()).is_some_and(|text| text.len() == 1024));
        assert!(shown(&[0xff, 0xfe]).is_some_and(|text| text.contains('\u{fffd}')));
    }
}
