use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use super::{fault::Fault, settings::settings, *};

/// A file of this test run, removed at its end.
struct Written(PathBuf);

impl Written {
    fn new(content: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("shlyuz-{}-{}.toml", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).expect("room for a file");
        Self(path)
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).expect("the file was written");
    }
}

fn sources(file: &Written, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Sources {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Sources {
        file: Some(file.0.clone()),
        environment: environment.iter().map(owned).collect(),
        flags: flags.iter().map(owned).map(|(key, value)| (key.clone(), value, format!("--{key}"))).collect(),
    }
}

fn load(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, Faults> {
    Config::load(&sources(&Written::new(file), environment, flags))
}

fn faults(file: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let Faults(faults) = load(file, environment, &[]).expect_err("something is wrong");
    faults.iter().map(Fault::to_string).collect()
}

#[test]
fn without_any_layer_the_defaults_hold() {
    let config = load("", &[], &[]).expect("the defaults fit together");
    assert_eq!(config.mode, Mode::Sandbox);
    assert_eq!(config.base_url(), "http://127.0.0.1:8080");
    assert_eq!(config.database_url(), "sqlite:./data/shlyuz.db");
    assert!(config.workers() >= 1 && config.reader_threads() >= 1);
    assert!(config.possession_rules().secrets_allowed && config.possession_rules().bearer_allowed);
    assert_eq!(config.access.token_lifetime_s, 300);
    assert_eq!(config.server.shutdown_grace_s, 30);
}

#[test]
fn a_later_layer_wins() {
    let file = "data_dir = \"/file\"\n[server]\nlisten = \"127.0.0.1:1\"\nworkers = 3\n";
    let environment =
        [("SHLYUZ_SERVER__LISTEN", "127.0.0.1:2"), ("SHLYUZ_LOG__FORMAT", "json"), ("PATH", "/bin")];
    let config = load(file, &environment, &[("server.listen", "0.0.0.0:3")]).expect("right settings");
    assert_eq!(config.server.listen.port(), 3);
    assert_eq!(config.local_address().to_string(), "127.0.0.1:3");
    assert_eq!(config.workers(), 3);
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.database_url(), "sqlite:/file/shlyuz.db");
}

#[test]
fn every_fault_is_told_at_once_with_key_layer_and_mend() {
    let file =
        "mode = \"live\"\nworker = 2\n[server]\nlisten = 8080\nlissten = \"x\"\n[log]\nlevel = \"loud\"\n";
    let environment = [("SHLYUZ_ACCESS__TOKEN_LIFETIME_S", "5"), ("SHLYUZ_LIMITS__BODY_BITES", "5")];
    let told = faults(file, &environment);
    let expect = |key: &str, parts: &[&str]| {
        let line = told.iter().find(|line| line.starts_with(&format!("{key}: ")));
        let line = line.unwrap_or_else(|| panic!("no fault for {key} in {told:#?}"));
        assert!(parts.iter().all(|part| line.contains(part)), "{line}");
    };
    expect("worker", &["no such setting", "server.workers"]);
    expect("server.lissten", &["no such setting", ".toml", "server.listen?"]);
    expect("server.listen", &["8080 does not fit", ".toml", "127.0.0.1:8080"]);
    expect("log.level", &["\"loud\"", "error warn info debug trace"]);
    expect("access.token_lifetime_s", &["5 is out of range", "SHLYUZ_ACCESS__TOKEN_LIFETIME_S", "30 to 900"]);
    expect("limits.body_bites", &["SHLYUZ_LIMITS__BODY_BYTES?"]);
    expect("base_url", &["live mode", "https://"]);
    assert_eq!(told.len(), 7, "{told:#?}");
}

#[test]
fn wrong_kinds_of_values_are_refused() {
    assert_eq!(faults("server = 3\n", &[]).len(), 1);
    assert_eq!(faults("mode = [\"live\"]\n", &[]).len(), 1);
    assert_eq!(faults("[mode]\nx = 1\n", &[]).len(), 1);
    assert_eq!(faults("data_dir = 5\n", &[]).len(), 1);
    assert_eq!(faults("[limits]\napplication_burst = 1.5\n", &[]).len(), 1);
    assert_eq!(faults("[limits]\napplication_burst = -1\n", &[]).len(), 1);
    assert_eq!(faults("base_url = \"\"\n", &[]).len(), 1);
}

#[test]
fn lists_are_read_from_the_file_and_from_the_environment() {
    let proxies = |config: Config| config.server.trusted_proxies.len();
    assert!(
        load("[server]\ntrusted_proxies = [\"10.0.0.5\", \"::1\"]\n", &[], &[])
            .is_ok_and(|c| proxies(c) == 2)
    );
    let environment = [("SHLYUZ_SERVER__TRUSTED_PROXIES", "10.0.0.5, 10.0.0.6")];
    assert!(load("", &environment, &[]).is_ok_and(|c| proxies(c) == 2));
    assert_eq!(faults("[server]\ntrusted_proxies = [\"proxy\"]\n", &[]).len(), 1);
}

#[test]
fn the_defaults_of_the_limits_are_those_of_the_library() {
    let config = load("", &[], &[]).expect("the defaults fit together");
    assert_eq!(config.limit_values(), LimitValues::default());
}

#[test]
fn contradictions_are_told() {
    let live = "mode = \"live\"\nbase_url = \"https://api.example.ru\"\n";
    assert!(load(live, &[], &[]).is_ok_and(|config| !config.possession_rules().secrets_allowed));
    let secret = faults(&format!("{live}[access]\nclient_secret = true\n"), &[]);
    assert!(secret[0].starts_with("access.client_secret: "), "{secret:?}");
    for url in
        ["http://api.example.ru", "https://api.example.ru/", "https://a@b", "ftp://x", "x", "https://x/y"]
    {
        let told = faults(&format!("mode = \"live\"\nbase_url = \"{url}\"\n"), &[]);
        assert!(told.len() == 1 && told[0].starts_with("base_url: "), "{url}: {told:?}");
    }
    let limits = faults("[limits]\nbody_bytes = 4096\nattachment_bytes = 2048\n", &[]);
    assert!(limits[0].starts_with("limits.body_bytes: "), "{limits:?}");
    let scan = faults("[attachments]\nscan_command = \"/nowhere/scan\"\n", &[]);
    assert!(scan[0].starts_with("attachments.scan_command: "), "{scan:?}");
}

#[test]
fn a_password_is_never_told() {
    for url in ["mysql://u:secret@h/d", "u:secret@h"] {
        let told = faults("", &[("SHLYUZ_DATABASE__URL", url)]);
        assert!(told.len() == 1 && !told[0].contains("secret"), "{told:?}");
    }
}

#[test]
fn names_that_kubernetes_sets_are_left_alone() {
    let environment = [("SHLYUZ_SERVICE_HOST", "10.0.0.1"), ("SHLYUZ_PORT", "tcp://10.0.0.1:80")];
    assert!(load("", &environment, &[]).is_ok());
    assert!(faults("", &[("SHLYUZ_MOD", "live")])[0].contains("SHLYUZ_MODE?"));
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let missing = Sources { file: Some("/nowhere/shlyuz.toml".into()), ..Sources::default() };
    assert_eq!(Config::load(&missing).expect_err("no such file").0.len(), 1);
    assert_eq!(faults("mode = \n", &[]).len(), 1);
}

#[test]
fn the_table_tells_every_setting() {
    let table = markdown();
    assert_eq!(table.lines().count(), settings().count() + 2);
    for setting in settings() {
        assert!(table.contains(&format!("| `{}` |", setting.key)), "{}", setting.key);
        assert!(!setting.meaning.is_empty() && setting.default.is_some() != setting.derived.is_some());
    }
    assert!(table.contains("| `server.listen` | `127.0.0.1:8080` | `SHLYUZ_SERVER__LISTEN` |"));
}

#[test]
fn state_resources_are_read_by_their_codes() {
    let file = "[state_resources.egrul]\nurl = \"https://egrul.example.ru/v1\"\ntimeout_ms = 900\n\
        [state_resources.fns-ens]\nurl = \"http://127.0.0.1:9\"\n";
    let environment = [("SHLYUZ_STATE_RESOURCES__FNS_ENS__TOKEN", "Zt7kQ")];
    let config = load(file, &environment, &[]).expect("right settings");
    let told: Vec<_> =
        config.state_resources.endpoints.iter().map(|one| (one.code.as_str(), one.timeout)).collect();
    let (short, usual) = (std::time::Duration::from_millis(900), std::time::Duration::from_secs(5));
    assert_eq!(told, [("egrul", short), ("fns-ens", usual)]);
    assert_eq!(config.state_resources.endpoints[1].token.as_deref(), Some("Zt7kQ"));
    assert!(!format!("{config:?}").contains("Zt7kQ"));
    assert_eq!(faults("[state_resources.egrul]\nurl = \"http://egrul.example.ru\"\n", &[]).len(), 1);
    let wrong = "[state_resources.egrul]\nurl = \"ftp://x\"\ntimeout_ms = 1\nurls = \"x\"\n";
    assert_eq!(faults(wrong, &[]).len(), 3);
    assert_eq!(faults("state_resources = 3\n", &[]).len(), 1);
}

#[test]
fn this_machine_is_an_endpoint_in_a_local_sandbox_alone() {
    let loopback = |file: &str| load(file, &[], &[]).expect("the settings fit").guard_rules().loopback;
    assert!(loopback(""));
    assert!(!loopback("[webhooks]\nloopback = false"));
    assert!(!loopback("base_url = \"https://sandbox.example\""));
    assert!(!loopback("[server]\nlisten = \"0.0.0.0:8080\""));
    assert!(loopback("[server]\nlisten = \"0.0.0.0:8080\"\n[webhooks]\nloopback = true"));
    let live = "mode = \"live\"\nbase_url = \"https://api.example.ru\"\n";
    assert!(!loopback(live));
    let refused = faults(&format!("{live}[webhooks]\nloopback = true"), &[]);
    assert!(refused.len() == 1 && refused[0].contains("webhooks.loopback"), "{refused:?}");
}

#[test]
fn ports_of_endpoints_are_a_list() {
    let ports = |file: &str, environment: &[(&str, &str)]| {
        load(file, environment, &[]).expect("the settings fit").guard_rules().ports
    };
    assert_eq!(ports("", &[]), [443]);
    assert_eq!(ports("[webhooks]\nallowed_ports = [443, 8443]", &[]), [443, 8443]);
    assert_eq!(ports("", &[("SHLYUZ_WEBHOOKS__ALLOWED_PORTS", "443,8443")]), [443, 8443]);
    for bad in ["allowed_ports = [0]", "allowed_ports = [65536]", "allowed_ports = \"x\""] {
        assert_eq!(faults(&format!("[webhooks]\n{bad}"), &[]).len(), 1, "{bad}");
    }
}
