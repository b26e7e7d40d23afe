//! The table of settings for the operator's guide.

use super::{layers::environment_name, settings::settings};

/// Every setting with its default, its name in the environment and its meaning, as a Markdown table.
pub fn markdown() -> String {
    let mut table =
        String::from("| Setting | Default | Environment | Meaning |\n| --- | --- | --- | --- |\n");
    for setting in settings() {
        let default = match (setting.default, setting.derived) {
            (Some(""), _) => "none".to_owned(),
            (Some(value), _) => format!("`{value}`"),
            (None, Some(derived)) => derived.to_owned(),
            (None, None) => String::new(),
        };
        let meaning: Vec<&str> = setting.meaning.iter().map(|line| line.trim()).collect();
        let range = setting.range.map_or(String::new(), |(min, max)| format!(" From {min} to {max}."));
        let (key, name) = (setting.key, environment_name(setting.key));
        table.push_str(&format!("| `{key}` | {default} | `{name}` | {}{range} |\n", meaning.join(" ")));
    }
    table
}
