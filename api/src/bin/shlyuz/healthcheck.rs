//! Asks a running gateway whether it is ready; for containers, which have no curl.

use std::time::Duration;

use crate::{config::Config, failure::Failure};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks `/readyz` at the configured address on this machine.
///
/// # Errors
/// Where there is no answer, or another than 200.
pub async fn check(config: &Config) -> Result<(), Failure> {
    let url = format!("{}://{}/readyz", config.scheme(), config.local_address());
    // The certificate names the public host; this asks over the machine's own address, for a yes or no.
    let client =
        reqwest::Client::builder().timeout(PATIENCE).no_proxy().danger_accept_invalid_certs(true).build();
    let client = client.map_err(|error| Failure::of("the health check did not start", error))?;
    let answer = client.get(&url).send().await;
    let answer = answer.map_err(|error| Failure::of(format!("{url} does not answer"), root(&error)))?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(Failure::Failed(format!("{url} answers {}", answer.status())))
    }
}

/// The innermost reason: `connection refused` says more than `error sending request`.
fn root(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
