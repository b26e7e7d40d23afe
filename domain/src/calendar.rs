//! Working days and the terms counted in them.
//!
//! Days are civil dates; a zone enters only where a term must end at a moment.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use jiff::{
    civil::{Date, Weekday},
    tz::TimeZone,
};
use serde::Deserialize;

use crate::time::Timestamp;

static RUSSIAN: LazyLock<WorkingCalendar> = LazyLock::new(|| {
    WorkingCalendar::from_json(include_str!("../data/calendar/ru.json"))
        .expect("the built-in calendar is part of the program and tests read it")
});

/// Which days are worked, year by year.
///
/// A day is worked if it is neither a Saturday, a Sunday nor a holiday, or if it is a weekend day declared as working.
/// For years without data only the weekends and the holidays of article 112 of the Labour Code are off, without the
/// days off that the government transfers each year: [`WorkingCalendar::is_known`] tells them apart.
#[derive(Debug, Clone, Deserialize)]
pub struct WorkingCalendar {
    years: BTreeMap<i16, Year>,
}

#[derive(Debug, Clone, Deserialize)]
struct Year {
    holidays: BTreeSet<Date>,
    working_weekend_days: BTreeSet<Date>,
}

/// The text is not a working calendar.
#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// The JSON lacks a field or holds something that is not a date.
    #[error("the calendar is malformed: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The date stands under another year.
    #[error("{date} does not belong to {year}")]
    ForeignDate {
        /// The misplaced date.
        date: Date,
        /// The year that lists it.
        year: i16,
    },
    /// The date is listed as a working weekend day but is no weekend day, or is a holiday too.
    #[error("{date} cannot be a working weekend day")]
    NotWorkingWeekend {
        /// The contradictory date.
        date: Date,
    },
}

impl WorkingCalendar {
    /// The built-in Russian calendar, read once.
    pub fn russian() -> &'static Self {
        &RUSSIAN
    }

    /// Reads `{"years": {"2026": {"holidays": [...], "working_weekend_days": [...]}}}` and refuses contradictions.
    pub fn from_json(text: &str) -> Result<Self, CalendarError> {
        let calendar: Self = serde_json::from_str(text)?;
        calendar.years.iter().try_for_each(|(number, year)| year.check(*number))?;
        Ok(calendar)
    }

    /// Whether the year's transferred days off and working weekend days are in the data.
    pub fn is_known(&self, year: i16) -> bool {
        self.years.contains_key(&year)
    }

    /// Whether people work on this day.
    pub fn is_working_day(&self, date: Date) -> bool {
        match self.years.get(&date.year()) {
            Some(year) if is_weekend(date) => year.working_weekend_days.contains(&date),
            Some(year) => !year.holidays.contains(&date),
            None => !is_weekend(date) && !is_fixed_holiday(date),
        }
    }

    /// The last day of a term of `n` working days that was set off on `date`.
    ///
    /// The term starts on the next working day, which is its first; a term of no days ends on `date` itself. Stops at
    /// the calendar's end, the year 9999.
    #[must_use]
    pub fn add_working_days(&self, date: Date, n: u32) -> Date {
        days_after(date).filter(|day| self.is_working_day(*day)).zip(0..n).last().map_or(date, |(day, _)| day)
    }

    /// The working day that lies `n` working days before `date`; `date` itself for none.
    ///
    /// Stops at the calendar's beginning, the year -9999.
    #[must_use]
    pub fn subtract_working_days(&self, date: Date, n: u32) -> Date {
        days_before(date)
            .filter(|day| self.is_working_day(*day))
            .zip(0..n)
            .last()
            .map_or(date, |(day, _)| day)
    }

    /// How many working days lie behind `start` up to and including `end`: the term that ends on `end`.
    pub fn working_days_between(&self, start: Date, end: Date) -> u32 {
        let days = days_after(start).take_while(|day| *day <= end);
        days.map(|day| u32::from(self.is_working_day(day))).sum()
    }

    /// The day itself if it is worked, otherwise the next working day.
    ///
    /// So ends a term counted in calendar days (Civil Code, article 193).
    #[must_use]
    pub fn roll_forward(&self, date: Date) -> Date {
        if self.is_working_day(date) { date } else { self.add_working_days(date, 1) }
    }

    /// The moment when a term of `working_days` set off at `start` is over: 24:00 of its last day in `tz`.
    ///
    /// The day of `start` is the one that the clocks in `tz` show. What happens at the returned moment is late. Stops
    /// at the calendar's end, the year 9999.
    pub fn deadline(&self, start: Timestamp, working_days: u32, tz: &TimeZone) -> Timestamp {
        let start = jiff::Timestamp::from_microsecond(start.micros())
            .expect("a timestamp holds only microseconds that jiff has accepted");
        let last = self.add_working_days(tz.to_datetime(start).date(), working_days);
        let end = last.tomorrow().and_then(|next| next.to_zoned_datetime(tz.clone()));
        end.map_or(jiff::Timestamp::MAX, |end| end.timestamp()).into()
    }
}

