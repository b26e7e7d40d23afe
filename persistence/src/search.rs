//! Full-text search over the registry, by the crate tantivy, in memory alone.
//!
//! The words are brought to their stems before tantivy sees them, by the rules that the catalogue's search uses, too:
//! tantivy only counts and ranks (BM25).

use std::{collections::HashMap, sync::Arc};

use domain::{
    catalogue::words::{Stems, fold, words},
    ports::search::{Hit, RequirementIndex, RequirementSearch, Sought},
    requirement::{model::Act, registry::Registry},
    text::Text,
};
use tantivy::{
    Index, IndexReader, TantivyDocument, TantivyError, Term,
    collector::TopDocs,
    directory::RamDirectory,
    query::{BooleanQuery, BoostQuery, DisjunctionMaxQuery, Query, TermQuery},
    schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
};

/// What a word counts by the place where it stands; the title counts most.
const WEIGHTS: [(&str, f32); 4] = [("title", 4.0), ("keywords", 3.0), ("act", 1.5), ("text", 1.0)];
/// A word that stands in several places counts by its best one, and this much by the others.
const TIE: f32 = 0.2;
/// Words of a query that are looked at; a longer query says nothing more.
const MOST_WORDS: usize = 16;
/// Bytes that tantivy may use while it builds an index of a few thousand requirements; it takes more where it must.
const BUILDING_BYTES: usize = 64_000_000;

/// Makes the search.
#[derive(Debug, Clone, Copy, Default)]
pub struct FullText;

impl RequirementIndex for FullText {
    fn index(&self, registry: &Registry) -> Arc<dyn RequirementSearch> {
        let mut stems = Remembered::default();
        let requirements = registry.requirements().map(|entry| {
            let requirement = &entry.requirement;
            let act = registry.act(&requirement.act);
            Entry {
                code: &requirement.code,
                title: both(&requirement.title),
                keywords: requirement.keywords.join(" "),
                act: act.map(|act| named(act)).unwrap_or_default() + " " + &requirement.provision,
                text: both(&requirement.text),
            }
        });
        let requirements = Shelf::filled(requirements, &mut stems);
        let acts = registry.acts().map(|act| Entry {
            code: &act.code,
            title: both(&act.title),
            keywords: String::new(),
            act: named(act),
            text: String::new(),
        });
        let acts = Shelf::filled(acts, &mut stems);
        let practice = registry.publications().map(|publication| {
            let practice = &publication.practice;
            Entry {
                code: &practice.code,
                title: both(&practice.title),
                keywords: String::new(),
                act: practice.requirements.join(" "),
                text: both(&practice.text),
            }
        });
        let practice = Shelf::filled(practice, &mut stems);
        Arc::new(Search { requirements, acts, practice, stems: Stems::new() })
    }
}

fn both(text: &Text) -> String {
    format!("{} {}", text.ru, text.en)
}

fn named(act: &Act) -> String {
    format!("{} {} {}", act.code, act.number, both(&act.title))
}

/// What of a document is looked through.
struct Entry<'r> {
    code: &'r str,
    title: String,
    keywords: String,
    act: String,
    text: String,
}

/// One edition's requirements, acts and publications about practice.
struct Search {
    requirements: Shelf,
    acts: Shelf,
    practice: Shelf,
    stems: Stems,
}

impl RequirementSearch for Search {
    fn hits(&self, sought: Sought, query: &str) -> Vec<Hit> {
        let shelf = match sought {
            Sought::Requirements => &self.requirements,
            Sought::Acts => &self.acts,
            Sought::Practice => &self.practice,
        };
        let mut stems = self.stems.of(query);
        stems.truncate(MOST_WORDS);
        shelf.hits(&stems)
    }
}

/// Documents of one kind.
struct Shelf {
    /// By the number under which tantivy knows a document: they are filled in the order of codes.
    codes: Vec<Arc<str>>,
    fields: Vec<(Field, f32)>,
    reader: IndexReader,
}

impl Shelf {
    fn filled<'r>(entries: impl Iterator<Item = Entry<'r>>, stems: &mut Remembered) -> Self {
        let schema = schema();
        let field = |name: &str| schema.get_field(name).expect("the schema was made with these fields");
        let fields: Vec<(Field, f32)> = WEIGHTS.iter().map(|(name, weight)| (field(name), *weight)).collect();
        let built = Index::builder().schema(schema.clone());
        let mut codes = Vec::new();
        let fill = || -> Result<IndexReader, TantivyError> {
            let mut writer = built.single_segment_index_writer(RamDirectory::create(), BUILDING_BYTES)?;
            for Entry { code, title, keywords, act, text } in entries {
                codes.push(Arc::from(code));
                let mut document = TantivyDocument::new();
                for ((field, _), text) in fields.iter().zip([title, keywords, act + " " + code, text]) {
                    document.add_text(*field, stems.of(&text));
                }
                writer.add_document(document)?;
            }
            writer.finalize()?.reader()
        };
        let reader = fill().expect("an index in memory meets no disk that could fail");
        Self { codes, fields, reader }
    }

    fn hits(&self, stems: &[String]) -> Vec<Hit> {
        if stems.is_empty() || self.codes.is_empty() {
            return Vec::new();
        }
        let words = stems.iter().map(|stem| self.anywhere(stem)).collect();
        // Of many words not all need to be there, or a question in one's own words would find nothing.
        let query = BooleanQuery::union_with_minimum_required_clauses(words, stems.len().div_ceil(2));
        let all = TopDocs::with_limit(self.codes.len()).order_by_score();
        let found = self.reader.searcher().search(&query, &all).unwrap_or_default();
        let hit = |(score, address): (f32, tantivy::DocAddress)| {
            let code = Arc::clone(self.codes.get(address.doc_id as usize)?);
            Some(Hit { code, score })
        };
        found.into_iter().filter_map(hit).collect()
    }

    fn anywhere(&self, stem: &str) -> Box<dyn Query> {
        let places = self.fields.iter().map(|(field, weight)| {
            let term = TermQuery::new(Term::from_field_text(*field, stem), IndexRecordOption::WithFreqs);
            Box::new(BoostQuery::new(Box::new(term), *weight)) as Box<dyn Query>
        });
        Box::new(DisjunctionMaxQuery::with_tie_breaker(places.collect(), TIE))
    }
}

