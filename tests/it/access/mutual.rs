//! Mutual TLS (RFC 8705): row E1, TLS of the program itself, and the way in for programs that cannot sign JWTs.

use base64::{Engine as _, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tests::{
    Answer, Client, Engine, Program,
    certificates::{Authority, Pair, expired, named, trusting},
    client::text,
    on_both_engines,
};

use super::{operator, refused};

/// A gateway that ends TLS itself, with the directory of its certificate.
pub(super) struct Secured {
    pub(super) program: Program,
    pub(super) files: TempDir,
}

fn secured(engine: Engine, settings: &[(&str, &str)]) -> Option<Secured> {
    let mut secured = prepared(engine, settings)?;
    secured.program.restart();
    Some(secured)
}

/// The same before its first start.
pub(super) fn prepared(engine: Engine, settings: &[(&str, &str)]) -> Option<Secured> {
    let files = tempfile::tempdir().expect("a temporary directory can be made");
    let (certificate, key) = Pair::own(&named("gateway")).write(files.path(), "gateway");
    let (certificate, key) = (certificate.display().to_string(), key.display().to_string());
    let mut settings = settings.to_vec();
    settings.push(("SHLYUZ_SERVER__TLS_CERTIFICATE", &certificate));
    settings.push(("SHLYUZ_SERVER__TLS_KEY", &key));
    Some(Secured { program: Program::prepared(engine, &settings)?, files })
}

/// Asks for a token by the certificate of the connection alone.
pub(super) async fn ask(client: &Client, id: &str) -> Answer {
    let form = [("grant_type", "client_credentials"), ("client_id", id)];
    client.send(client.http().post(format!("{}/oauth2/token", client.base_url())).form(&form)).await
}

/// Registers a certificate in the sandbox and gets a token with it.
async fn enrolled(secured: &Secured, pair: &Pair) -> (Client, String, String) {
    let client = pair.client(&secured.program);
    let jwks = json!({ "keys": [{ "kty": "EC", "x5c": [BASE64_STANDARD.encode(&pair.der)] }] });
    let asked = json!({ "client_name": "1C", "token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": jwks });
    let id = text(&client.post("/oauth2/register", asked).await.expect(201)["client_id"]);
    let given = ask(&client, &id).await.expect(200);
    assert_eq!(given["token_type"], "Bearer");
    (client, id, text(&given["access_token"]))
}

async fn a_self_signed_registered_certificate_is_a_way_in(engine: Engine) {
    let Some(secured) = secured(engine, &[]) else { return };
    let pair = Pair::own(&named("1C"));
    let (client, id, token) = enrolled(&secured, &pair).await;
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("a JWT")).expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    assert_eq!(
        claims["cnf"],
        json!({ "x5t#S256": BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&pair.der)) })
    );
    let holder = client.with_token(&token);
    let business = holder.business("cafe").await;
    holder.get(&format!("/v1/businesses/{business}")).await.expect(200);
    let metadata = client.get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], true);
    let other = Pair::own(&named("1C")).client(&secured.program);
    refused(ask(&other, &id).await, 401, "invalid_client");
    let unknown = json!({ "client_name": "x", "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "jwks": { "keys": [{ "kty": "EC", "x5c": ["AAAA"] }] } });
    client.post("/oauth2/register", unknown).await.problem(422, "validation-failed");
}

async fn e1_a_bound_token_is_worth_nothing_without_its_certificate(engine: Engine) {
    let Some(secured) = secured(engine, &[]) else { return };
    let pair = Pair::own(&named("1C"));
    let (client, id, token) = enrolled(&secured, &pair).await;
    let bare = Client::over(trusting().build().expect("sound"), secured.program.base_url());
    let thief = Pair::own(&named("1C")).client(&secured.program);
    for stranger in [&bare, &thief] {
        let mut request = stranger.with_token(&token).request(Method::GET, "/v1/businesses");
        for name in [
            "X-Client-Cert",
            "X-SSL-Client-Cert",
            "X-Forwarded-Client-Cert",
            "SSL_CLIENT_CERT",
            "Client-Cert",
        ] {
            request = request.header(name, BASE64_STANDARD.encode(&pair.der));
        }
        let answer = stranger.send(request).await;
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""), "{answer:?}");
        answer.problem(401, "unauthenticated");
    }
    let form = [("grant_type", "client_credentials"), ("client_id", &id)];
    let request = bare.http().post(format!("{}/oauth2/token", bare.base_url())).form(&form);
    let injected = request.header("X-Client-Cert", BASE64_STANDARD.encode(&pair.der));
    refused(bare.send(injected).await, 401, "invalid_client");
    client.with_token(&token).get("/v1/businesses").await.expect(200);
}

async fn e1_an_expired_certificate_of_one_s_own_is_refused(engine: Engine) {
    let Some(secured) = secured(engine, &[]) else { return };
    let pair = Pair::own(&expired(named("1C")));
    let client = pair.client(&secured.program);
    let (file, _) = pair.write(secured.files.path(), "expired");
    let id = operator(
        &secured.program,
        &["register", "--name", "1C", "--certificate", &file.display().to_string()],
    );
    refused(ask(&client, &text(&id["client_id"])).await, 401, "invalid_client");
}

