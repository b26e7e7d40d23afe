//! When duties fall due: the days of a schedule, moved to working days.

use jiff::{Span, civil::Date};
use serde_json::Value;

use super::Profile;
use crate::{
    calendar::WorkingCalendar,
    requirement::model::{After, Every, Schedule},
};

/// What a term counts from where the business or an authority tells of an event.
pub const CHANGE: &str = "change";

/// One falling due of a duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// The period in which its day lies by the law, before it moves to a working day: `2027`, `2027-Q1`, `2027-03`, a day
    /// where it falls due more than once a month, or the day that started a term.
    pub period: String,
    /// The last day, a working day.
    pub due_on: Date,
}

/// What falls due from `from` to `to`, in order. A term that only an event starts has nothing.
pub fn occurrences(
    schedule: &Schedule,
    calendar: &WorkingCalendar,
    profile: &Profile,
    (from, to): (Date, Date),
) -> Vec<Occurrence> {
    let found: Vec<Occurrence> = match schedule {
        Schedule::Every(every) => {
            // No rest lasts a month, so a day of the month before may move into the window and no earlier one.
            let first = from.first_of_month().saturating_sub(Span::new().months(1));
            let months = std::iter::successors(Some(first), |month| {
                let next = month.saturating_add(Span::new().months(1));
                (next > *month && next <= to).then_some(next)
            });
            let days = months.flat_map(|month| days_of(every, month));
            days.map(|day| Occurrence { period: period(every, day), due_on: calendar.roll_forward(day) })
                .collect()
        }
        Schedule::After(after) => {
            let started = started_on(after, profile).into_iter();
            let made =
                |day: Date| Occurrence { period: day.to_string(), due_on: end_of_term(after, calendar, day) };
            started.map(made).collect()
        }
    };
    found.into_iter().filter(|one| (from..=to).contains(&one.due_on)).collect()
}

/// The name of the period in which the day lies.
fn period(every: &Every, day: Date) -> String {
    let year = day.year();
    match every {
        Every::Year { .. } => format!("{year}"),
        Every::Quarter { .. } => format!("{year}-Q{}", (day.month() - 1) / 3 + 1),
        Every::Month { .. } => format!("{year}-{:02}", day.month()),
        Every::HalfMonth { .. } => day.to_string(),
    }
}

/// The last day of a term that an event on `start` began.
pub fn end_of_term(after: &After, calendar: &WorkingCalendar, start: Date) -> Date {
    if let Some(days) = after.working_days {
        return calendar.add_working_days(start, days);
    }
    let days = Span::new().days(after.calendar_days.unwrap_or(0));
    calendar.roll_forward(start.saturating_add(days))
}

/// The day of the profile that starts the term.
fn started_on(after: &After, profile: &Profile) -> Option<Date> {
    profile.get(&after.after).and_then(Value::as_str).and_then(|day| day.parse().ok())
}

/// The days of a recurring term in the month that begins on `month`.
fn days_of(every: &Every, month: Date) -> Vec<Date> {
    match every {
        Every::Year { month: only, day } => {
            on_day(month, *day).filter(|_| month.month() == *only).into_iter().collect()
        }
        Every::Quarter { month_of_quarter, day } => {
            let place = (month.month() - 1) % 3 + 1;
            on_day(month, *day).filter(|_| place == *month_of_quarter).into_iter().collect()
        }
        Every::Month { day } => on_day(month, *day).into_iter().collect(),
        Every::HalfMonth { days } => days.iter().filter_map(|day| on_day(month, *day)).collect(),
    }
}

