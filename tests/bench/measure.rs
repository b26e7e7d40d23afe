//! The measurements: a ceiling and the gateway in turn, several short runs of each, and the medians.

use crate::{
    Outcome,
    ceiling::{self, Kind},
    load::{self, Request, Run},
    report::Report,
    served::Served,
    subject::Subject,
};

/// How long and how hard.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seconds: u32,
    pub runs: u32,
    pub connections: u32,
}

/// The connections at which memory is looked at.
const CROWD: u32 = 256;

/// Status reads beside a bare JSON route.
pub fn reads(plan: &Plan, subject: &mut Subject, prefix: &str, report: &mut Report) -> Outcome<()> {
    let bare = ceiling::start(&Kind::Route { answer_bytes: subject.sizes.answer_bytes })?;
    let requests = subject.reads()?;
    let [ceiling, read] = in_turn(plan, [&bare, &subject.served], &requests)?;
    let bytes = subject.sizes.answer_bytes;
    report.add_run(
        &format!("{prefix}bare_route"),
        ceiling,
        &format!("bare actix-web route, {bytes} bytes of JSON"),
    );
    report.add_run(
        &format!("{prefix}read"),
        read,
        &format!("status read with a token, on {}", engine(prefix)),
    );
    report.add(&format!("{prefix}read_ratio"), read.per_s / ceiling.per_s, "", "status read / bare route");
    Ok(())
}

/// Lodging beside a bare insert.
pub fn lodging(plan: &Plan, subject: &mut Subject, prefix: &str, report: &mut Report) -> Outcome<()> {
    let row_bytes = subject.sizes.row_bytes;
    let bare = ceiling::start(&Kind::Insert { row_bytes, postgres: subject.postgres_url() })?;
    let before = subject.lodged()?;
    let requests = subject.lodgings()?;
    let [ceiling, lodged] = in_turn(plan, [&bare, &subject.served], &requests)?;
    let kept = subject.lodged()? - before;
    if kept < i64::try_from(lodged.answers)? {
        let answered = lodged.answers;
        return Err(format!("{answered} were acknowledged, but only {kept} are in the database").into());
    }
    let meaning = format!("bare insert with group commit, rows of {row_bytes} bytes, on {}", engine(prefix));
    report.add_run(&format!("{prefix}bare_insert"), ceiling, &meaning);
    report.add_run(
        &format!("{prefix}lodge"),
        lodged,
        &format!("submission lodged whole, on {}", engine(prefix)),
    );
    report.add(&format!("{prefix}lodge_ratio"), lodged.per_s / ceiling.per_s, "", "lodged / bare insert");
    Ok(())
}

/// Peak memory after reads and lodgings by a crowd, and what the crowd was served.
pub fn memory(plan: &Plan, subject: &mut Subject, report: &mut Report) -> Outcome<()> {
    let read = load::run(&subject.served, &subject.reads()?, CROWD, plan.seconds, 9000)?;
    let lodged = load::run(&subject.served, &subject.lodgings()?, CROWD, plan.seconds, 9001)?;
    report.add_run("crowd_read", read, &format!("status read at {CROWD} connections"));
    report.add_run("crowd_lodge", lodged, &format!("lodged at {CROWD} connections"));
    let peak = subject.served.peak_memory_mib()?;
    report.add("peak_memory_mib", peak, "MiB", "most memory the program held, all runs above included");
    Ok(())
}

/// Loads two servers in turn, so that what else the machine does meets both, and takes the medians.
fn in_turn(plan: &Plan, servers: [&Served; 2], requests: &[Request]) -> Outcome<[Run; 2]> {
    let mut runs = [Vec::new(), Vec::new()];
    for server in servers {
        load::run(server, requests, plan.connections, 1, 0)?;
    }
    for number in 1..=plan.runs {
        for (server, runs) in servers.iter().zip(&mut runs) {
            runs.push(load::run(server, requests, plan.connections, plan.seconds, number)?);
        }
    }
    Ok(runs.map(|runs| medians(&runs)))
}

/// The median of each figure by itself.
fn medians(runs: &[Run]) -> Run {
    let median = |figure: fn(&Run) -> f64| {
        let mut figures: Vec<f64> = runs.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    Run {
        per_s: median(|run| run.per_s),
        p50_us: median(|run| run.p50_us),
        p99_us: median(|run| run.p99_us),
        answers: runs.iter().map(|run| run.answers).sum(),
        cpu_us: median(|run| run.cpu_us),
        errors: 0,
    }
}

fn engine(prefix: &str) -> &'static str {
    if prefix == "pg_" { "PostgreSQL" } else { "SQLite" }
}
