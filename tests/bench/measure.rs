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

/// Lodging beside bare inserts: of a small unit of work, and of a row alone.
pub fn lodging(plan: &Plan, subject: &mut Subject, prefix: &str, report: &mut Report) -> Outcome<()> {
    let (row_bytes, engine) = (subject.sizes.row_bytes, engine(prefix));
    let [for_unit, for_row] = subject.spare_databases();
    let unit = ceiling::start(&Kind::Insert { row_bytes, postgres: for_unit, alone: false })?;
    let row = ceiling::start(&Kind::Insert { row_bytes, postgres: for_row, alone: true })?;
    let before = subject.lodged()?;
    let requests = subject.lodgings()?;
    let [unit, row, lodged] = in_turn(plan, [&unit, &row, &subject.served], &requests)?;
    let kept = subject.lodged()? - before;
    if kept < i64::try_from(lodged.answers)? {
        let answered = lodged.answers;
        return Err(format!("{answered} were acknowledged, but only {kept} are in the database").into());
    }
    let meaning = format!("bare row of {row_bytes} bytes with group commit, on {engine}");
    report.add_run(&format!("{prefix}bare_row"), row, &meaning);
    let meaning = format!("the same in a savepoint, with an entry beside it and read back, on {engine}");
    report.add_run(&format!("{prefix}bare_insert"), unit, &meaning);
    report.add_run(&format!("{prefix}lodge"), lodged, &format!("submission lodged whole, on {engine}"));
    report.add(&format!("{prefix}lodge_row_ratio"), lodged.per_s / row.per_s, "", "lodged / bare row");
    report.add(&format!("{prefix}lodge_ratio"), lodged.per_s / unit.per_s, "", "lodged / bare insert");
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

/// Loads servers in turn, so that what else the machine does meets all of them, and takes the medians.
fn in_turn<const N: usize>(plan: &Plan, servers: [&Served; N], requests: &[Request]) -> Outcome<[Run; N]> {
    let mut runs = [const { Vec::new() }; N];
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
