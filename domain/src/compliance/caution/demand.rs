//! A caution proposes; it may not demand documents or information (248-ФЗ, article 49).
//!
//! Whoever wants to get round a list of phrases writes them a little differently: in another form, with another gap,
//! with look-alike letters. So the beginnings of words are compared, folded, within a few words of one another.

use crate::requirement::risk::Demand;

/// The words by which the text demands something; None where it does not.
pub fn demand(rules: &Demand, text: &str) -> Option<String> {
    let words: Vec<String> = folded(text).split_whitespace().map(str::to_owned).collect();
    let begins = |place: usize, stems: &[String]| stems.iter().any(|stem| starts(&words[place..], stem));
    for verb in (0..words.len()).filter(|place| begins(*place, &rules.verbs)) {
        let (from, to) = (verb.saturating_sub(rules.apart), (verb + rules.apart + 1).min(words.len()));
        if let Some(thing) = (from..to).find(|place| begins(*place, &rules.things)) {
            return Some(words[verb.min(thing)..=verb.max(thing)].join(" "));
        }
    }
    None
}

/// Whether the words begin with the words of the stem, the last of which may go on.
fn starts(words: &[String], stem: &str) -> bool {
    let stems: Vec<&str> = stem.split(' ').collect();
    let Some((last, whole)) = stems.split_last() else { return false };
    let is_there = |(place, expected): (usize, &&str)| words.get(place).is_some_and(|word| word == expected);
    whole.iter().enumerate().all(is_there)
        && words.get(whole.len()).is_some_and(|word| word.starts_with(last))
}

/// In lower case, without what is not seen, with Cyrillic letters where Latin ones only look like them, and a space for
/// every sign.
fn folded(text: &str) -> String {
    let seen = text.chars().filter(|letter| !is_unseen(*letter));
    let plain: String =
        seen.flat_map(char::to_lowercase).map(|letter| if letter == 'ё' { 'е' } else { letter }).collect();
    let words = plain.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.map(|word| {
        let is_russian = word.chars().any(|letter| ('а'..='я').contains(&letter));
        if is_russian { word.chars().map(russian).collect() } else { word.to_owned() }
    });
    words.collect::<Vec<String>>().join(" ")
}

/// The soft hyphen, spaces without width, and marks of direction.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{300}'..='\u{36f}')
}

fn russian(letter: char) -> char {
    let pairs = [
        ('a', 'а'),
        ('c', 'с'),
        ('e', 'е'),
        ('k', 'к'),
        ('m', 'м'),
        ('h', 'н'),
        ('o', 'о'),
        ('p', 'р'),
        ('t', 'т'),
        ('x', 'х'),
        ('y', 'у'),
        ('b', 'в'),
        ('0', 'о'),
        ('3', 'з'),
    ];
    pairs.iter().find(|(latin, _)| *latin == letter).map_or(letter, |(_, cyrillic)| *cyrillic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirement::{builtin::builtin, document::RegistryKind, risk::RiskModel};

    const DEMANDS: [&str; 19] = [
        "Просим  Представить документы до пятницы",
        "предоставьте нам, пожалуйста, все сведения",
        "Документы по кассе направьте в отдел",
        "Пред\u{ad}ставьте доку\u{200b}менты",
        "Прeдставьте дoкументы",
        "Пришлите копии договоров",
        "Дайте письменные пояснения",
        "Submit, without delay, the documents",
        "The records should be handed over",
        "Please provide us with any information",
        "Hand over the contracts",
        "Hand in copies of the reports by Friday",
        "Supply us with copies",
        "Supply the requested documents",
        "The statements must be supplied within five days",
        "Present your certificates to the inspector",
        "You must present a report",
        "Produce the records at the office",
        "Please produce copies of the contracts",
    ];

    const PROPOSALS: [&str; 16] = [
        "Проверьте и обновите адрес",
        "Чеки переданы поздно",
        "Устройте хранение документов по правилам",
        "Адрес в реестре устарел",
        "Act on the address and keep the documents in order",
        "Receipts were sent late",
        "Check the connection",
        "Handle documents with care and keep the records in order",
        "On the other hand the reports are kept in order",
        "Teach staff to fill in records by hand",
        "Check the supply contracts before they end",
        "Reports of suppliers are kept at the warehouse",
        "At present records are kept on paper",
        "The present contract has no term",
        "Label the produce and record its origin",
        "Check the producer's certificate",
    ];

    #[test]
    fn a_demand_is_seen_in_whatever_form_and_a_proposal_is_none() {
        let document =
            builtin().into_iter().find(|one| one.kind == RegistryKind::Risk).expect("it is shipped");
        let model: RiskModel = serde_json::from_value(document.body).expect("it holds");
        let rules = model.caution_forbids.on(jiff::civil::date(2026, 11, 23));
        for text in DEMANDS {
            assert!(demand(rules, text).is_some(), "{text}");
        }
        for text in PROPOSALS {
            assert_eq!(demand(rules, text), None, "{text}");
        }
    }
}
