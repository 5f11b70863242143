"""Days on which a wall clock does something odd, and zones in which it never does."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

TORONTO = "America/Toronto"
LONDON = "Europe/London"
LORD_HOWE = "Australia/Lord_Howe"
KOLKATA = "Asia/Kolkata"
APIA = "Pacific/Apia"
SAO_PAULO = "America/Sao_Paulo"
ST_JOHNS = "America/St_Johns"

# Zone, date, minutes by which the local date is longer than 24 hours, where the clock is changed.
CHANGES = [
    (TORONTO, date(2026, 3, 8), -60),
    (TORONTO, date(2026, 11, 1), 60),
    (LONDON, date(2026, 3, 29), -60),
    (LONDON, date(2026, 10, 25), 60),
    (LORD_HOWE, date(2026, 4, 5), 30),
    (LORD_HOWE, date(2026, 10, 4), -30),
    ("Antarctica/Troll", date(2026, 3, 29), -120),
    ("Antarctica/Troll", date(2026, 10, 25), 120),
    ("Pacific/Chatham", date(2026, 4, 5), 60),
    ("Africa/Casablanca", date(2026, 2, 15), 60),
    ("Africa/Casablanca", date(2026, 3, 22), -60),
    # Midnight itself does not exist, or comes twice; the last hour of a date comes twice.
    (SAO_PAULO, date(2018, 11, 4), -60),
    (SAO_PAULO, date(2019, 2, 16), 60),
    ("America/Havana", date(2026, 3, 8), -60),
    ("America/Havana", date(2026, 11, 1), 60),
    # A minute past midnight the clock goes back into the date before: two dates interleave.
    (ST_JOHNS, date(2010, 11, 6), 59),
    (ST_JOHNS, date(2010, 11, 7), 1),
    # The date between these two was skipped whole.
    (APIA, date(2011, 12, 29), 0),
    (APIA, date(2011, 12, 30), -1440),
    (APIA, date(2011, 12, 31), 0),
    # A date that came twice.
    ("Pacific/Kwajalein", date(1969, 9, 30), 1380),
]
QUIET = [
    (KOLKATA, date(2026, 3, 8), 0),
    ("Asia/Kathmandu", date(2026, 11, 1), 0),
    ("UTC", date(2028, 2, 29), 0),
]

# Mostly days like those above, at times any date of any of the zones.
ZONES = sorted({zone for zone, _day, _longer in CHANGES + QUIET})
places_and_days = st.one_of(
    st.sampled_from(CHANGES).map(lambda change: change[:2]),
    st.sampled_from(CHANGES + QUIET).map(lambda change: change[:2]),
    st.tuples(st.sampled_from(ZONES), st.dates(date(1975, 1, 1), date(2037, 12, 25))),
)
