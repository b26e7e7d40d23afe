//! Words of texts and queries, brought to the form in which they are compared.

use rust_stemmers::{Algorithm, Stemmer};

/// Words that say nothing of the matter.
const STOP: &str = "а без бы в во где для до его если есть за и из или их к как какие какой когда кто ли мне мой \
    можно на над надо не нужен нужна нужно нужны о об от по при с со у хочу что это я \
    a an and for how of the to";

/// Lower case, and е for ё.
pub(super) fn fold(text: &str) -> String {
    text.to_lowercase().replace('ё', "е")
}

/// Cuts texts into stems, Russian words by the Russian rules and Latin ones by the English.
pub(super) struct Stems {
    russian: Stemmer,
    english: Stemmer,
}

impl Stems {
    pub(super) fn new() -> Self {
        Self { russian: Stemmer::create(Algorithm::Russian), english: Stemmer::create(Algorithm::English) }
    }

    /// The stems of the text in their order, without words that say nothing.
    pub(super) fn of(&self, text: &str) -> Vec<String> {
        let folded = fold(text);
        let is_empty = |word: &str| word.is_empty() || STOP.split(' ').any(|stop| stop == word);
        let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !is_empty(word));
        words.map(|word| self.stem(word)).collect()
    }

    fn stem(&self, word: &str) -> String {
        let stemmer = if word.is_ascii() { &self.english } else { &self.russian };
        stemmer.stem(word).into_owned()
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
