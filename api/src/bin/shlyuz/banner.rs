//! What a developer sees when the sandbox has started.

use sandbox::Credentials;

/// Prints where the sandbox is, how to get in, and the first call.
pub fn show(credentials: &Credentials) {
    println!("{}", text(credentials));
}

fn text(credentials: &Credentials) -> String {
    let Credentials { base_url, token_url, business, authority } = credentials;
    format!(
        "\n\
         Shlyuz sandbox    {base_url}\n\
         Swagger UI        {base_url}/docs\n\
         \n\
         As the business   client_id {}  client_secret {}\n\
         \x20                 business_id {}\n\
         As the authority  client_id {}  client_secret {}\n\
         \x20                 authority_id {}\n\
         \n\
         First call: a token, then the services.\n\
         TOKEN=$(curl -s -u {}:{} -d grant_type=client_credentials {token_url} \
         | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/') \
         && curl -s -H \"Authorization: Bearer $TOKEN\" {base_url}/v1/services\n",
        business.client_id,
        business.client_secret,
        business.business_id,
        authority.client_id,
        authority.client_secret,
        authority.authority_id,
        business.client_id,
        business.client_secret,
    )
}

#[cfg(test)]
mod tests {
    use sandbox::credentials::{AuthorityCredentials, BusinessCredentials};

    use super::*;

    #[test]
    fn everything_for_the_first_call_is_there() {
        let credentials = Credentials::new(
            "http://127.0.0.1:8080",
            BusinessCredentials {
                client_id: "app_shop".parse().expect("an id"),
                client_secret: "s1".into(),
                business_id: "biz_cafe".parse().expect("an id"),
            },
            AuthorityCredentials {
                client_id: "app_office".parse().expect("an id"),
                client_secret: "s2".into(),
                authority_id: "aut_fns".parse().expect("an id"),
            },
        );
        let text = text(&credentials);
        for part in
            ["http://127.0.0.1:8080/docs", "biz_cafe", "client_secret s2", "aut_fns", "-u app_shop:s1 "]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
        let call = text.lines().find(|line| line.starts_with("TOKEN=")).expect("the first call");
        assert!(call.contains(r#"sed 's/.*"access_token":"\([^"]*\)".*/\1/')"#), "{call}");
        assert!(call.ends_with("/v1/services"), "{call}");
    }
}
