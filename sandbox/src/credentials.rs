//! The ready credentials of a fresh sandbox, as written to `data/sandbox.json` for scripts.

use domain::ids::{ApplicationId, AuthorityId, BusinessId};
use serde::{Deserialize, Serialize};

/// Everything a script needs to call a fresh sandbox from both sides.
///
/// The secrets are good for this sandbox only; a live gateway knows neither these clients nor this way of proving them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The gateway's public base address, without a slash at its end.
    pub base_url: String,
    /// The token endpoint.
    pub token_url: String,
    /// The business's side.
    pub business: BusinessCredentials,
    /// The authority's side.
    pub authority: AuthorityCredentials,
}

/// An application that acts for the sandbox's own test business.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessCredentials {
    /// For `client_secret_basic`.
    pub client_id: ApplicationId,
    /// For `client_secret_basic`.
    pub client_secret: String,
    /// The business for which the application holds a mandate.
    pub business_id: BusinessId,
}

/// The back office of an authority of the catalogue.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorityCredentials {
    /// For `client_secret_basic`.
    pub client_id: ApplicationId,
    /// For `client_secret_basic`.
    pub client_secret: String,
    /// The authority whose inbox the application reads.
    pub authority_id: AuthorityId,
}

impl Credentials {
    /// Puts the addresses of a gateway together with the two sides' credentials.
    pub fn new(base_url: &str, business: BusinessCredentials, authority: AuthorityCredentials) -> Self {
        let base_url = base_url.trim_end_matches('/').to_owned();
        Self { token_url: format!("{base_url}/oauth2/token"), base_url, business, authority }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn they_have_the_documented_shape_and_read_back() {
        let credentials = Credentials::new(
            "http://127.0.0.1:8080/",
            BusinessCredentials {
                client_id: "app_sandbox".parse().expect("an id"),
                client_secret: "s1".into(),
                business_id: "biz_cafe".parse().expect("an id"),
            },
            AuthorityCredentials {
                client_id: "app_office".parse().expect("an id"),
                client_secret: "s2".into(),
                authority_id: "aut_fns".parse().expect("an id"),
            },
        );
        let written = serde_json::to_value(&credentials).expect("plain data");
        assert_eq!(
            written,
            json!({
                "base_url": "http://127.0.0.1:8080",
                "token_url": "http://127.0.0.1:8080/oauth2/token",
                "business": { "client_id": "app_sandbox", "client_secret": "s1", "business_id": "biz_cafe" },
                "authority": { "client_id": "app_office", "client_secret": "s2", "authority_id": "aut_fns" },
            })
        );
        assert!(serde_json::from_value::<Credentials>(written).is_ok_and(|read| read == credentials));
    }
}
