//! Synthetic numbers of persons, in ranges that no register uses (tax office 9600, region 96).

/// The weights of a person's INN: the second check digit uses all, the first all but the first.
const INN_WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

/// Makes a sole trader's INN; seeds that differ modulo 1 000 000 give different numbers.
pub(crate) fn person_inn(seed: u32) -> String {
    let body = format!("9600{:06}", seed % 1_000_000);
    let body = format!("{body}{}", inn_check(&body, &INN_WEIGHTS[1..]));
    format!("{body}{}", inn_check(&body, &INN_WEIGHTS))
}

/// Makes an OGRNIP as of registration in `year` (two digits); seeds that differ modulo 10^9 give different numbers.
pub(crate) fn ogrnip(year: u32, seed: u32) -> String {
    let body = format!("3{:02}96{:09}", year % 100, seed % 1_000_000_000);
    let rest = digits(&body).fold(0, |rest, digit| (rest * 10 + digit) % 13);
    format!("{body}{}", rest % 10)
}

fn inn_check(body: &str, weights: &[u32]) -> u32 {
    digits(body).zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 % 10
}

fn digits(text: &str) -> impl Iterator<Item = u32> + '_ {
    text.chars().filter_map(|digit| digit.to_digit(10))
}

#[cfg(test)]
mod tests {
    use domain::identifier::{Inn, InnKind, Ogrnip};

    use super::*;

    #[test]
    fn the_domain_accepts_every_number_and_knows_it_for_synthetic() {
        for seed in (0..1_000_000).step_by(997).chain([999_999, u32::MAX]) {
            let inn = Inn::parse(&person_inn(seed)).expect("right check digits");
            assert!(inn.is_sandbox() && inn.kind() == InnKind::Person, "{inn}");
            let ogrnip = Ogrnip::parse(&ogrnip(21, seed)).expect("a right check digit");
            assert!(ogrnip.is_sandbox(), "{ogrnip}");
        }
    }

    #[test]
    fn known_numbers_come_out() {
        assert_eq!(person_inn(769_771), "960076977102");
        assert_eq!(ogrnip(18, 683_921_600), "318966839216004");
    }
}
