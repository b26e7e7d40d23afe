//! Rows A1, A2, A8 to A13, A19 to A22 and B15: the form of the text, its header and its JSON.

use serde_json::{Value, json};

use super::{DOORS, Door, b64, ed25519, signed};
use crate::access::{json::JsonError, jws::JwsError, keys::SigningKey};

fn refused(name: &str) -> JwsError {
    JwsError::AlgorithmRefused { name: name.to_owned() }
}

fn twice(key: &str) -> JsonError {
    JsonError::DuplicateKey { key: key.to_owned() }
}

#[test]
fn v0_the_positive_control_is_accepted() {
    for door in DOORS {
        assert_eq!(door.present(&door.good()), Ok(()), "{door:?}");
    }
}

#[test]
fn a1_none_in_every_spelling() {
    for door in DOORS {
        for name in ["none", "None", "NONE", "nOnE", "eddsa", "EDDSA", "es256", "ed25519", " EdDSA"] {
            let text = door.with_header(|header| header["alg"] = json!(name));
            assert_eq!(door.present(&text), Err(refused(name)), "{door:?}");
            let bare = format!("{}.", &text[..text.rfind('.').expect("a dot")]);
            assert_eq!(door.present(&bare), Err(refused(name)), "{door:?}");
        }
        let good = door.good();
        let bare = format!("{}.", &good[..good.rfind('.').expect("a dot")]);
        assert_eq!(door.present(&bare), Err(JwsError::SignatureLength { expected: 64 }));
    }
}

#[test]
fn a2_alg_missing_or_of_another_type() {
    for door in DOORS {
        for alg in [json!(1), json!(["EdDSA"]), Value::Null, json!({})] {
            let text = door.with_header(|header| header["alg"] = alg);
            assert_eq!(door.present(&text), Err(JwsError::AlgorithmMissing));
        }
        let text = door.with_header(|header| drop(header.as_object_mut().expect("an object").remove("alg")));
        assert_eq!(door.present(&text), Err(JwsError::AlgorithmMissing));
    }
}

#[test]
fn a4_algorithms_that_are_not_taken() {
    for door in DOORS {
        for name in ["RS256", "RS384", "RS512", "PS384", "ES384", "ES256K", "ES512", "Ed448", "HS256"] {
            let text = door.with_header(|header| header["alg"] = json!(name));
            assert_eq!(door.present(&text), Err(refused(name)));
        }
    }
    for name in ["ES256", "PS256"] {
        let text = Door::Token.with_header(|header| header["alg"] = json!(name));
        assert_eq!(Door::Token.present(&text), Err(refused(name)));
    }
}

#[test]
fn a8_signature_stripped_truncated_foreign_or_more_parts() {
    for door in DOORS {
        let good = door.good();
        let (message, signature) = good.rsplit_once('.').expect("a dot");
        let foreign = b64(ed25519("another text"));
        let cases = [
            (message.to_owned(), JwsError::NotThreeParts),
            (format!("{message}.{}", &signature[..84]), JwsError::SignatureLength { expected: 64 }),
            (format!("{message}.{signature}AAAA"), JwsError::SignatureLength { expected: 64 }),
            (format!("{message}.{foreign}"), JwsError::SignatureWrong),
            (format!("{good}."), JwsError::NotThreeParts),
            (format!("{good}.{signature}"), JwsError::NotThreeParts),
            (format!("{good}.a.b"), JwsError::NotThreeParts),
            (String::new(), JwsError::NotThreeParts),
            ("..".to_owned(), JwsError::Header(JsonError::NotAnObject)),
            (format!(".{good}"), JwsError::NotThreeParts),
        ];
        for (text, expected) in cases {
            assert_eq!(door.present(&text), Err(expected), "{text}");
        }
    }
}

#[test]
fn a9_json_serializations() {
    for door in DOORS {
        let good = door.good();
        let [header, payload, signature] =
            [0, 1, 2].map(|part| good.split('.').nth(part).expect("three parts"));
        let flat = json!({"protected": header, "payload": payload, "signature": signature});
        let general =
            json!({"payload": payload, "signatures": [{"protected": header, "signature": signature}]});
        for text in [flat.to_string(), general.to_string()] {
            assert_eq!(door.present(&text), Err(JwsError::NotThreeParts));
        }
    }
}

