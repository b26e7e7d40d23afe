//! The load: wrk as a child process, told by a Lua script what to send.

use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::{Outcome, served::Served};

/// Stands in a [`Request`] where every request has a text of its own. As long as the text that replaces it.
pub const UNIQUE: &str = "@@@@@@@@@@@@@@@@@@@@@@@@";

/// What one run of the load saw.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Run {
    /// Answers in a second.
    pub per_s: f64,
    /// Median latency in microseconds.
    pub p50_us: f64,
    /// 99th percentile of the latency in microseconds.
    pub p99_us: f64,
    /// Answers in all.
    pub answers: u64,
    /// Processor time of the server for one answer, in microseconds; wrk does not know it.
    #[serde(default)]
    pub cpu_us: f64,
    /// Answers of 400 or more, and failures of the connection.
    pub errors: u64,
}

/// A request as it goes over the wire; [`UNIQUE`] in it is replaced, each time anew.
#[derive(Clone, Debug)]
pub struct Request(String);

impl Request {
    /// GET of a path.
    pub fn get(path: &str, token: &str) -> Self {
        Self(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"))
    }

    /// POST of a JSON body under a key of its own.
    pub fn post(path: &str, token: &str, body: &str) -> Self {
        Self(format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
             Idempotency-Key: {UNIQUE}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }
}

/// Says how to install wrk where it is missing.
pub fn require_wrk() -> Outcome<()> {
    let started = Command::new("wrk").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match started {
        Ok(_) => Ok(()),
        Err(_) => {
            Err("the load generator wrk is not installed; install it with `apt-get install wrk`".into())
        }
    }
}

/// Loads a server with requests in turn for some seconds. `run` tells apart the runs on one server.
pub fn run(served: &Served, requests: &[Request], connections: u32, seconds: u32, run: u32) -> Outcome<Run> {
    let before = served.cpu_seconds()?;
    let seen = drive(&served.base_url, requests, connections, seconds, run)?;
    let spent = served.cpu_seconds()? - before;
    Ok(Run { cpu_us: spent * 1e6 / seen.answers.max(1) as f64, ..seen })
}

fn drive(base_url: &str, requests: &[Request], connections: u32, seconds: u32, run: u32) -> Outcome<Run> {
    let mut script = tempfile::Builder::new().suffix(".lua").tempfile()?;
    std::io::Write::write_all(&mut script, lua(requests, run).as_bytes())?;
    let threads = if connections >= 2 { 2 } else { 1 };
    let output = Command::new("wrk")
        .args(["-t", &threads.to_string(), "-c", &connections.to_string()])
        .args(["-d", &format!("{seconds}s"), "--timeout", "10s", "-s"])
        .arg(script.path())
        .arg(base_url)
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let figures = said.lines().find_map(|line| line.strip_prefix("FIGURES "));
    let figures = figures
        .ok_or_else(|| format!("wrk told no figures: {said}{}", String::from_utf8_lossy(&output.stderr)))?;
    let run: Run = serde_json::from_str(figures)?;
    if run.errors > 0 {
        return Err(format!("{} of the answers were errors: {run:?}", run.errors).into());
    }
    Ok(run)
}

/// The script: pieces of each request, between which the unique text goes; what is summed up goes out as JSON.
fn lua(requests: &[Request], run: u32) -> String {
    let pieces = requests.iter().map(|Request(text)| {
        let pieces: Vec<String> = text.split(UNIQUE).map(quoted).collect();
        format!("{{{}}}", pieces.join(","))
    });
    let pieces: Vec<String> = pieces.collect();
    format!(
        r#"
local threads = 0
function setup(thread) threads = threads + 1; thread:set("id", threads) end
local requests = {{{}}}
local sent = 0
function request()
  sent = sent + 1
  local pieces = requests[sent % #requests + 1]
  if #pieces == 1 then return pieces[1] end
  return table.concat(pieces, string.format("run-%04d-%03d-%011d", {run}, id, sent))
end
function done(summary, latency, all)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('FIGURES {{"answers":%d,"per_s":%f,"p50_us":%f,"p99_us":%f,"errors":%d}}\n',
    summary.requests, summary.requests / (summary.duration / 1e6), latency:percentile(50), latency:percentile(99), failed))
end
"#,
        pieces.join(",")
    )
}

/// A Lua string; JSON's escapes are not Lua's, so only what needs it is escaped.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "\\r").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
