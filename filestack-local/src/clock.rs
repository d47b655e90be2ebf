//! The wall clock in the shapes that the wire contract uses.

use std::time::{SystemTime, UNIX_EPOCH};

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

/// Milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

/// Seconds since the Unix epoch.
pub(crate) fn now_seconds() -> i64 {
    now_ms() / 1000
}

/// `YYYYMMDDTHHMMSSZ`, the form of the `x-amz-date` header.
pub(crate) fn amz_date(unix_seconds: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(unix_seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        moment.year(),
        u8::from(moment.month()),
        moment.day(),
        moment.hour(),
        moment.minute(),
        moment.second()
    )
}

/// `YYYY-MM-DDTHH:MM:SSZ`
pub(crate) fn rfc3339(unix_seconds: i64) -> String {
    let date = amz_date(unix_seconds);
    let piece = |range: std::ops::Range<usize>| date.get(range).unwrap_or_default();
    format!("{}-{}-{}T{}:{}:{}Z", piece(0..4), piece(4..6), piece(6..8), piece(9..11), piece(11..13), piece(13..15))
}

/// Reads what [`amz_date`] writes; `None` for anything else.
pub(crate) fn parse_amz_date(text: &str) -> Option<i64> {
    let digits = |range: std::ops::Range<usize>| -> Option<u16> {
        let field = text.get(range)?;
        field.bytes().all(|byte| byte.is_ascii_digit()).then(|| field.parse().ok()).flatten()
    };
    if text.len() != 16 || text.get(8..9) != Some("T") || text.get(15..16) != Some("Z") {
        return None;
    }
    let small = |range| digits(range).and_then(|value| u8::try_from(value).ok());
    let month = Month::try_from(small(4..6)?).ok()?;
    let date = Date::from_calendar_date(i32::from(digits(0..4)?), month, small(6..8)?).ok()?;
    let time = Time::from_hms(small(9..11)?, small(11..13)?, small(13..15)?).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amz_dates_are_read_back() {
        assert_eq!(amz_date(1_369_353_600), "20130524T000000Z");
        assert_eq!(parse_amz_date("20130524T000000Z"), Some(1_369_353_600));
        assert_eq!(parse_amz_date(&amz_date(1_893_456_059)), Some(1_893_456_059));
    }

    #[test]
    fn dates_have_dashes_and_colons() {
        assert_eq!(rfc3339(1_369_353_600), "2013-05-24T00:00:00Z");
        assert_eq!(rfc3339(1_893_456_059), "2030-01-01T00:00:59Z");
    }

    #[test]
    fn malformed_amz_dates_are_refused() {
        for text in ["", "20130524", "20131324T000000Z", "2013+524T000000Z", "20130524t000000Z", "20130524T000000Zé"] {
            assert_eq!(parse_amz_date(text), None, "{text}");
        }
    }
}
