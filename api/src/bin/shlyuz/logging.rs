//! Log lines on standard error, written by a thread of their own so that a slow reader holds nobody up.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::config::{LogFormat, LogLevel};

/// How many lines may wait; more are dropped and counted.
const WAITING: usize = 8192;

/// How long lines are gathered before they are written together. Waking the thread for every line would cost a request
/// more than all the rest of its line.
const GATHERED: Duration = Duration::from_millis(5);

/// Keeps the log going; dropping it writes what waits.
pub struct Logging {
    lines: SyncSender<Vec<u8>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Logging {
    fn drop(&mut self) {
        // The subscriber lives on and holds a sender, so an empty line ends the thread instead of a closed channel.
        let _sent = self.lines.send(Vec::new());
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

/// Starts logging for the whole process. Called once; a second call changes nothing.
pub fn start(format: LogFormat, level: LogLevel) -> Logging {
    let (sender, receiver) = sync_channel(WAITING);
    let lines = Arc::new(Lines { sender: sender.clone(), dropped: AtomicU64::new(0) });
    let writer = Arc::clone(&lines);
    let thread = thread::spawn(move || write_all(&receiver, &writer.dropped, &mut io::stderr()));
    let filter = EnvFilter::new(directives(level));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Shared(lines));
    let started = match format {
        LogFormat::Human => builder.with_ansi(false).with_target(false).try_init(),
        LogFormat::Json => {
            builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
    };
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
    Logging { lines: sender, thread: Some(thread) }
}

/// Ours at the level asked for; other people's crates only from warnings on, unless everything is traced.
fn directives(level: LogLevel) -> String {
    let word = level.word();
    match level {
        LogLevel::Trace => word.to_owned(),
        LogLevel::Error => "error".to_owned(),
        LogLevel::Warn | LogLevel::Info | LogLevel::Debug => {
            format!(
                "warn,access={word},shlyuz={word},api={word},domain={word},persistence={word},sandbox={word}"
            )
        }
    }
}

struct Lines {
    sender: SyncSender<Vec<u8>>,
    dropped: AtomicU64,
}

#[derive(Clone)]
struct Shared(Arc<Lines>);

impl<'w> MakeWriter<'w> for Shared {
    type Writer = Line;

    fn make_writer(&'w self) -> Line {
        Line { bytes: Vec::new(), lines: Arc::clone(&self.0) }
    }
}

/// One event's line, handed over when it is whole.
struct Line {
    bytes: Vec<u8>,
    lines: Arc<Lines>,
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let line = std::mem::take(&mut self.bytes);
        if !line.is_empty() && self.lines.sender.try_send(line).is_err() {
            self.lines.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Writes lines until an empty one comes. Where nobody reads them any more there is nobody to tell.
fn write_all(lines: &Receiver<Vec<u8>>, dropped: &AtomicU64, out: &mut impl Write) {
    let mut gathered = Vec::new();
    let mut ended = false;
    while !ended && let Ok(first) = lines.recv() {
        ended = first.is_empty();
        if !ended {
            thread::sleep(GATHERED);
        }
        gathered.clear();
        gathered.extend_from_slice(&first);
        for line in lines.try_iter().take(WAITING) {
            ended = ended || line.is_empty();
            gathered.extend_from_slice(&line);
        }
        let lost = dropped.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let _told =
                writeln!(out, "{lost} log lines were dropped because they came faster than they are read");
        }
        let _written = out.write_all(&gathered);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_out_whole_in_order_and_the_loss_is_told() {
        let (sender, receiver) = sync_channel(2);
        let lines = Arc::new(Lines { sender, dropped: AtomicU64::new(0) });
        for text in ["first\n", "second\n", "third\n"] {
            let mut line = Shared(Arc::clone(&lines)).make_writer();
            let (head, tail) = text.split_at(2);
            line.write_all(head.as_bytes()).expect("memory");
            line.write_all(tail.as_bytes()).expect("memory");
        }
        assert_eq!(lines.dropped.load(Ordering::Relaxed), 1);
        let dropped = AtomicU64::new(1);
        let mut out = Vec::new();
        drop(lines);
        write_all(&receiver, &dropped, &mut out);
        let out = String::from_utf8(out).expect("UTF-8");
        assert!(out.starts_with("1 log lines were dropped"), "{out}");
        assert!(out.ends_with("first\nsecond\n"), "{out}");
    }

    #[test]
    fn other_crates_are_heard_from_warnings_on() {
        assert!(directives(LogLevel::Info).starts_with("warn,access=info,shlyuz=info,api=info"));
        assert_eq!(directives(LogLevel::Error), "error");
        assert_eq!(directives(LogLevel::Trace), "trace");
    }
}
