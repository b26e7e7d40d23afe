//! CEL over a form, a profile and a day, or over the inputs of a check pack.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use cel::{
    Context, Env, ExecutionError, Program, Value as Cel,
    common::{
        types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString},
        value::Val,
    },
};
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::identifier::{Account, Bik};

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A compiled expression that answers yes or no.
#[derive(Debug)]
pub(crate) struct Expression {
    program: Program,
    needs_form: bool,
}

impl Expression {
    /// Compiles CEL.
    ///
    /// # Errors
    /// What the parser says.
    pub(crate) fn compile(source: &str) -> Result<Self, String> {
        let program = ENVIRONMENT.compile(source).map_err(|error| error.to_string())?;
        let needs_form = program.references().has_variable("form");
        Ok(Self { program, needs_form })
    }

    /// Whether the expression mentions the form.
    pub(super) fn needs_form(&self) -> bool {
        self.needs_form
    }

    /// The answer, or None where a fact that it needs is absent.
    pub(crate) fn holds(&self, facts: &Facts<'_>) -> Option<bool> {
        match self.program.execute(&facts.0) {
            Ok(Cel::Bool(answer)) => Some(answer),
            Ok(_) | Err(_) => None,
        }
    }

    /// The name in the expression that nothing defines, if evaluating comes upon one.
    pub(crate) fn unknown_name(&self, facts: &Facts<'_>) -> Option<String> {
        match self.program.execute(&facts.0) {
            Err(ExecutionError::UndeclaredReference(name)) => Some(name.to_string()),
            Ok(_) | Err(_) => None,
        }
    }
}

/// What expressions are asked about. Built once for many expressions; texts are borrowed.
pub(crate) struct Facts<'f>(Context<'f, 'f>);

impl<'f> Facts<'f> {
    /// The form as `form`, the profile as `profile`, the day as `today` in the form `2026-11-23`.
    pub(super) fn new(form: &'f Map<String, Value>, profile: &'f Map<String, Value>, today: Date) -> Self {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        context.add_variable_as_val("form", object(form));
        context.add_variable_as_val("profile", object(profile));
        context.add_variable_from_value("today", today.to_string());
        add_functions(&mut context).expect("the standard library has no functions of these names");
        Self(context)
    }

    /// What a check pack is asked about, as `inputs`, and nothing else: any implementation of CEL evaluates it alike.
    pub(crate) fn of_inputs(inputs: &'f Map<String, Value>) -> Self {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        context.add_variable_as_val("inputs", object(inputs));
        Self(context)
    }
}

fn add_functions(context: &mut Context<'_, '_>) -> Result<(), cel::DeclarationError> {
    context.add_function("account_valid", account_valid)?;
    context.add_function("age_years", age_years)?;
    context.add_function("days_between", days_between)?;
    context.add_function("dec", dec)
}

/// Whether both are well formed and the account's key digit agrees with the bank.
fn account_valid(account: Arc<String>, bik: Arc<String>) -> bool {
    match (Account::parse(&account), Bik::parse(&bik)) {
        (Ok(account), Ok(bik)) => account.matches(&bik),
        (Ok(_) | Err(_), _) => false,
    }
}

/// Whole years from the date of birth to the day; a person born on 29 February comes of age on 1 March.
fn age_years(birth: Arc<String>, today: Arc<String>) -> Result<i64, ExecutionError> {
    let (birth, today) = (date(&birth)?, date(&today)?);
    let before_birthday = (today.month(), today.day()) < (birth.month(), birth.day());
    Ok(i64::from(today.year()) - i64::from(birth.year()) - i64::from(before_birthday))
}

/// Days from the first date to the second; negative if the second is earlier.
fn days_between(from: Arc<String>, to: Arc<String>) -> Result<i64, ExecutionError> {
    let span = date(&to)?.duration_since(date(&from)?);
    Ok(span.as_hours() / 24)
}

/// A decimal number in a text, as money is written.
fn dec(text: Arc<String>) -> Result<f64, ExecutionError> {
    text.parse().map_err(|error| ExecutionError::function_error("dec", error))
}

fn date(text: &str) -> Result<Date, ExecutionError> {
    text.parse().map_err(|error| ExecutionError::function_error("date", error))
}

fn object(map: &Map<String, Value>) -> Box<dyn Val + '_> {
    let entries = map.iter().map(|(name, value)| (CelMapKey::from(name.as_str()), cel(value)));
    Box::new(CelMap::from(entries.collect::<HashMap<_, _>>()))
}

/// JSON as CEL sees it: whole numbers are `int`, so that they compare with literals.
fn cel(value: &Value) -> Box<dyn Val + '_> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(flag) => Box::new(CelBool::from(*flag)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Box::new(CelInt::from(whole)),
            None => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(items) => Box::new(CelList::from(items.iter().map(cel).collect::<Vec<_>>())),
        Value::Object(map) => object(map),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(source: &str) -> Option<bool> {
        let form =
            json!({"amount": "100.50", "bik": "040200901", "account": "40702810400009990001", "share": 10});
        let profile = json!({"employees": 12, "okved_additional": ["56.30"]});
        let facts = Facts::new(
            form.as_object().expect("an object"),
            profile.as_object().expect("an object"),
            Date::constant(2026, 11, 23),
        );
        Expression::compile(source).expect("it compiles").holds(&facts)
    }

    #[test]
    fn expressions_see_form_profile_and_day() {
        assert_eq!(ask("dec(form.amount) <= 100.5 && profile.employees <= 15"), Some(true));
        assert_eq!(ask("profile.okved_additional.exists(o, '56.30.1'.startsWith(o))"), Some(true));
        assert_eq!(ask("today > '2026-11-01' && days_between('2026-11-01', today) == 22"), Some(true));
        assert_eq!(ask("double(form.share) <= 10.0 && form.share >= 9.5"), Some(true));
        assert_eq!(ask("account_valid(form.account, form.bik)"), Some(true));
        assert_eq!(ask("account_valid('40702810400009990002', form.bik)"), Some(false));
        assert_eq!(ask("account_valid('x', form.bik)"), Some(false));
    }

    #[test]
    fn an_absent_fact_gives_no_answer() {
        assert_eq!(ask("profile.tax_debt == '0.00'"), None);
        assert_eq!(ask("has(profile.tax_debt)"), Some(false));
        assert_eq!(ask("dec('a lot') > 1.0"), None);
        assert_eq!(ask("form.amount"), None);
    }

    #[test]
    fn age_counts_birthdays() {
        assert_eq!(ask("age_years('2008-11-23', today) == 18"), Some(true));
        assert_eq!(ask("age_years('2008-11-24', today) == 17"), Some(true));
        assert_eq!(ask("age_years('2008-02-29', '2026-02-28') == 17"), Some(true));
    }

    #[test]
    fn an_expression_knows_what_it_needs() {
        assert!(Expression::compile("has(form.x)").expect("it compiles").needs_form());
        assert!(!Expression::compile("profile.form == 1").expect("it compiles").needs_form());
        assert!(Expression::compile("has(").is_err());
    }
}