impl Year {
    fn check(&self, number: i16) -> Result<(), CalendarError> {
        let mut dates = self.holidays.iter().chain(&self.working_weekend_days);
        if let Some(&date) = dates.find(|date| date.year() != number) {
            return Err(CalendarError::ForeignDate { date, year: number });
        }
        let contradiction = |date: &&Date| !is_weekend(**date) || self.holidays.contains(*date);
        match self.working_weekend_days.iter().find(contradiction) {
            Some(&date) => Err(CalendarError::NotWorkingWeekend { date }),
            None => Ok(()),
        }
    }
}

fn days_after(date: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(date.tomorrow().ok(), |day| day.tomorrow().ok())
}

fn days_before(date: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(date.yesterday().ok(), |day| day.yesterday().ok())
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The holidays of article 112 of the Labour Code.
fn is_fixed_holiday(date: Date) -> bool {
    matches!((date.month(), date.day()), (1, 1..=8) | (2, 23) | (3, 8) | (5, 1 | 9) | (6, 12) | (11, 4))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn works(year: i16, month: i8, day: i8) -> bool {
        WorkingCalendar::russian().is_working_day(date(year, month, day))
    }

    fn term(from: Date, n: u32) -> Date {
        WorkingCalendar::russian().add_working_days(from, n)
    }

    fn moment(text: &str) -> Timestamp {
        text.parse().expect("RFC 3339")
    }

    #[test]
    fn the_years_have_as_many_working_days_as_the_official_calendars() {
        for (year, expected) in [(2024, 248), (2025, 247), (2026, 247), (2027, 247)] {
            assert!(WorkingCalendar::russian().is_known(year));
            let days = days_after(date(year - 1, 12, 31)).take_while(|day| day.year() == year);
            assert_eq!(
                days.filter(|day| WorkingCalendar::russian().is_working_day(*day)).count(),
                expected,
                "{year}"
            );
        }
    }

    #[test]
    fn holidays_transfers_and_working_saturdays_follow_the_decrees() {
        assert!(!works(2026, 1, 8) && !works(2026, 1, 9) && works(2026, 1, 12));
        assert!(!works(2025, 5, 2) && !works(2025, 5, 8) && works(2025, 5, 7));
        assert!(!works(2025, 11, 3) && works(2025, 11, 1));
        assert!(works(2024, 4, 27) && !works(2024, 4, 29) && works(2024, 12, 28) && !works(2024, 12, 31));
        assert!(works(2024, 2, 29) && !works(2024, 3, 2));
    }

    #[test]
    fn a_term_starts_on_the_next_working_day_and_ends_on_its_last() {
        assert_eq!(term(date(2026, 11, 23), 0), date(2026, 11, 23));
        assert_eq!(term(date(2026, 11, 23), 1), date(2026, 11, 24));
        assert_eq!(term(date(2026, 11, 20), 5), date(2026, 11, 27));
        // Set off on a day off, it starts on the first working day all the same.
        assert_eq!(term(date(2026, 11, 21), 1), date(2026, 11, 23));
        // Over the New Year holidays, a leap day and working Saturdays.
        assert_eq!(term(date(2025, 12, 30), 1), date(2026, 1, 12));
        assert_eq!(term(date(2024, 2, 28), 2), date(2024, 3, 1));
        assert_eq!(term(date(2024, 4, 26), 2), date(2024, 5, 2));
        assert_eq!(term(date(2024, 12, 27), 2), date(2025, 1, 9));
        assert_eq!(term(Date::MAX, 3), Date::MAX);
    }

    #[test]
    fn a_calendar_term_that_ends_on_a_day_off_moves_to_the_next_working_day() {
        let rolled = |day| WorkingCalendar::russian().roll_forward(day);
        assert_eq!(rolled(date(2026, 1, 1)), date(2026, 1, 12));
        assert_eq!(rolled(date(2026, 5, 9)), date(2026, 5, 12));
        assert_eq!(rolled(date(2025, 11, 1)), date(2025, 11, 1));
        assert_eq!(rolled(date(2026, 11, 23)), date(2026, 11, 23));
    }

    #[test]
    fn unknown_years_have_weekends_and_the_statutory_holidays_only() {
        assert!(!WorkingCalendar::russian().is_known(2031));
        assert!(!works(2031, 1, 8) && works(2031, 1, 9));
        assert!(!works(2031, 6, 12) && works(2031, 6, 13) && !works(2031, 6, 14));
        assert!(!works(2031, 11, 4) && works(2031, 5, 8));
        assert!(works(2028, 2, 29));
        assert_eq!(term(date(2027, 12, 30), 1), date(2028, 1, 10));
    }

    #[test]
    fn a_term_ends_at_midnight_in_the_region_of_the_client() {
        let zone = |name| TimeZone::get(name).expect("the bundled time zone database has it");
        let end = |start, zone: &TimeZone| WorkingCalendar::russian().deadline(moment(start), 5, zone);
        let start = "2026-11-20T09:00:00Z";
        assert_eq!(end(start, &zone("Europe/Moscow")), moment("2026-11-27T21:00:00Z"));
        assert_eq!(end(start, &zone("Europe/Kaliningrad")), moment("2026-11-27T22:00:00Z"));
        assert_eq!(end(start, &zone("Asia/Kamchatka")), moment("2026-11-27T12:00:00Z"));
        // Friday noon in Greenwich is Saturday already in Kamchatka: the first day stays Monday.
        assert_eq!(end("2026-11-20T12:30:00Z", &zone("Asia/Kamchatka")), moment("2026-11-27T12:00:00Z"));
        // Thursday evening in Moscow, Friday in Kamchatka: there the term starts and ends a day later.
        assert_eq!(end("2026-11-19T15:00:00Z", &zone("Europe/Moscow")), moment("2026-11-26T21:00:00Z"));
        assert_eq!(end("2026-11-19T15:00:00Z", &zone("Asia/Kamchatka")), moment("2026-11-27T12:00:00Z"));
    }

    #[test]
    fn a_contradictory_calendar_is_refused() {
        let read = |holidays: &str, working: &str| {
            let year = format!(r#"{{"holidays": [{holidays}], "working_weekend_days": [{working}]}}"#);
            WorkingCalendar::from_json(&format!(r#"{{"years": {{"2026": {year}}}}}"#))
        };
        assert!(read("", "\"2026-11-21\"").is_ok_and(|calendar| calendar.is_working_day(date(2026, 11, 21))));
        assert!(matches!(read("\"2025-01-01\"", ""), Err(CalendarError::ForeignDate { year: 2026, .. })));
        assert!(matches!(read("", "\"2026-11-23\""), Err(CalendarError::NotWorkingWeekend { .. })));
        assert!(matches!(
            read("\"2026-11-21\"", "\"2026-11-21\""),
            Err(CalendarError::NotWorkingWeekend { .. })
        ));
        assert!(matches!(read("\"2026-02-30\"", ""), Err(CalendarError::Malformed(_))));
        assert!(matches!(WorkingCalendar::from_json("{}"), Err(CalendarError::Malformed(_))));
    }
}
