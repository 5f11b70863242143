"""What an exported table says: its encoding, its headings, its dates, and files made to hurt."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings import csv_file
from bookings.import_rows import (
    CLINIKO,
    EASY,
    JANE,
    OTHER,
    Field,
    Options,
    Problem,
    RowInvalid,
    moment,
    read_row,
    recognised,
    system_of,
)

TORONTO = Options(ZoneInfo("America/Toronto"), "CA")
DAY_FIRST = Options(ZoneInfo("America/Toronto"), "CA", day_first=True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_encoding_and_delimiter_of_a_spreadsheet_is_read(encoding: str, delimiter: str) -> None:
    text = f'First Name{delimiter}Last Name\r\nZoë{delimiter}"Étienne{delimiter} the 2nd"\r\n\r\n'
    table = csv_file.read(text.encode(encoding))
    assert table.headings == ["First Name", "Last Name"]
    assert [row[0] for row in table.rows] == ["Zoë"]
    assert table.rows[0][1].startswith("Étienne")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "EMPTY"),
        (b"\r\n \n", "EMPTY"),
        (b"PK\x03\x04\x00\x00", "NOT_TEXT"),
        (b"\xff\xfe\x00", "NOT_TEXT"),
        (b"a,b\n1," + b"x" * 200_000, "BROKEN"),
        (b"x" * 200_000, "BROKEN"),
        (b'a,"' + b"x" * 200_000, "BROKEN"),
        (b",".join([b"x"] * 201), "TOO_MANY_COLUMNS"),
        (b"a\n" + b"1\n" * (csv_file.MOST_ROWS + 1), "TOO_MANY_ROWS"),
        (b"x" * (csv_file.MOST_BYTES + 1), "TOO_LONG"),
    ],
)
def test_a_file_made_to_hurt_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(csv_file.Unreadable) as refused:
        csv_file.read(data)
    assert refused.value.why == why


@given(st.binary(max_size=400))
def test_whatever_is_uploaded_is_a_table_or_refused(data: bytes) -> None:
    try:
        table = csv_file.read(data)
    except csv_file.Unreadable:
        return
    assert all(len(row) == len(table.headings) for row in table.rows)
    assert not any("\x00" in cell for row in table.rows for cell in row)


@pytest.mark.parametrize(
    ("headings", "system", "fields"),
    [
        (
            "Patient Number,First Name,Last Name,Email,Mobile Phone,Home Phone",
            JANE,
            {"client_id", "first_name", "last_name", "email", "phone", "other_phone"},
        ),
        (
            "Patient Number,Patient Name,Staff Member,Treatment,Start At,End At,State",
            JANE,
            {"client_id", "name", "practitioner", "treatment", "starts", "ends", "state"},
        ),
        (
            "Patient ID,First name,Last name,Email,Mobile phone number",
            CLINIKO,
            {"client_id", "first_name", "last_name", "email", "phone"},
        ),
        (
            "Patient,Practitioner,Appointment type,Starts at,Ends at,Appointment ID",
            CLINIKO,
            {"name", "practitioner", "treatment", "starts", "ends", "booking_id"},
        ),
        (
            "id,start_datetime,end_datetime,id_users_customer,id_services,id_users_provider",
            EASY,
            {"booking_id", "starts", "ends", "client_id", "treatment", "practitioner"},
        ),
        ("Nom,Courriel", OTHER, set()),
    ],
)
def test_the_headings_of_other_systems_are_known(
    headings: str, system: str, fields: set[str]
) -> None:
    words = headings.split(",")
    assert system_of(words) == system
    assert {field.value for field in recognised(words)} == fields


@pytest.mark.parametrize(
    ("typed", "options"),
    [
        ("2027-03-08 10:00", TORONTO),
        ("2027-03-08T10:00:00", TORONTO),
        ("2027-03-08T15:00:00Z", TORONTO),
        ("2027-03-08 10:00:00 -0500", TORONTO),
        ("3/8/2027 10:00 AM", TORONTO),
        ("8/3/2027 10:00", DAY_FIRST),
        ("08.03.2027, 10:00", DAY_FIRST),
        ("Mon, 8 Mar 2027 10:00am", TORONTO),
        ("March 8th, 2027 at 10:00 a.m.", TORONTO),
    ],
)
def test_a_start_is_the_same_however_it_is_written(typed: str, options: Options) -> None:
    assert moment(typed, options) == datetime(2027, 3, 8, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed", ["tomorrow", "2027-02-30 10:00", "13/13/2027 10:00", "2027-03-08", "8 Foo 2027 9:00", "2027-03-08 25:00", ""]
)  # fmt: skip
def test_what_is_no_start_is_refused(typed: str) -> None:
    with pytest.raises(RowInvalid) as refused:
        moment(typed, TORONTO)
    assert refused.value.problem is Problem.START


def test_an_hour_the_clock_skips_is_refused_and_one_that_comes_twice_is_the_first() -> None:
    with pytest.raises(RowInvalid) as refused:
        moment("2027-03-14 02:30", TORONTO)
    assert refused.value.problem is Problem.SKIPPED_HOUR
    twice = moment("2027-11-07 01:30", TORONTO)
    assert twice == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)


def row(**values: str) -> dict[str, str]:
    return {"name": "Ana Silva", **values}


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"name": ""}, Problem.NO_NAME),
        ({"name": "--"}, Problem.NO_NAME),
        ({"name": "n" * 121}, Problem.NAME_TOO_LONG),
        ({"email": "ana@"}, Problem.EMAIL),
        ({"email": "a@b.c, d@e.f"}, Problem.EMAIL),
        ({"phone": "12"}, Problem.PHONE),
        ({"day": "2027-03-08"}, Problem.NO_START),
        ({"starts": "soon"}, Problem.START),
        ({"starts": "2027-03-08 10:00", "ends": "9:00"}, Problem.ENDS),
        ({"starts": "2027-03-08 10:00", "ends": "2027-03-10 10:00"}, Problem.ENDS),
    ],
)
def test_a_row_that_cannot_be_read_says_why(values: dict[str, str], problem: Problem) -> None:
    with pytest.raises(RowInvalid) as refused:
        read_row(row(**values), TORONTO)
    assert refused.value.problem is problem


def test_a_row_is_read() -> None:
    said = read_row(
        {
            Field.FIRST_NAME: " Ana ",
            Field.LAST_NAME: "Silva\u202e",
            Field.EMAIL: "ANA@example.org",
            Field.OTHER_PHONE: "'(416) 555-0123",
            Field.DAY: "2027-03-08",
            Field.TIME: "10am",
            Field.ENDS: "10:50",
            Field.STATE: "Cancelled by client",
        },
        TORONTO,
    )
    assert (said.name, said.email, said.phone) == ("Ana Silva", "ana@example.org", "+14165550123")
    assert said.starts_at == datetime(2027, 3, 8, 15, 0, tzinfo=UTC)
    assert said.ends_at == datetime(2027, 3, 8, 15, 50, tzinfo=UTC)
    assert said.is_off


@given(st.dictionaries(st.sampled_from([field.value for field in Field]), st.text(max_size=40)))
def test_any_row_is_read_or_refused(values: dict[str, str]) -> None:
    try:
        said = read_row(values, TORONTO)
    except RowInvalid:
        return
    assert len(said.name) <= 120