/// A day of a month; of a shorter month the last one.
fn on_day(month: Date, day: i8) -> Option<Date> {
    Date::new(month.year(), month.month(), day.min(month.days_in_month())).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn days(schedule: Value, from: &str, to: &str) -> String {
        let schedule: Schedule = serde_json::from_value(schedule).expect("a schedule");
        let profile = json!({ "registered_on": "2026-12-10", "name": "ООО" });
        let window = (from.parse().expect("a day"), to.parse().expect("a day"));
        let calendar = WorkingCalendar::russian();
        let days = occurrences(&schedule, calendar, profile.as_object().expect("an object"), window);
        days.iter().map(|one| one.due_on.to_string()).collect::<Vec<_>>().join(" ")
    }

    /// Computed by hand from the calendar of 2026: New Year's holidays to 11 January, 9 March instead of Sunday the 8th,
    /// 11 May instead of Saturday the 9th, 31 December off.
    #[track_caller]
    fn fall_due(table: &[(Value, &str, &str, &str)]) {
        for (schedule, from, to, expected) in table {
            assert_eq!(days(schedule.clone(), from, to), *expected, "{schedule} from {from} to {to}");
        }
    }

    fn yearly(month: i8, day: i8) -> Value {
        json!({ "every": "year", "month": month, "day": day })
    }

    #[test]
    fn a_yearly_term_falls_due_on_a_working_day() {
        fall_due(&[
            // 25 March 2026 is a Wednesday; of 2028 the transfers are unknown, and the 25th is a Saturday.
            (yearly(3, 25), "2026-01-01", "2026-12-31", "2026-03-25"),
            (yearly(3, 25), "2028-01-01", "2028-12-31", "2028-03-27"),
            // A Sunday: 1 March 2026 moves to Monday; 1 January 2026 moves behind the holidays and the weekend.
            (yearly(3, 1), "2026-01-01", "2026-12-31", "2026-03-02"),
            (yearly(1, 1), "2026-01-01", "2026-12-31", "2026-01-12"),
            // 31 December 2025 is off: it moves into the window, behind the holidays of January.
            (yearly(12, 31), "2026-01-05", "2026-06-30", "2026-01-12"),
            // 29 February only in leap years, else the last day; 28 February 2026 is a Saturday.
            (yearly(2, 29), "2026-01-01", "2026-12-31", "2026-03-02"),
        ]);
    }

    #[test]
    fn a_period_is_named_by_the_day_of_the_law_not_by_the_working_day() {
        let periods = |schedule: Value, from: &str, to: &str| {
            let schedule: Schedule = serde_json::from_value(schedule).expect("a schedule");
            let window = (from.parse().expect("a day"), to.parse().expect("a day"));
            let found = occurrences(&schedule, WorkingCalendar::russian(), &Profile::new(), window);
            found.into_iter().map(|one| one.period).collect::<Vec<_>>().join(" ")
        };
        // 31 December 2025 is off and moves to 12 January 2026: it stays the duty of 2025.
        assert_eq!(periods(yearly(12, 31), "2026-01-05", "2026-06-30"), "2025");
        let quarterly = json!({ "every": "quarter", "month_of_quarter": 1, "day": 25 });
        assert_eq!(periods(quarterly, "2026-01-01", "2026-07-31"), "2026-Q1 2026-Q2 2026-Q3");
        assert_eq!(
            periods(json!({ "every": "month", "day": 10 }), "2026-01-01", "2026-02-28"),
            "2026-01 2026-02"
        );
        let twice = json!({ "every": "half_month", "days": [5, 20] });
        assert_eq!(periods(twice, "2026-02-01", "2026-02-28"), "2026-02-05 2026-02-20");
    }

    #[test]
    fn a_quarterly_term_falls_due_in_its_month_after_the_quarter() {
        let in_month = |place: i8| json!({ "every": "quarter", "month_of_quarter": place, "day": 25 });
        fall_due(&[
            (in_month(1), "2026-01-01", "2026-12-31", "2026-01-26 2026-04-27 2026-07-27 2026-10-26"),
            (in_month(2), "2026-01-01", "2026-12-31", "2026-02-25 2026-05-25 2026-08-25 2026-11-25"),
        ]);
    }

    #[test]
    fn a_monthly_term_falls_due_once_or_twice() {
        let monthly = |day: i8| json!({ "every": "month", "day": day });
        let twice = json!({ "every": "half_month", "days": [5, 20] });
        fall_due(&[
            (
                monthly(10),
                "2026-01-01",
                "2026-05-31",
                "2026-01-12 2026-02-10 2026-03-10 2026-04-10 2026-05-12",
            ),
            (monthly(31), "2026-02-02", "2026-05-05", "2026-02-02 2026-03-02 2026-03-31 2026-04-30"),
            (twice, "2026-01-01", "2026-02-28", "2026-01-12 2026-01-20 2026-02-05 2026-02-20"),
        ]);
    }

    #[test]
    fn a_term_after_a_day_of_the_profile_falls_due_once() {
        fall_due(&[
            // Thirty calendar days after 10 December are 9 January 2027, a Saturday; Monday is the 11th.
            (
                json!({ "after": "registered_on", "calendar_days": 30 }),
                "2026-12-01",
                "2027-03-01",
                "2027-01-11",
            ),
            // Seven working days after Thursday, 10 December 2026: 11, 14 to 18, 21.
            (
                json!({ "after": "registered_on", "working_days": 7 }),
                "2026-12-01",
                "2027-03-01",
                "2026-12-21",
            ),
            (json!({ "after": "change", "working_days": 7 }), "2026-12-01", "2027-03-01", ""),
            (json!({ "after": "name", "working_days": 7 }), "2026-12-01", "2027-03-01", ""),
        ]);
    }

    #[test]
    fn an_event_s_term_ends_on_a_working_day() {
        let calendar = WorkingCalendar::russian();
        let after = |given: Value| serde_json::from_value::<After>(given).expect("a term");
        let end = |given: Value, start: &str| {
            end_of_term(&after(given), calendar, start.parse().expect("a day")).to_string()
        };
        // Over New Year: 31 December is off, and so are 1 to 11 January.
        assert_eq!(end(json!({ "after": "change", "working_days": 1 }), "2025-12-30"), "2026-01-12");
        assert_eq!(end(json!({ "after": "change", "working_days": 3 }), "2026-04-30"), "2026-05-06");
        // 21 February is a Saturday, and Monday the 23rd a holiday.
        assert_eq!(end(json!({ "after": "change", "calendar_days": 10 }), "2026-02-11"), "2026-02-24");
    }

    #[test]
    fn every_day_of_every_schedule_is_a_working_day_within_its_window() {
        let calendar = WorkingCalendar::russian();
        let profile = Profile::new();
        let mut window: (Date, Date) =
            ("2024-01-01".parse().expect("a day"), "2024-03-31".parse().expect("a day"));
        for day in 1..=31 {
            let schedule = Schedule::Every(Every::HalfMonth { days: [day, 32 - day] });
            let found = occurrences(&schedule, calendar, &profile, window);
            let fits = |one: &Occurrence| {
                calendar.is_working_day(one.due_on) && (window.0..=window.1).contains(&one.due_on)
            };
            assert!(found.len() >= 5 && found.iter().all(fits), "{day}: {found:?}");
            window = (
                window.0.saturating_add(Span::new().days(40)),
                window.1.saturating_add(Span::new().days(40)),
            );
        }
    }
}
