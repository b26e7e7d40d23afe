//! Search over services, life situations and questions, in the words of either language (4.5.3).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    Catalogue,
    guide::{Faq, LifeSituation},
    model::ServiceDocument,
    words::Stems,
};
use crate::text::{Language, Text};

const TITLE: f64 = 3.0;
const KEYWORDS: f64 = 2.0;
/// A question in people's own words counts for the services and situations that it is about, too.
const QUESTION: f64 = 1.5;
const SUMMARY: f64 = 1.0;
/// A word found in the other language's text counts this much: people mix languages, but mean their own.
const OTHER_LANGUAGE: f64 = 0.5;
/// A word of which another is the beginning, with at most [`TAIL`] letters more, counts this much of the same word.
const KINDRED: f64 = 0.8;
/// How many letters kindred words may differ in, and how many they must share.
const TAIL: usize = 3;
const ROOT: usize = 4;
/// Below this score a hit is too weak to be proposed alone.
const FLOOR: f64 = 0.3;
/// So much better than the second must the best hit be to be proposed alone.
const CLEARLY_AHEAD: f64 = 1.5;

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum HitKind {
    /// A service.
    Service,
    /// A life situation.
    LifeSituation,
    /// A question with its answer.
    Faq,
}

impl HitKind {
    /// Of equal hits, the one that gets something done is meant more often than the one that explains it.
    fn preference(self) -> f64 {
        match self {
            Self::Service => 1.0,
            Self::LifeSituation => 0.9,
            Self::Faq => 0.75,
        }
    }
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Hit {
    /// What it is.
    pub kind: HitKind,
    /// Its code.
    pub code: String,
    /// Its title, or the question.
    pub title: Text,
    /// How well it fits, from 0 to 1; 1 is a service with every word of the query in its title.
    pub score: f64,
}

/// What a search found: the best hit to be confirmed, or else the likeliest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SearchOutcome {
    /// The hit that is clearly ahead of all others.
    pub best: Option<Hit>,
    /// The three likeliest, best first; empty where there is a best one.
    pub candidates: Vec<Hit>,
}

impl Catalogue {
    /// Finds what a query in people's own words is about.
    pub fn search(&self, query: &str, language: Language) -> SearchOutcome {
        let mut hits = self.index.hits(query, language);
        let rival = |first: &Hit| {
            hits.iter().skip(1).find(|hit| !self.explains(hit, first)).map_or(0.0, |hit| hit.score)
        };
        match hits.first() {
            Some(first) if first.score >= FLOOR && first.score >= CLEARLY_AHEAD * rival(first) => {
                SearchOutcome { best: Some(hits.swap_remove(0)), candidates: Vec::new() }
            }
            Some(_) | None => {
                hits.truncate(3);
                SearchOutcome { best: None, candidates: hits }
            }
        }
    }
}

impl Catalogue {
    /// Whether a hit only explains another: a question about it, or the life situation that a service belongs to.
    fn explains(&self, hit: &Hit, other: &Hit) -> bool {
        match hit.kind {
            HitKind::Service => false,
            HitKind::LifeSituation => {
                let service = self.services.get(&other.code).filter(|_| other.kind == HitKind::Service);
                service.is_some_and(|service| service.document.life_situations.contains(&hit.code))
            }
            HitKind::Faq => self.faq.iter().filter(|faq| faq.code == hit.code).any(|faq| match other.kind {
                HitKind::Service => faq.services.contains(&other.code),
                HitKind::LifeSituation => faq.life_situations.contains(&other.code),
                HitKind::Faq => false,
            }),
        }
    }
}

/// What is searched: stems, and where they stand.
pub(super) struct Index {
    entries: Vec<Hit>,
    /// For a stem, its weight in the Russian and in the English texts of each entry that has it.
    postings: BTreeMap<String, BTreeMap<usize, [f64; 2]>>,
    stems: Stems,
}

