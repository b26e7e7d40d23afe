//! The figures, as a table for people and as JSON for programs.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::{load::Run, machine::Machine};

/// Everything that was measured.
pub struct Report {
    machine: Machine,
    figures: Vec<Figure>,
    notes: Vec<String>,
}

struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    meaning: String,
}

impl Report {
    /// An empty report.
    pub fn new(machine: Machine) -> Self {
        Self { machine, figures: Vec::new(), notes: Vec::new() }
    }

    /// Adds a figure.
    pub fn add(&mut self, name: &str, value: f64, unit: &'static str, meaning: &str) {
        self.figures.push(Figure { name: name.to_owned(), value, unit, meaning: meaning.to_owned() });
    }

    /// Adds a rate with its latencies.
    pub fn add_run(&mut self, name: &str, run: Run, meaning: &str) {
        self.add(&format!("{name}_per_s"), run.per_s, "/s", meaning);
        let cpu = "processor time of the serving process for one answer";
        self.add(&format!("{name}_cpu_us"), run.cpu_us, "us", cpu);
        self.add(&format!("{name}_p50_ms"), run.p50_us / 1000.0, "ms", "median latency");
        self.add(&format!("{name}_p99_ms"), run.p99_us / 1000.0, "ms", "99th percentile");
    }

    /// Adds a remark.
    pub fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }

    /// Every figure by name.
    pub fn json(&self) -> String {
        let mut whole: Map<String, Value> =
            self.figures.iter().map(|figure| (figure.name.clone(), json!(figure.value))).collect();
        whole.insert("machine".into(), json!(self.machine));
        whole.insert("notes".into(), json!(self.notes));
        format!("{:#}\n", Value::Object(whole))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { processor, cores, commit, at: _, fsync_p50_us, fsync_p99_us, load_before } =
            &self.machine;
        writeln!(f, "\n{processor}, {cores} cores, load {load_before} before; commit {commit}")?;
        writeln!(f, "fsync of 4 KiB: p50 {fsync_p50_us:.0} us, p99 {fsync_p99_us:.0} us\n")?;
        for Figure { name, value, unit, meaning } in &self.figures {
            let digits = if *value < 100.0 { 2 } else { 0 };
            writeln!(f, "{name:<24} {value:>10.digits$} {unit:<4} {meaning}")?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "\n{note}"))
    }
}