fn schema() -> Schema {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("whitespace")
        .set_index_option(IndexRecordOption::WithFreqs);
    for (name, _) in WEIGHTS {
        schema.add_text_field(name, TextOptions::default().set_indexing_options(indexing.clone()));
    }
    schema.build()
}

/// Stems of the words met so far: a registry says the same words again and again.
#[derive(Default)]
struct Remembered {
    stems: Stems,
    known: HashMap<String, Option<String>>,
}

impl Remembered {
    /// The stems of a text, a space between them.
    fn of(&mut self, text: &str) -> String {
        let mut line = String::with_capacity(text.len());
        for word in words(&fold(text)) {
            if !self.known.contains_key(word) {
                self.known.insert(word.to_owned(), self.stems.stem(word));
            }
            if let Some(Some(stem)) = self.known.get(word) {
                line.push_str(stem);
                line.push(' ');
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use domain::requirement::builtin::builtin;

    use super::*;

    static SEARCH: LazyLock<Arc<dyn RequirementSearch>> = LazyLock::new(|| {
        let registry = Registry::compile(1, &builtin()).expect("a test of domain says what is wrong");
        FullText.index(&registry)
    });

    fn codes(sought: Sought, query: &str) -> Vec<String> {
        SEARCH.hits(sought, query).into_iter().map(|hit| hit.code.to_string()).collect()
    }

    #[test]
    fn forms_of_a_word_find_the_same() {
        let found = codes(Sought::Requirements, "касса");
        assert!(!found.is_empty());
        for form in ["кассы", "КАССУ", "кассой", "касс"] {
            assert_eq!(codes(Sought::Requirements, form), found, "{form}");
        }
        assert_eq!(
            codes(Sought::Requirements, "cash register"),
            codes(Sought::Requirements, "Cash Registers!")
        );
        assert_eq!(codes(Sought::Requirements, "учёт"), codes(Sought::Requirements, "учет"));
    }

    #[test]
    fn the_title_counts_most() {
        let registry = Registry::compile(1, &builtin()).expect("a test of domain says what is wrong");
        let stems = Stems::new();
        for word in ["алкоголь", "хассп", "перевозка"] {
            let found = codes(Sought::Requirements, word);
            let first =
                registry.requirement(found.first().expect("something is found")).expect("it is there");
            let stem = stems.of(word).remove(0);
            let titled = stems.of(&first.requirement.title.ru).contains(&stem);
            let any = registry.requirements().any(|one| stems.of(&one.requirement.title.ru).contains(&stem));
            assert_eq!(titled, any, "{word}: {}", first.requirement.title.ru);
        }
    }

    #[test]
    fn acts_are_found_by_number_and_by_name() {
        assert_eq!(codes(Sought::Acts, "54-ФЗ")[0], "54-fz-2003");
        let registry = Registry::compile(1, &builtin()).expect("a test of domain says what is wrong");
        let code = codes(Sought::Acts, "трудового кодекса").remove(0);
        assert!(registry.act(&code).expect("it is there").title.ru.contains("Трудовой кодекс"), "{code}");
        assert!(codes(Sought::Requirements, "OT-028").contains(&"OT-028".to_owned()));
    }

    #[test]
    fn hits_fall_in_score_and_equals_stand_by_code() {
        let hits = SEARCH.hits(Sought::Requirements, "работник документ");
        assert!(hits.len() > 5);
        for pair in hits.windows(2) {
            let (one, next) = (&pair[0], &pair[1]);
            assert!(one.score > next.score || one.score == next.score && one.code < next.code, "{pair:?}");
        }
    }

    #[test]
    fn no_query_is_too_strange() {
        let long = "касса ".repeat(10_000);
        for query in [
            "",
            " ",
            "и или не",
            "\"",
            "title:*",
            "(((",
            "-",
            "+касса AND NOT",
            "\u{0}",
            "💥",
            "a\u{301}",
            &long,
        ] {
            let _ = SEARCH.hits(Sought::Requirements, query);
            let _ = SEARCH.hits(Sought::Acts, query);
        }
        assert!(codes(Sought::Requirements, "").is_empty());
        assert!(codes(Sought::Requirements, "ъъъъъ").is_empty());
    }
}
