//! A throw-away PostgreSQL cluster for one test process.
//!
//! It stands in a temporary directory, listens on a free port of 127.0.0.1 and forgets `fsync` unless it is asked to be
//! durable. A watchdog stops it and removes the directory when this process ends, however it ends: it reads from a pipe
//! that only this process holds.

use std::{
    fs,
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::{Connection, PgConnection, connection::SimpleConnection};

/// Set to 1 where a missing PostgreSQL is a failure and not a reason to skip.
pub const REQUIRED: &str = "SHLYUZ_REQUIRE_POSTGRES";

/// The migrated database that every test's database is copied from.
const TEMPLATE: &str = "shlyuz_template";

/// What the tests' cluster does without: it is thrown away with its data.
const FORGETFUL: &str = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\nshared_buffers = '32MB'\n";

/// What the server does by itself: every commit waits for the disk.
const DURABLE: &str = "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\n";

/// A running cluster.
pub struct Cluster {
    port: u16,
    databases: AtomicU32,
    /// `CREATE DATABASE … TEMPLATE` wants nobody else at the template.
    creating: Mutex<()>,
    /// Its stdin is the pipe that the watchdog waits at.
    _watchdog: Child,
}

impl Cluster {
    /// The process's cluster, started on first use. None, said loudly, where PostgreSQL is not installed.
    ///
    /// # Panics
    /// Where it is not installed but required, or does not start.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| programs().map(|bin| Self::start(&bin, FORGETFUL)));
        if shared.is_none() {
            let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
            assert!(!required, "PostgreSQL not found, but {REQUIRED}=1");
            // Not eprintln: what a passing test prints there is never seen.
            let _unseen = writeln!(std::io::stderr(), "SKIPPED: PostgreSQL not found (no initdb)");
        }
        shared.as_ref()
    }

    /// A cluster of its own with PostgreSQL's own settings for durability, for the benchmark. None where PostgreSQL is
    /// not installed. It ends with this value.
    pub fn durable() -> Option<Self> {
        programs().map(|bin| Self::start(&bin, DURABLE))
    }

    /// A fresh, migrated database, by its URL.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.create(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
        self.url(&name)
    }

    /// A fresh, empty database, by its URL.
    pub fn empty_database(&self) -> String {
        let name = format!("empty_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.create(&format!("CREATE DATABASE {name} TEMPLATE template0"));
        self.url(&name)
    }

    /// Ends every session of a database, as a restart of the server would.
    pub fn cut_off(&self, url: &str) {
        let name = url.rsplit('/').next().unwrap_or(url);
        let sql = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        self.create(&sql);
    }

    /// Ends every session of a database and takes no new ones until [`Self::open`].
    pub fn shut(&self, url: &str) {
        let name = url.rsplit('/').next().unwrap_or(url);
        self.create(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
        self.cut_off(url);
    }

    /// Takes sessions of a database again.
    pub fn open(&self, url: &str) {
        let name = url.rsplit('/').next().unwrap_or(url);
        self.create(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
    }

    fn create(&self, sql: &str) {
        let _alone = self.creating.lock().unwrap_or_else(PoisonError::into_inner);
        let mut conn = PgConnection::establish(&self.url("postgres")).expect("the cluster runs");
        conn.batch_execute(sql).expect("the administrator may do this");
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn start(bin: &Path, durability: &str) -> Self {
        let home =
            tempfile::Builder::new().prefix("shlyuz-pg-").tempdir().expect("a temporary directory").keep();
        own(&home);
        let data = home.join("data");
        let data_text = data.to_string_lossy().into_owned();
        let init =
            ["-D", &data_text, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"];
        let made =
            unprivileged(&bin.join("initdb")).args(init).current_dir(&home).output().expect("initdb starts");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let port = free_port();
        fs::write(data.join("postgresql.auto.conf"), settings(&home, port, durability))
            .expect("the cluster's settings");
        let watchdog = watch(bin, &home);
        let cluster =
            Self { port, databases: AtomicU32::new(0), creating: Mutex::new(()), _watchdog: watchdog };
        cluster.wait(&home);
        cluster.create(&format!("CREATE DATABASE {TEMPLATE} TEMPLATE template0"));
        let options = persistence::Options {
            url: cluster.url(TEMPLATE),
            readers: 1,
            queue: 1,
            on_commit: Box::new(|_| {}),
        };
        persistence::migrate(&options).expect("the template is migrated");
        cluster
    }

    fn wait(&self, home: &Path) {
        let patience = Instant::now() + Duration::from_secs(60);
        while PgConnection::establish(&self.url("postgres")).is_err() {
            let log = || fs::read_to_string(home.join("log")).unwrap_or_default();
            assert!(Instant::now() < patience, "PostgreSQL does not start: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The folder of PostgreSQL's programs: the newest under /usr/lib/postgresql, else where PATH finds initdb.
fn programs() -> Option<PathBuf> {
    let version = |bin: &PathBuf| -> u32 {
        let name = bin.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        name.and_then(|name| name.parse().ok()).unwrap_or(0)
    };
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = installed.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").exists());
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|bin| bin.join("initdb").exists() && bin.join("pg_ctl").exists())
    };
    newest.max_by_key(version).or_else(on_path)
}

fn settings(home: &Path, port: u16, durability: &str) -> String {
    let home = home.to_string_lossy();
    format!(
        "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{home}'\n\
         max_connections = 300\n{durability}"
    )
}

/// Starts the server and stops it when the returned process's stdin is closed.
fn watch(bin: &Path, home: &Path) -> Child {
    let script = r#"
        trap '' INT HUP TERM
        $AS "$BIN/pg_ctl" -D "$DATA" -l "$LOG" start >/dev/null 2>&1 </dev/null
        read -r _
        $AS "$BIN/pg_ctl" -D "$DATA" -m immediate stop >/dev/null 2>&1
        rm -rf "$HOME_DIR""#;
    Command::new("sh")
        .args(["-c", script])
        .env("AS", if is_root() { "runuser -u postgres --" } else { "" })
        .env("BIN", bin)
        .env("DATA", home.join("data"))
        .env("LOG", home.join("log"))
        .env("HOME_DIR", home)
        .current_dir(home)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh starts")
}

/// PostgreSQL refuses to run as root.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

fn own(directory: &Path) {
    if is_root() {
        let status = Command::new("chown").arg("postgres").arg(directory).status().expect("chown starts");
        assert!(status.success(), "chown postgres {}", directory.display());
    }
}

fn is_root() -> bool {
    static ROOT: OnceLock<bool> = OnceLock::new();
    *ROOT.get_or_init(|| {
        let id = Command::new("id").arg("-u").output().expect("id starts");
        id.stdout.trim_ascii() == b"0"
    })
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound address").port()
}
