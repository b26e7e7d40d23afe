//! The check that 32 bytes are a sound Ed25519 public key, which the cryptographic library leaves to its callers.
//!
//! Field arithmetic modulo p = 2^255 - 19 in four 64-bit limbs, lowest first. Public values only, so nothing here
//! needs constant time.

type Field = [u64; 4];

/// The prime p.
const P: Field = [0xffff_ffff_ffff_ffed, u64::MAX, u64::MAX, 0x7fff_ffff_ffff_ffff];
/// (p - 1) / 2, the exponent of Euler's criterion.
const HALF: Field = [0xffff_ffff_ffff_fff6, u64::MAX, u64::MAX, 0x3fff_ffff_ffff_ffff];
/// d of the curve -x² + y² = 1 + d x² y² (RFC 8032 §5.1).
const D: Field = [0x75eb_4dca_1359_78a3, 0x0070_0a4d_4141_d8ab, 0x8cc7_4079_7779_e898, 0x5203_6cee_2b6f_fe73];
const ONE: Field = [1, 0, 0, 0];

/// The y coordinates of the two pairs of points of order eight.
const ORDER_EIGHT: [Field; 2] = [
    [0xb027_b2c2_8f95_e826, 0xf098_eff2_89f4_c345, 0x3933_c6d3_05ac_dfd5, 0x05fc_536d_8802_38b1],
    [0x4fd8_4d3d_706a_17c7, 0x0f67_100d_760b_3cba, 0xc6cc_392c_fa53_202a, 0x7a03_ac92_77fd_c74e],
];

/// Tells whether the bytes encode, in the one canonical way, a point of the curve that is not of small order.
///
/// A point of small order would make signatures that verify for every message (security.md, row A7).
pub fn is_sound_point(bytes: &[u8; 32]) -> bool {
    let y = y_coordinate(bytes);
    is_below(&y, &P) && !is_small_order(&y) && is_on_curve(&y)
}

fn y_coordinate(bytes: &[u8; 32]) -> Field {
    let mut limbs = [0; 4];
    for (index, byte) in bytes.iter().enumerate() {
        limbs[index / 8] |= u64::from(*byte) << (index % 8 * 8);
    }
    limbs[3] &= u64::MAX >> 1; // The top bit is the sign of x.
    limbs
}

/// y of the points of order 1, 2, 4 and 8.
fn is_small_order(y: &Field) -> bool {
    let minus_one = subtract(&[0; 4], &ONE);
    *y == [0; 4] || *y == ONE || *y == minus_one || ORDER_EIGHT.contains(y)
}

/// x² = (y² - 1) / (d y² + 1) has a root exactly when the product of both is a square; the divisor is never zero.
fn is_on_curve(y: &Field) -> bool {
    let square = multiply(y, y);
    let numerator = subtract(&square, &ONE);
    let divisor = add(&multiply(&D, &square), &ONE);
    is_square(&multiply(&numerator, &divisor))
}

fn is_square(value: &Field) -> bool {
    let mut power = ONE;
    for bit in (0..255).rev() {
        power = multiply(&power, &power);
        if HALF[bit / 64] >> (bit % 64) & 1 == 1 {
            power = multiply(&power, value);
        }
    }
    power == ONE || power == [0; 4]
}

fn is_below(a: &Field, b: &Field) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

fn add(a: &Field, b: &Field) -> Field {
    let mut wide = [0; 8];
    let mut carry = 0;
    for index in 0..4 {
        let sum = u128::from(a[index]) + u128::from(b[index]) + carry;
        wide[index] = sum as u64;
        carry = sum >> 64;
    }
    reduce(wide)
}

/// a - b as a + (p - b).
fn subtract(a: &Field, b: &Field) -> Field {
    add(a, &minus(&P, b))
}

/// a - b for a not below b.
fn minus(a: &Field, b: &Field) -> Field {
    let mut out = [0; 4];
    let mut borrow = false;
    for index in 0..4 {
        let (partial, first) = a[index].overflowing_sub(b[index]);
        let (limb, second) = partial.overflowing_sub(u64::from(borrow));
        out[index] = limb;
        borrow = first || second;
    }
    out
}

fn multiply(a: &Field, b: &Field) -> Field {
    let mut wide = [0; 8];
    for (low, left) in a.iter().enumerate() {
        let mut carry = 0;
        for (high, right) in b.iter().enumerate() {
            let sum = u128::from(*left) * u128::from(*right) + u128::from(wide[low + high]) + carry;
            wide[low + high] = sum as u64;
            carry = sum >> 64;
        }
        wide[low + 4] = carry as u64;
    }
    reduce(wide)
}

/// Brings a number below 2^512 under p: 2^256 is 38 modulo p.
fn reduce(mut wide: [u64; 8]) -> Field {
    while wide[4..] != [0; 4] {
        let mut folded = [0; 8];
        let mut carry = 0;
        for index in 0..4 {
            let sum = u128::from(wide[index]) + u128::from(wide[index + 4]) * 38 + carry;
            folded[index] = sum as u64;
            carry = sum >> 64;
        }
        folded[4] = carry as u64;
        wide = folded;
    }
    let mut out = [wide[0], wide[1], wide[2], wide[3]];
    while !is_below(&out, &P) {
        out = minus(&out, &P);
    }
    out
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    fn point(first: u8) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[0] = first;
        bytes
    }

    #[test]
    fn public_keys_of_real_pairs_are_sound() {
        for seed in 0..=40 {
            let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("32 bytes");
            let bytes = pair.public_key().as_ref().try_into().expect("32 bytes");
            assert!(is_sound_point(&bytes), "{seed}");
        }
    }

    /// Which small y lie on the curve was computed apart from this code, with Python's integers.
    #[test]
    fn points_off_the_curve_are_refused() {
        for (y, on) in
            [(2, false), (3, true), (4, true), (5, true), (6, true), (7, false), (8, false), (9, true)]
        {
            assert_eq!(is_sound_point(&point(y)), on, "{y}");
        }
    }

    #[test]
    fn a7_points_of_small_order_and_second_spellings_are_refused() {
        let order_eight = |y: &Field| {
            let mut bytes = [0; 32];
            y.iter()
                .zip(bytes.chunks_exact_mut(8))
                .for_each(|(limb, part)| part.copy_from_slice(&limb.to_le_bytes()));
            bytes
        };
        let mut top = [0xff; 32];
        for low in 0xec..=0xff {
            top[0] = low; // p - 1, then the encodings of 0 to 18 that are not below p.
            for sign in [0x7f, 0xff] {
                top[31] = sign;
                assert!(!is_sound_point(&top), "{low}");
            }
        }
        for y in [point(0), point(1), order_eight(&ORDER_EIGHT[0]), order_eight(&ORDER_EIGHT[1])] {
            assert!(!is_sound_point(&y));
        }
        assert!(ORDER_EIGHT.iter().all(is_on_curve));
    }
}
