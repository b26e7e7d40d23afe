use serde::Deserialize;

use super::*;

const VECTORS: &str = include_str!("../../data/vectors/identifiers.json");

#[derive(Deserialize)]
struct Vectors {
    count: usize,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    #[serde(rename = "type")]
    kind: String,
    value: String,
    bik: Option<String>,
    valid: Option<bool>,
}

impl Vector {
    fn passes(&self) -> bool {
        let value = self.value.as_str();
        match self.kind.as_str() {
            "inn" => Inn::parse(value).is_ok(),
            "inn10" => Inn::parse(value).is_ok_and(|inn| inn.kind() == InnKind::LegalEntity),
            "inn12" => Inn::parse(value).is_ok_and(|inn| inn.kind() == InnKind::Person),
            "ogrn" => Ogrn::parse(value).is_ok(),
            "ogrnip" => Ogrnip::parse(value).is_ok(),
            "snils" => Snils::parse(value).is_ok(),
            "bik" => Bik::parse(value).is_ok(),
            "account_settlement" | "account_correspondent" => {
                let bik = self.bik.as_deref().expect("every account vector names its bank");
                account(value).matches(&Bik::parse(bik).expect("a vector's bank"))
            }
            other => panic!("no parser for vectors of type {other}"),
        }
    }
}

fn account(text: &str) -> Account {
    Account::parse(text).expect("20 digits")
}

#[test]
fn every_published_vector_is_judged_right() {
    let file: Vectors = serde_json::from_str(VECTORS).expect("the vectors are JSON");
    assert_eq!(file.vectors.len(), file.count);
    for vector in &file.vectors {
        assert_eq!(Some(vector.passes()), vector.valid, "{} {}", vector.kind, vector.value);
    }
}

#[test]
fn the_error_says_what_is_wrong_and_where() {
    use IdentifierError::{WrongCharacter, WrongCheckDigit, WrongLength, WrongPrefix};
    assert_eq!(Inn::parse(""), Err(WrongLength { expected: "10 or 12 digits", found: 0 }));
    assert_eq!(Inn::parse(" 96009x9390"), Err(WrongCharacter { at: 6 }));
    assert_eq!(Inn::parse("9600989391"), Err(WrongCheckDigit));
    assert_eq!(Inn::parse("0000000000"), Err(WrongPrefix { expected: "the code of a tax office" }));
    assert_eq!(Ogrn::parse("2213213213211"), Err(WrongPrefix { expected: "1 or 5" }));
    assert_eq!(Kpp::parse("9600a1001"), Err(WrongCharacter { at: 5 }));
    assert_eq!(Snils::parse("999-337-317-93"), Err(WrongCharacter { at: 12 }));
    assert_eq!(
        Snils::parse("999-337-317 9"),
        Err(WrongLength { expected: "11 digits or XXX-XXX-XXX YY", found: 13 })
    );
    assert_eq!(Bik::parse("144525225"), Err(WrongPrefix { expected: "00, 01, 02 or 04" }));
}

#[test]
fn blanks_around_are_dropped_and_foreign_digits_are_refused() {
    for text in ["\u{a0}9600989390 ", "\t9600989390\r\n", "\u{202f}9600989390\u{2007}"] {
        assert_eq!(Inn::parse(text).expect("trimmed").as_str(), "9600989390");
    }
    for text in [
        "９６００９８９３９０",
        "٩٦٠٠٩٨٩٣٩٠",
        "9600 989390",
        "9600\u{a0}989390",
        "+960098939",
        "9600989390\u{200b}",
    ] {
        assert!(matches!(Inn::parse(text), Err(IdentifierError::WrongCharacter { .. })), "{text}");
    }
}

#[test]
fn a_snils_reads_in_both_forms_and_prints_in_one() {
    for text in ["99933731793", "999-337-317 93", " 999-337-317\u{a0}93 "] {
        let snils = Snils::parse(text).expect("a sandbox number");
        assert_eq!((snils.as_str(), snils.printed().as_str()), ("99933731793", "999-337-317 93"));
    }
    assert!(Snils::parse("001-001-998 77").is_ok(), "no rule yet");
    assert_eq!(Snils::parse("001-001-999 77"), Err(IdentifierError::WrongCheckDigit));
    assert!(Snils::parse("000-000-000 00").is_err());
    assert!(Snils::parse("999337317-93").is_err());
}

