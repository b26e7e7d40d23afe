//! A server under load: a child process on a free port that ends with this value or with the benchmark.

use std::{
    ffi::OsString,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::Outcome;

/// How long a server may take until it answers.
const START: Duration = Duration::from_secs(60);

/// In which /proc counts time, on every Linux of today (`getconf CLK_TCK`).
const TICKS_PER_SECOND: f64 = 100.0;

/// A child process that serves HTTP on 127.0.0.1.
pub struct Served {
    /// Its base URL.
    pub base_url: String,
    watched: Child,
    home: TempDir,
}

/// How a server is started.
pub struct Start<'a> {
    /// The program and its arguments.
    pub program: &'a Path,
    pub arguments: Vec<OsString>,
    /// Settings beside the inherited environment.
    pub environment: Vec<(&'static str, String)>,
    /// Answers 200 once the server is ready.
    pub ready: &'static str,
}

impl Served {
    /// Starts a server. `start` is told its port and its own empty directory.
    pub fn start<'a>(start: impl FnOnce(u16, &Path) -> Start<'a>) -> Outcome<Self> {
        let home = tempfile::Builder::new().prefix("shlyuz-bench-").tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let Start { program, arguments, environment, ready } = start(port, home.path());
        // The shell kills the server when its own standard input closes, which this process's death does too. What a
        // shell puts in the background reads from /dev/null, hence the detour by descriptor 3.
        let script = r#"exec 3<&0; "$@" <&- 3<&- & pid=$!; echo $pid > "$PID_FILE"
            (cat <&3 >/dev/null; kill -9 $pid 2>/dev/null) & exec 3<&-; wait $pid"#;
        let watched = Command::new("sh")
            .args(["-c", script, "sh"])
            .arg(program)
            .args(arguments)
            .envs(environment)
            .env("PID_FILE", home.path().join("pid"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut served = Self { base_url: format!("http://127.0.0.1:{port}"), watched, home };
        served.await_ready(port, ready)?;
        Ok(served)
    }

    /// Its own directory.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The most memory it ever held, in MiB (`VmHWM`).
    pub fn peak_memory_mib(&self) -> Outcome<f64> {
        let status = self.about_itself("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|rest| rest.split_whitespace().next()).ok_or("/proc has no VmHWM")?;
        Ok(kib.parse::<f64>()? / 1024.0)
    }

    /// The processor time it has used so far.
    pub fn cpu_seconds(&self) -> Outcome<f64> {
        let stat = self.about_itself("stat")?;
        // The name in brackets may hold blanks; behind it user time is the 12th field and system time the 13th.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: Vec<f64> = fields.skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
        Ok(ticks.iter().sum::<f64>() / TICKS_PER_SECOND)
    }

    fn about_itself(&self, file: &str) -> Outcome<String> {
        let pid = std::fs::read_to_string(self.home.path().join("pid"))?;
        Ok(std::fs::read_to_string(format!("/proc/{}/{file}", pid.trim()))?)
    }

    fn await_ready(&mut self, port: u16, path: &str) -> Outcome<()> {
        let deadline = Instant::now() + START;
        while Instant::now() < deadline {
            if answers(port, path) {
                return Ok(());
            }
            if let Some(status) = self.watched.try_wait()? {
                return Err(format!("a server ended before it was ready: {status}").into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(format!("a server was not ready within {START:?}").into())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.watched.stdin.take());
        let _ended = self.watched.wait();
    }
}

fn answers(port: u16, path: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut head = [0; 12];
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_exact(&mut head).is_ok()
        && head.ends_with(b"200")
}
