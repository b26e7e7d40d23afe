//! The program as a stranger runs it: a process of its own on a free port, with its data in a temporary directory.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{Client, postgres};

/// Which database stands behind the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The embedded default.
    Sqlite,
    /// The engine at scale.
    Postgres,
}

/// How long the program may take to answer `/readyz` after its start.
const START: Duration = Duration::from_secs(60);

/// A running gateway. It ends with this value, and also when the test process dies.
pub struct Program {
    watched: Option<Child>,
    base_url: String,
    data: TempDir,
    environment: Vec<(String, String)>,
}

impl Program {
    /// Starts a gateway of its own on an engine; None where the engine is not installed (said on stderr).
    pub fn start(engine: Engine) -> Option<Self> {
        Self::start_with(engine, &[])
    }

    /// As [`Self::start`], with further settings as environment variables.
    pub fn start_with(engine: Engine, settings: &[(&str, &str)]) -> Option<Self> {
        let mut program = Self::prepared(engine, settings)?;
        program.launch();
        Some(program)
    }

    /// As [`Self::start_with`], before its first start: [`Self::restart`] starts it.
    pub fn prepared(engine: Engine, settings: &[(&str, &str)]) -> Option<Self> {
        let data = tempfile::tempdir().expect("a temporary directory can be made");
        let mut environment = vec![
            ("SHLYUZ_DATA_DIR".to_owned(), data.path().display().to_string()),
            ("SHLYUZ_LOG__LEVEL".to_owned(), "warn".to_owned()),
        ];
        if engine == Engine::Postgres {
            environment.push(("SHLYUZ_DATABASE__URL".to_owned(), postgres::Cluster::shared()?.database()));
        }
        environment.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Some(Self { watched: None, base_url: String::new(), data, environment })
    }

    /// One gateway per engine that tests share; each test brings its own application and business.
    pub fn shared(engine: Engine) -> Option<&'static Self> {
        static SQLITE: OnceLock<Option<Program>> = OnceLock::new();
        static POSTGRES: OnceLock<Option<Program>> = OnceLock::new();
        let slot = match engine {
            Engine::Sqlite => &SQLITE,
            Engine::Postgres => &POSTGRES,
        };
        slot.get_or_init(|| Self::start(engine)).as_ref()
    }

    /// Its base URL.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Its data directory.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// What it wrote for scripts: `sandbox.json`.
    pub fn credentials(&self) -> Value {
        let text =
            std::fs::read(self.data.path().join("sandbox.json")).expect("the sandbox writes its credentials");
        serde_json::from_slice(&text).expect("sandbox.json is JSON")
    }

    /// A client without a token.
    pub fn client(&self) -> Client {
        Client::new(&self.base_url)
    }

    /// The process id of the gateway itself.
    pub fn pid(&self) -> u32 {
        let text = std::fs::read_to_string(self.pid_file()).expect("the watcher wrote the pid");
        text.trim().parse().expect("a pid is a number")
    }

    /// Sends a signal by name, such as `KILL` or `TERM`, to the gateway alone.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.pid().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "kill -s {name} failed");
    }

    /// Waits until the process has ended and returns its exit code; None where a signal ended it.
    pub fn wait(&mut self) -> Option<i32> {
        let mut child = self.watched.take().expect("the program runs");
        // Waiting closes a child's standard input, at which the watcher kills the gateway: keep it open meanwhile.
        let _watched = child.stdin.take();
        let code =
            child.wait().expect("a child can be waited for").code().expect("the watcher is not killed");
        (code < 128).then_some(code)
    }

    /// Starts it, again or for the first time, over the same data, on a new port.
    pub fn restart(&mut self) {
        if let Some(mut child) = self.watched.take() {
            drop(child.stdin.take());
            let _ = child.wait();
        }
        self.launch();
    }

    fn pid_file(&self) -> PathBuf {
        self.data.path().join("test.pid")
    }

    fn launch(&mut self) {
        let port = free_port();
        self.base_url = format!("{}://127.0.0.1:{port}", if self.ends_tls() { "https" } else { "http" });
        // The watcher kills the gateway when its own standard input closes, which the test process's death does. What a
        // shell puts in the background reads from /dev/null, hence the detour by descriptor 3.
        let script = r#"exec 3<&0; "$0" serve <&- 3<&- & echo $! > "$1"; pid=$!
            (cat <&3 >/dev/null; kill -9 $pid 2>/dev/null) & exec 3<&-; wait $pid"#;
        let mut child = Command::new("sh")
            .args(["-c", script])
            .arg(binary())
            .arg(self.pid_file())
            .envs(self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())))
            .env("SHLYUZ_SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sh starts");
        let errors = child.stderr.take().expect("stderr is piped");
        std::thread::spawn(move || relay(errors));
        self.watched = Some(child);
        self.await_ready(port);
    }

    fn ends_tls(&self) -> bool {
        self.environment.iter().any(|(name, _)| name == "SHLYUZ_SERVER__TLS_CERTIFICATE")
    }

    /// Runs a command of the program with the settings of this gateway.
    pub fn command(&self, arguments: &[&str]) -> Output {
        let settings = self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut command = Command::new(binary());
        command.args(arguments).envs(settings).stdin(Stdio::null()).output().expect("the program starts")
    }

    fn healthy(&self, port: u16) -> bool {
        let listen = format!("127.0.0.1:{port}");
        self.command(&["healthcheck", "--listen", &listen]).status.success()
    }

    fn await_ready(&mut self, port: u16) {
        let deadline = Instant::now() + START;
        while Instant::now() < deadline {
            let answers = if self.ends_tls() { self.healthy(port) } else { ready(port) };
            if answers {
                return;
            }
            let child = self.watched.as_mut().expect("it was just started");
            if let Ok(Some(status)) = child.try_wait() {
                panic!("the gateway ended before it was ready: {status}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the gateway was not ready within {START:?}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.watched.take() {
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }
}

/// The path of the program, built once with the profile of the tests.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "api", "--bin", "shlyuz", "--message-format", "json"]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        let output = build.stderr(Stdio::inherit()).output().expect("cargo starts");
        assert!(output.status.success(), "the program does not build");
        let messages = output.stdout.lines().map_while(Result::ok);
        let path = messages
            .filter_map(|line| serde_json::from_str::<Value>(&line).ok())
            .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
            .last();
        path.expect("cargo names the executable")
    })
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("a bound listener has an address").port()
}

fn ready(port: u16) -> bool {
    use std::io::Write;
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    let asked = stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut head = [0; 12];
    asked.is_ok() && stream.read_exact(&mut head).is_ok() && head.ends_with(b"200")
}

/// Shows what the gateway says on stderr: warnings are part of a failed test's story.
fn relay(errors: impl Read) {
    for line in BufReader::new(errors).lines().map_while(Result::ok) {
        eprintln!("[gateway] {line}");
    }
}
