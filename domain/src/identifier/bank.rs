//! BIK, the code of a bank, and the number of an account, whose key digit depends on it.

use super::*;

const WEIGHTS: [u32; 3] = [7, 1, 3];

identifier! {
    /// BIK («БИК»): 9 digits of a bank (04…) or of a body of the Treasury or the Bank of Russia (00…, 01…, 02…).
    ///
    /// There is no check digit: only the Bank of Russia's directory proves that the bank exists.
    Bik, "^0[0124][0-9]{7}$", "040200901"
}

identifier! {
    /// A bank account: 20 digits. Its key digit, the ninth, is checked together with the bank's BIK.
    Account, "^[0-9]{20}$", "40702810400009990001"
}

impl Bik {
    /// Accepts 9 ASCII digits with blanks around them, the first two 00, 01, 02 or 04.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = digits(text, &[9], "9 digits")?;
        if !["00", "01", "02", "04"].contains(&&text[..2]) {
            return Err(IdentifierError::WrongPrefix { expected: "00, 01, 02 or 04" });
        }
        Ok(Self(text.into()))
    }

    /// Whether the code is synthetic (region 02) and so has no place in a live gateway.
    pub fn is_sandbox(&self) -> bool {
        &self.0[2..4] == "02"
    }

    fn is_treasury(&self) -> bool {
        !self.0.starts_with("04")
    }

    /// Whether accounts under this code are opened at the Bank of Russia itself, not at a commercial bank.
    fn is_bank_of_russia(&self) -> bool {
        self.is_treasury() || ["000", "001", "002"].contains(&&self.0[6..])
    }
}

impl Account {
    /// Accepts 20 ASCII digits with blanks around them. The key digit is not checked: that takes the bank.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        digits(text, &[20], "20 digits").map(|text| Self(text.into()))
    }

    /// Whether the key digit agrees with the bank (Bank of Russia, 8 September 1997, No. 515).
    ///
    /// The bank's part of the sum is its own number, digits 7 to 9 of the BIK. For accounts at the Bank of Russia
    /// (correspondent accounts 30101, the single treasury account 40102, all accounts of its own divisions) it is the
    /// division's number, digits 5 and 6. Treasury accounts (03…) carry no key; they match every BIK of the Treasury.
    pub fn matches(&self, bik: &Bik) -> bool {
        if self.0.starts_with("03") {
            return bik.is_treasury();
        }
        let at_centre = self.is_at_bank_of_russia(bik);
        let bank = if at_centre { format!("0{}", &bik.0[4..6]) } else { bik.0[6..].to_owned() };
        weighted(&(bank + &self.0), WEIGHTS.iter().cycle()) % 10 == 0
    }

    fn is_at_bank_of_russia(&self, bik: &Bik) -> bool {
        self.0.starts_with("30101") || self.0.starts_with("40102") || bik.is_bank_of_russia()
    }
}
