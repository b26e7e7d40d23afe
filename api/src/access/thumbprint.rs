//! The name of a public key: its RFC 7638 thumbprint.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::digest::Digest;
use serde_json::{Map, Value};

/// The thumbprint of a JWK by the required members of its type alone; None where one is missing or not a plain text.
///
/// Equal thumbprints mean equal texts of these members, so a key that was read once may be found by it.
pub fn thumbprint(jwk: &Map<String, Value>) -> Option<Digest> {
    let names: &[&str] = match jwk.get("kty")?.as_str()? {
        "OKP" => &["crv", "kty", "x"],
        "EC" => &["crv", "kty", "x", "y"],
        "RSA" => &["e", "kty", "n"],
        _ => return None,
    };
    let mut canonical = String::from("{");
    for name in names {
        let text = jwk.get(*name)?.as_str().filter(|text| is_plain(text))?;
        let comma = if canonical.len() > 1 { "," } else { "" };
        canonical.extend([comma, "\"", name, "\":\"", text, "\""]);
    }
    canonical.push('}');
    Some(Digest::of(canonical.as_bytes()))
}

/// As it stands in `cnf` and `kid`.
pub fn encode(digest: &Digest) -> String {
    URL_SAFE_NO_PAD.encode(digest.as_bytes())
}

/// Reads the one spelling of a SHA-256 in base64url.
pub fn decode(text: &str) -> Option<Digest> {
    Some(Digest::from_bytes(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?))
}

/// No character that JSON would escape.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 7638 section 3.1, RFC 8037 appendix A.3, and RFC 9449 section 6.1.
    #[test]
    fn thumbprints_are_those_of_the_rfcs() {
        let rsa = json!({"kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29", "n": concat!(
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRX",
            "jBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaS",
            "qzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksIN",
            "HaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw")});
        let edwards =
            json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let elliptic = json!({"kty": "EC", "crv": "P-256", "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"});
        for (jwk, expected) in [
            (rsa, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
            (edwards, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
            (elliptic, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
        ] {
            let digest = thumbprint(jwk.as_object().expect("an object")).expect("a whole key");
            assert_eq!(encode(&digest), expected);
            assert_eq!(decode(expected), Some(digest));
        }
        assert_eq!(decode("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xt"), None, "spare bits");
    }
}
