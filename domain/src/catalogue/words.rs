//! Words of texts and queries, brought to the form in which they are compared.

use rust_stemmers::{Algorithm, Stemmer};

/// Words that say nothing of the matter.
const STOP: &str = "а без бы в во где для до его если есть за и из или их к как какие какой когда кто ли мне мой \
    можно на над надо не нужен нужна нужно нужны о об от по при с со у хочу что это я \
    a an and for how of the to";

/// Lower case, and е for ё.
pub fn fold(text: &str) -> String {
    text.to_lowercase().replace('ё', "е")
}

/// The words of a folded text.
pub fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Cuts texts into stems, Russian words by the Russian rules and Latin ones by the English.
pub struct Stems {
    russian: Stemmer,
    english: Stemmer,
}

impl Default for Stems {
    fn default() -> Self {
        Self::new()
    }
}

impl Stems {
    /// The rules of both languages.
    pub fn new() -> Self {
        Self { russian: Stemmer::create(Algorithm::Russian), english: Stemmer::create(Algorithm::English) }
    }

    /// The stems of the text in their order, without words that say nothing.
    pub fn of(&self, text: &str) -> Vec<String> {
        words(&fold(text)).filter_map(|word| self.stem(word)).collect()
    }

    /// The stem of one word in lower case; None for a word that says nothing.
    pub fn stem(&self, word: &str) -> Option<String> {
        if STOP.split_ascii_whitespace().any(|stop| stop == word) {
            return None;
        }
        let stemmer = if word.is_ascii() { &self.english } else { &self.russian };
        Some(stemmer.stem(word).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        let stems = Stems::new();
        assert_eq!(stems.of("Регистрация кассы"), stems.of("регистрации КАСС"));
        assert_eq!(stems.of("Микрозаём для кафе"), stems.of("микрозаем кафе"));
        assert_eq!(stems.of("how to register the workers"), stems.of("registers worker"));
    }
}
