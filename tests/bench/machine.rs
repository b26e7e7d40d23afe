//! What the figures were measured on.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::Instant,
};

use serde::Serialize;

use crate::Outcome;

/// Syncs that are timed.
const SYNCS: usize = 300;

/// The machine and the state of the sources.
#[derive(Serialize)]
pub struct Machine {
    /// The processor, as the kernel names it.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// The commit that is checked out; changes on top of it are not seen.
    pub commit: String,
    /// Seconds since 1970.
    pub at: u64,
    /// Median of appending 4 KiB and `fdatasync`, in microseconds, where the databases lie.
    pub fsync_p50_us: f64,
    /// 99th percentile of the same.
    pub fsync_p99_us: f64,
    /// The load of the last minute before the benchmark began: other people's work.
    pub load_before: String,
}

impl Machine {
    /// Looks, and times the disk.
    pub fn look() -> Outcome<Self> {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name = cpuinfo.lines().find(|line| line.starts_with("model name"));
        let name = name.and_then(|line| line.split_once(':')).map_or("unknown", |(_, name)| name.trim());
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let (fsync_p50_us, fsync_p99_us) = time_syncs()?;
        Ok(Self {
            processor: name.to_owned(),
            cores: std::thread::available_parallelism()?.get(),
            commit: commit().unwrap_or_else(|| "unknown".to_owned()),
            at: std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs(),
            fsync_p50_us,
            fsync_p99_us,
            load_before: load.split(' ').next().unwrap_or_default().to_owned(),
        })
    }
}

fn time_syncs() -> Outcome<(f64, f64)> {
    let mut file = tempfile::tempfile()?;
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let began = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(began.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    Ok((times[SYNCS / 2], times[SYNCS * 99 / 100]))
}

/// What HEAD names, read from the files of git.
fn commit() -> Option<String> {
    let git = git_directory(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".."))?;
    let head = fs::read_to_string(git.join("HEAD")).ok()?;
    let Some(name) = head.trim().strip_prefix("ref: ") else { return Some(head.trim().to_owned()) };
    // A worktree keeps its HEAD to itself and shares the branches.
    let shared =
        fs::read_to_string(git.join("commondir")).map_or_else(|_| git.clone(), |dir| git.join(dir.trim()));
    if let Ok(commit) = fs::read_to_string(shared.join(name)) {
        return Some(commit.trim().to_owned());
    }
    let packed = fs::read_to_string(shared.join("packed-refs")).ok()?;
    let line = packed.lines().find(|line| line.ends_with(&format!(" {name}")))?;
    line.split(' ').next().map(str::to_owned)
}

/// `.git`, which in a worktree is a file that names the directory.
fn git_directory(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = fs::read_to_string(&git).ok()?;
    Some(top.join(text.trim().strip_prefix("gitdir: ")?))
}