#[test]
fn a10_other_spellings_of_base64() {
    for door in DOORS {
        let good = door.good();
        let fault = |part| Err(JwsError::Base64 { part });
        for tail in ["=", "==", " ", "\n", "\r\n", "\0", "+", "/", "я"] {
            assert_eq!(door.present(&format!("{good}{tail}")), fault("signature"), "{tail:?}");
        }
        assert_eq!(door.present(&format!(" {good}")), fault("header"));
        assert_eq!(door.present(&good.replacen('.', "=.", 1)), fault("header"));
        assert_eq!(door.present(&good.replacen('.', "%2e", 1)), Err(JwsError::NotThreeParts));
        // The last of 86 characters carries four spare bits, which must be zero.
        let last = good.chars().next_back().expect("not empty");
        let next = char::from(last as u8 + 1);
        assert!("AQgw".contains(last));
        assert_eq!(door.present(&format!("{}{next}", &good[..good.len() - 1])), fault("signature"));
    }
}

#[test]
fn a11_headers_that_are_not_one_clear_object() {
    for door in DOORS {
        let good = door.header().to_string();
        let wide: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let cases: Vec<(Vec<u8>, JsonError)> = vec![
            (b"[]".to_vec(), JsonError::NotAnObject),
            (b"\"EdDSA\"".to_vec(), JsonError::NotAnObject),
            (b"{\"alg\":\"EdDSA\xff\"}".to_vec(), JsonError::NotAnObject),
            (wide, JsonError::NotAnObject),
            (format!("\u{feff}{good}").into_bytes(), JsonError::NotAnObject),
            (format!("{good}{good}").into_bytes(), JsonError::NotAnObject),
            (good.replacen('{', r#"{"alg":"EdDSA","#, 1).into_bytes(), twice("alg")),
            (good.replacen('{', r#"{"\u0061lg":"none","#, 1).into_bytes(), twice("alg")),
        ];
        for (header, expected) in cases {
            let message = format!("{}.{}", b64(&header), b64(door.claims().to_string()));
            let text = format!("{message}.{}", b64(ed25519(&message)));
            assert_eq!(
                door.present(&text),
                Err(JwsError::Header(expected)),
                "{}",
                String::from_utf8_lossy(&header)
            );
        }
    }
}

#[test]
fn a12_crit_of_any_kind() {
    for door in DOORS {
        for crit in [json!(["exp"]), json!([]), json!(["absent"]), json!(["alg"]), json!("b64"), Value::Null]
        {
            assert_eq!(
                door.present(&door.with_header(|header| header["crit"] = crit)),
                Err(JwsError::Critical)
            );
        }
        assert_eq!(door.present(&door.with_claim("crit", json!(["exp"]))), Err(JwsError::Critical));
    }
}

#[test]
fn a13_b64_with_and_without_crit() {
    for door in DOORS {
        for b64 in [true, false] {
            let text = door.with_header(|header| header["b64"] = json!(b64));
            assert_eq!(door.present(&text), Err(JwsError::Unencoded));
        }
        let text = door.with_header(|header| {
            header["b64"] = json!(false);
            header["crit"] = json!(["b64"]);
        });
        assert_eq!(door.present(&text), Err(JwsError::Critical));
    }
}

#[test]
fn a14_a15_a16_a19_a21_parameters_that_are_never_followed() {
    let cases = [
        ("jwk", json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})),
        ("jku", json!("https://gateway.example/redirect?to=https://attacker.example/jwks")),
        ("jku", json!("file:///etc/passwd")),
        ("jku", json!("http://127.0.0.1/jwks")),
        ("x5u", json!("https://attacker.example/cert")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
        ("x5t#S256", json!("AAAA")),
        ("zip", json!("DEF")),
        ("p2c", json!(2_147_483_648_u64)),
        ("enc", json!("A256GCM")),
        ("cty", json!("JWT")),
    ];
    for door in DOORS {
        let own = |name: &str| matches!(door, Door::Proof) && name == "jwk";
        for (name, value) in cases.iter().filter(|(name, _)| !own(name)) {
            let text = door.with_header(|header| header[*name] = value.clone());
            assert_eq!(door.present(&text), Err(JwsError::ParameterRefused { name }));
        }
        for alg in ["PBES2-HS256+A128KW", "dir", "RSA-OAEP"] {
            assert_eq!(
                door.present(&door.with_header(|header| header["alg"] = json!(alg))),
                Err(refused(alg))
            );
        }
    }
}

#[test]
fn a20_types_do_not_replace_each_other() {
    for typ in ["at+jwt", "application/at+jwt", "AT+JWT", "Application/At+Jwt"] {
        assert_eq!(
            Door::Token.present(&Door::Token.with_header(|header| header["typ"] = json!(typ))),
            Ok(())
        );
    }
    for typ in ["JWT", "jwt", "application/jwt", "client-authentication+jwt", "Client-Authentication+JWT"] {
        assert_eq!(
            Door::Assertion.present(&Door::Assertion.with_header(|header| header["typ"] = json!(typ))),
            Ok(())
        );
    }
    let untyped = |header: &mut Value| drop(header.as_object_mut().expect("an object").remove("typ"));
    assert_eq!(Door::Token.present(&Door::Token.with_header(untyped)), Err(JwsError::TypeMissing));
    assert_eq!(Door::Assertion.present(&Door::Assertion.with_header(untyped)), Ok(()));
    let strangers = [
        "dpop+jwt",
        "receipt+jwt",
        "secevent+jwt",
        "",
        "at+jwt ",
        "text/at+jwt",
        "application/application/at+jwt",
    ];
    for door in DOORS {
        let strangers = strangers.into_iter().filter(|typ| *typ != door.typ()).map(Value::from);
        for typ in strangers.chain([json!(1), Value::Null, json!(["at+jwt"])]) {
            let text = door.with_header(|header| header["typ"] = typ.clone());
            assert_eq!(door.present(&text), Err(JwsError::TypeRefused { typ }));
        }
    }
    let swapped = Door::Assertion.present(&Door::Token.good());
    assert_eq!(swapped, Err(JwsError::TypeRefused { typ: json!("at+jwt") }));
    let swapped = Door::Token.present(&Door::Assertion.good());
    assert_eq!(swapped, Err(JwsError::TypeRefused { typ: json!("client-authentication+jwt") }));
    let receipt = SigningKey::from_seed(&[1; 32]).sign("receipt+jwt", &super::token_claims());
    assert!(Door::Token.present(&receipt).is_err());
}

#[test]
fn a22_sizes_and_depth() {
    for door in DOORS {
        // Base64 maps three bytes to four characters, so a claim's length reaches 8192 or jumps over it.
        let sizes: Vec<usize> =
            (5600..5900).map(|length| door.with_claim("pad", json!("x".repeat(length))).len()).collect();
        let fits = sizes.iter().rposition(|size| *size <= 8192).expect("some fit");
        assert!(sizes[fits] >= 8191, "{}", sizes[fits]);
        assert_eq!(door.present(&door.with_claim("pad", json!("x".repeat(5600 + fits)))), Ok(()));
        let over = door.with_claim("pad", json!("x".repeat(5600 + fits + 1)));
        assert_eq!(door.present(&over), Err(JwsError::TooLarge { bytes: over.len(), limit: 8192 }));
        let huge = "a".repeat(1 << 20);
        assert_eq!(door.present(&huge), Err(JwsError::TooLarge { bytes: 1 << 20, limit: 8192 }));
        let nested = |levels: usize| {
            let claims = door.claims().to_string().replacen(
                '{',
                &format!("{{\"deep\":{}{},", "[".repeat(levels), "]".repeat(levels)),
                1,
            );
            signed(&door.header().to_string(), &claims, ed25519)
        };
        assert_eq!(door.present(&nested(31)), Ok(()));
        assert_eq!(door.present(&nested(32)), Err(JwsError::Payload(JsonError::TooDeep)));
    }
}

#[test]
fn b15_claims_that_stand_twice() {
    let names = |door| match door {
        Door::Token | Door::Assertion => ["aud", "sub"],
        Door::Proof => ["htu", "jti"],
    };
    for door in DOORS {
        let [one, two] = names(door);
        let escaped = format!("\\u{:04x}{}", one.as_bytes()[0], &one[1..]);
        for (extra, key) in [
            (format!(r#""{one}":"x""#), one),
            (format!(r#""{two}":"x""#), two),
            (format!(r#""{escaped}":"x""#), one),
        ] {
            let claims = door.claims().to_string().replacen('{', &format!("{{{extra},"), 1);
            let text = signed(&door.header().to_string(), &claims, ed25519);
            assert_eq!(door.present(&text), Err(JwsError::Payload(twice(key))));
        }
    }
}

#[test]
fn b16_unknown_claims_and_parameters_are_ignored() {
    for door in DOORS {
        assert_eq!(door.present(&door.with_claim("unknown", json!({"a": [1]}))), Ok(()));
        assert_eq!(door.present(&door.with_header(|header| header["unknown"] = json!("x"))), Ok(()));
    }
}
