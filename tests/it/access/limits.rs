//! Token requests are counted by client and by address.

use tests::{Engine, Program, client::fresh_key, on_both_engines};

use super::SecretApplication;

async fn a_client_in_a_hurry_for_tokens_is_told_to_wait(engine: Engine) {
    let Some(program) = Program::start(engine) else { return };
    let hasty = SecretApplication::register(&program.client(), &fresh_key()).await;
    let form = [("grant_type", "client_credentials")];
    let mut given = 0;
    let refusal = loop {
        let answer = hasty.ask("/oauth2/token", &form).await;
        if answer.status.as_u16() != 200 {
            break answer;
        }
        given += 1;
        assert!(given < 500, "token requests of one client are not limited");
    };
    let seconds: u32 = refusal.header("retry-after").parse().expect("Retry-After counts seconds");
    assert!((1..60).contains(&seconds));
    assert!(given >= 50, "the published burst is 50, only {given} were given");
    let problem = refusal.problem(429, "rate-limited");
    assert_eq!(problem["retry_after_s"], seconds);
    let patient = SecretApplication::register(&program.client(), "patient").await;
    patient.token(&[]).await;
}

on_both_engines! { a_client_in_a_hurry_for_tokens_is_told_to_wait }
