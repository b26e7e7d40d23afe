//! The layers that settings come from, laid over each other by the `config` crate.

use std::path::{Path, PathBuf};

use config::{ConfigError, File, FileFormat, Map, Source, Value, ValueKind};

use super::{
    fault::{Fault, Faults},
    read::Values,
    resources,
    settings::settings,
};

/// What every name of ours in the environment begins with.
const PREFIX: &str = "SHLYUZ_";
/// Names the file itself; the command line reads it.
const FILE_NAME: &str = "SHLYUZ_CONFIG";
/// The file that is read where none is named and this one exists.
const DEFAULT_FILE: &str = "shlyuz.toml";
/// How many characters may differ between a mistyped key and the one that was meant.
const NEAR: usize = 3;

/// Where to look for settings.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file named by `--config`; it has to exist.
    pub file: Option<PathBuf>,
    /// The environment, as name and value.
    pub environment: Vec<(String, String)>,
    /// Flags, as key, value and the flag's name.
    pub flags: Vec<(String, String, String)>,
}

/// The name that a setting has in the environment: `SHLYUZ_SERVER__LISTEN` for `server.listen`.
pub fn environment_name(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// One layer of texts that come from no file.
#[derive(Debug, Clone)]
struct Layer(Map<String, Value>);

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self.0.clone())
    }
}

/// Lays the layers over each other and notes every key that no setting has.
///
/// # Errors
/// Where the file cannot be read or is not TOML, besides what is wrong in the other layers.
pub fn collect(sources: &Sources) -> Result<Values, Faults> {
    let mut faults = Vec::new();
    let file = file(sources);
    let environment = environment(sources, &mut faults);
    let flags = flags(sources, &mut faults);
    let mut builder = config::Config::builder();
    if let Some(path) = &file {
        match config::Config::builder().add_source(File::new(path, FileFormat::Toml)).build() {
            Ok(read) => {
                unknown_in_file(&read.cache, "", &mut faults);
                builder = builder.add_source(File::new(path, FileFormat::Toml));
            }
            Err(error) => faults.push(unreadable(path, &error)),
        }
    }
    match builder.add_source(environment).add_source(flags).build() {
        Ok(found) => Ok(Values { found, faults }),
        Err(error) => {
            faults.push(unreadable("settings", &error));
            Err(Faults(faults))
        }
    }
}

fn file(sources: &Sources) -> Option<String> {
    let named = sources.file.as_ref().map(|path| path.display().to_string());
    named.or_else(|| Path::new(DEFAULT_FILE).exists().then(|| DEFAULT_FILE.to_owned()))
}

/// Takes what is ours from the environment.
///
/// A name that no setting has is refused if it has a section or is close to one that exists; others are left alone,
/// since Kubernetes puts names such as `SHLYUZ_SERVICE_HOST` there of its own accord.
fn environment(sources: &Sources, faults: &mut Vec<Fault>) -> Layer {
    let mut layer = Map::new();
    for (name, value) in &sources.environment {
        let Some(rest) = name.strip_prefix(PREFIX).filter(|_| name != FILE_NAME) else { continue };
        let key = rest.to_lowercase().replace("__", ".");
        let origin = format!("the environment, {name}");
        if let Some(key) = resources::environment_key(rest) {
            layer.insert(key, Value::new(Some(&origin), ValueKind::String(value.clone())));
            continue;
        }
        if settings().any(|setting| setting.key == key) {
            layer.insert(key, Value::new(Some(&origin), ValueKind::String(value.clone())));
        } else if rest.contains("__") || nearest(&key, 2).is_some() {
            faults.push(unknown(&key, Some(origin), environment_name));
        }
    }
    Layer(layer)
}

fn flags(sources: &Sources, faults: &mut Vec<Fault>) -> Layer {
    let mut layer = Map::new();
    for (key, value, flag) in &sources.flags {
        let origin = format!("the flag {flag}");
        if settings().any(|setting| setting.key == key) {
            layer.insert(key.clone(), Value::new(Some(&origin), ValueKind::String(value.clone())));
        } else {
            faults.push(unknown(key, Some(origin), str::to_owned));
        }
    }
    Layer(layer)
}

fn unknown_in_file(value: &Value, at: &str, faults: &mut Vec<Fault>) {
    let ValueKind::Table(table) = &value.kind else { return };
    let mut names: Vec<&String> = table.keys().collect();
    names.sort();
    for name in names {
        let key = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        let inner = &table[name];
        if key == resources::SECTION || settings().any(|setting| setting.key == key) {
            continue;
        }
        let is_section =
            settings().any(|setting| setting.key.split_once('.').is_some_and(|(head, _)| head == key));
        if is_section && matches!(inner.kind, ValueKind::Table(_)) {
            unknown_in_file(inner, &key, faults);
        } else {
            faults.push(unknown(&key, inner.origin().map(str::to_owned), str::to_owned));
        }
    }
}

fn unknown(key: &str, layer: Option<String>, name: impl Fn(&str) -> String) -> Fault {
    let mend = match nearest(key, NEAR.max(key.len() / 3)) {
        Some(known) => format!("did you mean {}?", name(known)),
        None => "`shlyuz config` lists every setting".to_owned(),
    };
    Fault { key: key.into(), layer, wrong: "no such setting".into(), mend }
}

/// The known key with the fewest differing characters, if they are at most `limit`.
fn nearest(key: &str, limit: usize) -> Option<&'static str> {
    let by_last_name = |known: &'static str| {
        let last = known.rsplit('.').next().unwrap_or(known);
        distance(key, known).min(distance(key, last))
    };
    let measured = settings().map(|setting| (by_last_name(setting.key), setting.key));
    measured.min_by_key(|(apart, _)| *apart).filter(|(apart, _)| *apart <= limit).map(|(_, known)| known)
}

/// How many characters have to be put in, taken out or replaced (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

fn unreadable(path: &str, error: &ConfigError) -> Fault {
    Fault {
        key: path.into(),
        layer: None,
        wrong: error.to_string().lines().collect::<Vec<_>>().join(" "),
        mend: "name a readable TOML file with --config, or none".into(),
    }
}