impl Index {
    pub(super) fn build<'c>(
        services: impl Iterator<Item = &'c ServiceDocument>,
        situations: &[LifeSituation],
        faq: &[Faq],
    ) -> Self {
        let mut index = Self { entries: Vec::new(), postings: BTreeMap::new(), stems: Stems::new() };
        for service in services {
            index.add(HitKind::Service, &service.code, &service.title, &service.keywords, &service.summary);
        }
        for situation in situations {
            index.add(HitKind::LifeSituation, &situation.code, &situation.title, &[], &situation.summary);
        }
        for question in faq {
            index.add(HitKind::Faq, &question.code, &question.question, &question.keywords, &question.answer);
            index.teach(question);
        }
        index
    }

    fn add(&mut self, kind: HitKind, code: &str, title: &Text, keywords: &[String], summary: &Text) {
        let entry = self.entries.len();
        self.entries.push(Hit { kind, code: code.to_owned(), title: title.clone(), score: 0.0 });
        for (language, title, summary) in [(0, &title.ru, &summary.ru), (1, &title.en, &summary.en)] {
            self.post(entry, language, title, TITLE);
            self.post(entry, language, summary, SUMMARY);
            self.post(entry, language, &keywords.join(" "), KEYWORDS);
        }
    }

    /// Lets the services and situations that a question is about be found by its words.
    fn teach(&mut self, question: &Faq) {
        let is_meant = |entry: &Hit| match entry.kind {
            HitKind::Service => question.services.contains(&entry.code),
            HitKind::LifeSituation => question.life_situations.contains(&entry.code),
            HitKind::Faq => false,
        };
        for entry in
            (0..self.entries.len()).filter(|entry| is_meant(&self.entries[*entry])).collect::<Vec<_>>()
        {
            self.post(entry, 0, &question.question.ru, QUESTION);
            self.post(entry, 1, &question.question.en, QUESTION);
        }
    }

    fn post(&mut self, entry: usize, language: usize, text: &str, weight: f64) {
        for stem in self.stems.of(text) {
            let weights = self.postings.entry(stem).or_default().entry(entry).or_default();
            weights[language] = weights[language].max(weight);
        }
    }

    /// All entries that share a word with the query, best first.
    fn hits(&self, query: &str, language: Language) -> Vec<Hit> {
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        let mut possible = 0.0;
        for stem in self.stems.of(query).into_iter().collect::<BTreeSet<_>>() {
            let found = self.entries_with(&stem, language);
            let rarity = (1.0 + self.entries.len() as f64 / found.len().max(1) as f64).ln();
            possible += rarity * TITLE;
            for (entry, weight) in found {
                *scores.entry(entry).or_default() += rarity * weight;
            }
        }
        let mut hits = Vec::new();
        for (entry, score) in scores {
            let entry = &self.entries[entry];
            hits.push(Hit { score: entry.kind.preference() * score / possible, ..entry.clone() });
        }
        hits.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| one.kind.cmp(&other.kind)));
        hits
    }

    /// The entries that have the stem or one kindred to it, with their weights in that language.
    fn entries_with(&self, stem: &str, language: Language) -> BTreeMap<usize, f64> {
        let mut found: BTreeMap<usize, f64> = BTreeMap::new();
        for (known, entries) in &self.postings {
            let likeness = likeness(stem, known);
            for (entry, [russian, english]) in entries.iter().filter(|_| likeness > 0.0) {
                let weight = match language {
                    Language::Ru => russian.max(english * OTHER_LANGUAGE),
                    Language::En => english.max(russian * OTHER_LANGUAGE),
                };
                let best = found.entry(*entry).or_default();
                *best = best.max(weight * likeness);
            }
        }
        found
    }
}

/// 1 for the same stem, less for kindred ones («откр» and «открыт»), 0 for others.
fn likeness(one: &str, other: &str) -> f64 {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    match long.strip_prefix(short) {
        Some("") => 1.0,
        Some(tail) if short.chars().count() >= ROOT && tail.chars().count() <= TAIL => KINDRED,
        Some(_) | None => 0.0,
    }
}