/// Asks with a certificate of an authority; None where the handshake fails.
async fn try_with(secured: &Secured, pair: &Pair, id: &str) -> Option<u16> {
    let client = pair.client(&secured.program);
    let form = [("grant_type", "client_credentials"), ("client_id", id)];
    let sent = client.http().post(format!("{}/oauth2/token", client.base_url())).form(&form).send().await;
    sent.ok().map(|answer| answer.status().as_u16())
}

async fn e1_certificates_of_an_authority(engine: Engine) {
    let (authority, other) = (Authority::new("Authority"), Authority::new("Authority"));
    let lists = tempfile::tempdir().expect("a temporary directory can be made");
    let (ca, crl) = (lists.path().join("ca.pem"), lists.path().join("crl.pem"));
    std::fs::write(&ca, &authority.certificate).expect("room for a file");
    std::fs::write(&crl, authority.revoked(7)).expect("room for a file");
    let (ca, crl) = (ca.display().to_string(), crl.display().to_string());
    let settings = [("SHLYUZ_SERVER__TLS_CLIENT_CA", ca.as_str()), ("SHLYUZ_SERVER__TLS_CLIENT_CRL", &crl)];
    let Some(secured) = secured(engine, &settings) else { return };
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::OrganizationName, "Cafe, LLC");
    params.distinguished_name.push(rcgen::DnType::CommonName, "books");
    let subject = "CN=books,O=Cafe\\, LLC";
    let made = operator(&secured.program, &["register", "--name", "books", "--subject", subject]);
    let id = text(&made["client_id"]);
    let client_auth = || ExtendedKeyUsagePurpose::ClientAuth;
    let good = authority.issue(params.clone(), 1, client_auth());
    assert_eq!(try_with(&secured, &good, &id).await, Some(200));
    let ended = authority.issue(expired(params.clone()), 2, client_auth());
    let revoked = authority.issue(params.clone(), 7, client_auth());
    for pair in [ended, revoked] {
        assert_eq!(try_with(&secured, &pair, &id).await, None, "the handshake fails");
    }
    let foreign = other.issue(params.clone(), 1, client_auth());
    let server = authority.issue(params.clone(), 3, ExtendedKeyUsagePurpose::ServerAuth);
    let own = Pair::own(&params);
    let another = authority.issue(named("another client"), 4, client_auth());
    for pair in [foreign, server, own, another] {
        assert_eq!(try_with(&secured, &pair, &id).await, Some(401));
    }
}

async fn another_way_of_proof_over_mutual_tls_binds_to_the_certificate_too(engine: Engine) {
    let Some(secured) = secured(engine, &[]) else { return };
    let client = Pair::own(&named("shop")).client(&secured.program);
    let caller = client.register("secret over TLS").await;
    caller.get("/v1/businesses").await.expect(200);
    let bare = Client::over(trusting().build().expect("sound"), secured.program.base_url());
    bare.with_token(caller.token().expect("logged in"))
        .get("/v1/businesses")
        .await
        .problem(401, "unauthenticated");
    bare.register("plain").await.get("/v1/businesses").await.expect(200);
}

async fn c6_the_port_speaks_tls_alone_and_no_http_2(engine: Engine) {
    let Some(secured) = secured(engine, &[]) else { return };
    let plain = secured.program.base_url().replacen("https", "http", 1);
    let sent = Client::new(&plain).http().post(format!("{plain}/oauth2/token")).send().await;
    assert!(sent.is_err(), "plain HTTP is answered: {sent:?}");
    let client = trusting().build().expect("sound");
    let answer = client.get(format!("{}/livez", secured.program.base_url())).send().await.expect("it lives");
    assert_eq!(answer.version(), reqwest::Version::HTTP_11);
}

async fn the_certificate_is_exchanged_without_a_failed_request(engine: Engine) {
    let Some(secured) = secured(engine, &[]) else { return };
    let next = Pair::own(&named("the next one"));
    let url = format!("{}/livez", secured.program.base_url());
    let trusted = reqwest::Certificate::from_pem(next.certificate.as_bytes()).expect("a certificate");
    let shown = || async {
        let only =
            reqwest::Client::builder().no_proxy().tls_certs_only([trusted.clone()]).build().expect("sound");
        only.get(&url).send().await.is_ok()
    };
    assert!(!shown().await, "the next certificate is not shown yet");
    let asking = tokio::spawn({
        let url = url.clone();
        async move {
            for _ in 0..150 {
                let fresh = trusting().pool_max_idle_per_host(0).build().expect("sound");
                assert_eq!(fresh.get(&url).send().await.expect("no request fails").status(), 200);
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
    });
    // First the key, then the certificate: between the two they do not go together.
    next.write(secured.files.path(), "gateway");
    asking.await.expect("no request fails");
    assert!(shown().await, "the next certificate is shown");
}

on_both_engines! {
    a_self_signed_registered_certificate_is_a_way_in,
    e1_a_bound_token_is_worth_nothing_without_its_certificate,
    e1_an_expired_certificate_of_one_s_own_is_refused,
    e1_certificates_of_an_authority,
    another_way_of_proof_over_mutual_tls_binds_to_the_certificate_too,
    c6_the_port_speaks_tls_alone_and_no_http_2,
    the_certificate_is_exchanged_without_a_failed_request,
}