#[test]
fn a_kpp_may_have_capitals_in_the_reason_only() {
    assert!(Kpp::parse("7700AZ001").is_ok());
    for text in ["770A01001", "77000100A", "7700АБ001", "77000100", "7700010011", "000001001"] {
        assert!(Kpp::parse(text).is_err(), "{text}");
    }
}

#[test]
fn an_account_belongs_to_its_bank() {
    let matches = |bik, number| account(number).matches(&Bik::parse(bik).expect("a bank"));
    // The regulation's own examples: a bank's account at a settlement centre, a client's account at the bank.
    assert!(matches("049805000", "30101810800000000746"));
    assert!(matches("049805746", "30101810800000000746"));
    assert!(matches("049805746", "40602810700000000025"));
    assert!(!matches("049805746", "40602810600000000025"));
    assert!(!matches("049805747", "40602810700000000025"));
    // The Treasury: its single account, its own accounts, an account at a settlement centre before 2021.
    assert!(matches("017003983", "40102810445370000059"));
    assert!(matches("017003983", "03100643000000018500"));
    assert!(!matches("044525225", "03100643000000018500"));
    assert!(matches("044525000", "40101810045250010041"));
}

#[test]
fn synthetic_numbers_are_valid_and_never_live() {
    for seed in [0, 1, 7, 99_999, 100_000, 4_294_967_295] {
        let (inn, ogrn, kpp) = (Inn::synthesise(seed), Ogrn::synthesise(seed), Kpp::synthesise(seed));
        assert_eq!(Inn::parse(inn.as_str()), Ok(inn.clone()));
        assert_eq!(Ogrn::parse(ogrn.as_str()), Ok(ogrn.clone()));
        assert_eq!(Kpp::parse(kpp.as_str()), Ok(kpp.clone()));
        assert_eq!(inn.kind(), InnKind::LegalEntity);
        assert!(inn.is_sandbox() && ogrn.is_sandbox() && kpp.is_sandbox());
    }
    assert_eq!(Kpp::synthesise(0).as_str(), "960001001");
    assert!(!Inn::parse("7728127936").expect("a vector").is_sandbox());
    assert!(!Ogrn::parse("1027739552642").expect("a vector").is_sandbox());
    assert!(!Snils::parse("112-233-445 95").expect("a vector").is_sandbox());
    assert!(!Bik::parse("044525225").expect("a vector").is_sandbox());
}

#[test]
fn the_examples_of_the_schema_are_valid_and_synthetic() {
    assert!(Inn::parse(Inn::EXAMPLE).is_ok_and(|inn| inn.is_sandbox()));
    assert!(Ogrn::parse(Ogrn::EXAMPLE).is_ok_and(|ogrn| ogrn.is_sandbox()));
    assert!(Ogrnip::parse(Ogrnip::EXAMPLE).is_ok_and(|ogrnip| ogrnip.is_sandbox()));
    assert!(Kpp::parse(Kpp::EXAMPLE).is_ok_and(|kpp| kpp.is_sandbox()));
    assert!(Snils::parse(Snils::EXAMPLE).is_ok_and(|snils| snils.is_sandbox()));
    let bik = Bik::parse(Bik::EXAMPLE).expect("the example");
    assert!(bik.is_sandbox() && account(Account::EXAMPLE).matches(&bik));
}

#[test]
fn json_carries_the_canonical_text_and_is_checked_at_the_door() {
    let snils: Snils = serde_json::from_str(r#""999-337-317 93""#).expect("a sandbox number");
    assert_eq!(serde_json::to_string(&snils).expect("a string"), r#""99933731793""#);
    let error = serde_json::from_str::<Inn>(r#""9600989391""#).expect_err("a mistyped digit");
    assert!(error.to_string().contains("check digits"), "{error}");
}
