"""Text that has broken programs before: for every field of every form and call.

`TEXTS` are strings, `BODIES` are bytes in the place of a JSON body.
"""

# ruff: noqa: RUF001 (what looks like another character is here on purpose)

from __future__ import annotations

import json

_CONTROLS = [f"a{chr(code)}b" for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))]
_INVISIBLE = [
    f"a{character}b"
    for character in "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b"
    "\u202c\u202d\u202e\u2060\u2061\u2066\u2067\u2068\u2069\ufeff\ufff9\ufffb\ufffc\ufffd\uffff"
]
_SURROGATES = ["\ud800", "\udfff", "a\ud83d", "\udc00\ud800", "\udbff\udfff\ud800"]
_BEYOND = ["\U000e0001", "\U000f0000", "\U0010ffff", "\U0001d173", "\ue000"]
_EMOJI = [
    "👩‍⚕️",
    "👨‍👩‍👧‍👦",
    "🏳️‍🌈",
    "🇨🇦",
    "🧖🏽‍♀️",
    "1️⃣",
    "💉" * 60,
]
_SCRIPTS = [
    "محمد",
    "שרה כהן",
    "田中 美衣",
    "ประเสริฐ",
    "Ζωή",
    "Łukasz Żółć",
    "İstanbul ıI",
    "ﬁancée",
    "ẛ̣",
    "\ufb2c" * 120,
    "Z̷̡̛͚̊a̸͎̔l̶̰̈g̴̹̈́o̵͉͐",
    "a" + "\u0301" * 119,
    "ｆｕｌｌｗｉｄｔｈ",
    "Ａ" * 60,
    "٠١٢٣٤٥٦٧٨٩",
    "𝟘𝟙𝟚",
    "½²③",
]
_SQL = [
    "'",
    "''",
    "' OR '1'='1",
    "'; DROP TABLE bookings_booking; --",
    "\\'; SELECT pg_sleep(10); --",
    "1; COPY clinic_user TO PROGRAM 'id'",
    '" OR ""="',
    "%' AND 1=1 --",
    "$$x$$",
    "E'\\000'",
    "/**/UNION/**/SELECT/**/1",
    "\\x00",
]
_HTML = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;b&gt;",
    "&#0;",
    "<!--",
    "]]>",
    "<![CDATA[",
    "<a href='//evil.example'>x</a>",
]
_TEMPLATES = [
    "{{ 7*7 }}",
    "{% debug %}",
    "${7*7}",
    "#{7*7}",
    "{{ request.user.password }}",
    "{0.__class__}",
    "{sentence}",
    "{",
    "}",
    "{}{}{}",
    "%s%s%s%n",
    "%(sentence)s",
    "%",
    "%d",
    "%%",
    "%00",
    "%2e%2e%2f",
]
_PATHS = [
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/dev/null",
    "file:///etc/passwd",
    "CON",
    "NUL",
    ".",
    "..",
    "~",
    "`id`",
    "$(id)",
    "| id",
    "; id",
    "a\r\nSet-Cookie: x=1",
    "a\nBcc: x@example.org",
    "http://169.254.169.254/latest/",
    "jndi:${jndi:ldap://x}",
]
_WORDS = [
    "",
    " ",
    "\t",
    "\n",
    "null",
    "None",
    "undefined",
    "true",
    "false",
    "NaN",
    "Infinity",
    "-Infinity",
    "nil",
    "[]",
    "any",
    "ANY",
    "constructor",
    "__proto__",
    "__class__",
    "toString",
    "yes",
    "unsure",
    "none",
]
_NUMBERS = [
    "0",
    "-1",
    "-0",
    "1e309",
    "1e-400",
    "0x10",
    "1_000",
    "١٢",
    "9" * 400,
    "2147483648",
    "9223372036854775808",
    "0.1",
    ".5",
    "１",
]
_TIMES = [
    "0000-00-00",
    "0000-01-01T00:00:00Z",
    "2027-02-29",
    "2027-13-01",
    "9999-12-31",
    "10000-01-01",
    "-0001-01-01",
    "2027-03-14T02:30:00-05:00",
    "2027-03-08T10:00:60Z",
    "2027-03-08T10:00:00+99:99",
    "2027-03-08T24:00:00Z",
    "2027-03-08T10:00:00.999999999999Z",
    "2027-W10-1",
    "20270308T100000Z",
    "2027-03-08T10:00:00Z\n",
]
_LONG = ["x" * 201, "x" * 5_000, "é" * 2_000, " " * 3_000, "a@" + "b" * 260 + ".org", "1" * 41]

TEXTS: list[str] = [
    *(*_CONTROLS, *_INVISIBLE, *_SURROGATES, *_BEYOND, *_EMOJI, *_SCRIPTS, *_SQL, *_HTML),
    *(*_TEMPLATES, *_PATHS, *_WORDS, *_NUMBERS, *_TIMES, *_LONG),
]

# What a field may hold in JSON that is no text.
VALUES: list[object] = [
    None,
    True,
    False,
    0,
    -1,
    3.5,
    10**300,
    [],
    {},
    [[]],
    ["yes"],
    [None] * 200,
    {"": ""},
    {"items": {}},
    {"items": {"": None}},
    {"items": []},
    {"items": {"botulinum": {"date": "2027-01-01"}}},
    {"value": "yes"},
    {"value": "yes", "date": 5},
    {"value": ["yes"], "date": "unsure"},
    {"__proto__": {"x": 1}},
    {str(number): number for number in range(300)},
]

_DEEP = 50_000
BODIES: list[bytes] = [
    b"",
    b" ",
    b"null",
    b"true",
    b"0",
    b'""',
    b"[]",
    b"{}",
    b"{",
    b"[" * _DEEP,
    b"[" * 900 + b"]" * 900,
    b'{"a":' * 20 + b"1" + b"}" * 20,
    b'{"answers":' + b'{"a":' * 900 + b"1" + b"}" * 901,
    b"NaN",
    b'{"starts_at": NaN}',
    b'{"answers": {"a": Infinity}}',
    b'{"answers": {"a": -Infinity}}',
    b'{"answers": {"a": 1e999}}',
    b'{"answers": {"a": ' + b"9" * 5_000 + b"}}",
    b'{"treatment": "facial", "treatment": "first"}',
    b'{"client": {"name": "a", "name": "b"}}',
    b'{"reason": "a", "reason": "b"}',
    b'{"client": "\\ud800"}',
    b'{"\\udfff": 1}',
    b'{"client": "\\u0000"}',
    b'{"client": "\xff\xfe"}',
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b"\x00",
    b"{'a': 1}",
    b'{"a": 1,}',
    b'{"a": 1} {"b": 2}',
    b'{"a": "\n"}',
    b"<?xml version='1.0'?><a/>",
    b"treatment=facial",
    b'{"reason": "\\uD83D\\uDC89"}',
    json.dumps({"x" * 1000: 1}).encode(),
    json.dumps({str(number): number for number in range(2_000)}).encode(),
]

__all__ = ["BODIES", "TEXTS", "VALUES"]
