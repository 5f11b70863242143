"""How long the desk waits for a client among many: the kinds of things people type."""

from __future__ import annotations

import statistics
from time import perf_counter

from benchmarks.measure import Line, at_most, line
from benchmarks.stage import TINY, Stage

SECTION = "search"
MANY, FEW = 200_000, 300
TIMES = 15
MOST_MS = 50

# First names and surnames are drawn so that common ones are common: a name of 60 by one of 900.
_FILL = """
INSERT INTO clients_client (uid, name, name_key, email, phone, status, language, created_at)
SELECT gen_random_uuid(), initcap(whole), whole,
       replace(whole, ' ', '.') || n || '@' || (ARRAY['example.org', 'linden.example', 'mail.example'])[1 + n %% 3],
       CASE WHEN n %% 9 = 0 THEN '' ELSE '+1416' || lpad((n * 7919 %% 10000000)::text, 7, '0') END,
       'ACTIVE', 'en-ca', now()
  FROM (SELECT n, (ARRAY['ana','bo','chloe','daniel','etienne','fatima','grace','hugo','ines','jonas'])[1 + n %% 10]
                  || chr(97 + n %% 6) || ' '
                  || (ARRAY['sil','rama','koz','berg','oka','tana','reye','haddad','moor','nova'])[1 + (n / 7) %% 10]
                  || (ARRAY['va','n','ski','for','ka','ra','sen','li','er'])[1 + (n / 71) %% 9]
                  || chr(97 + (n / 640) %% 10) AS whole
          FROM generate_series(1, %(many)s) n) made
"""
ASKED = {
    "the beginning of a first name": ["ana", "bo", "chl"],
    "a whole name": ["anaa silva", "hugo berg", "ines tana"],
    "part of a surname": ["tanaka", "addad", "kozsk"],
    "first name and part of a surname": ["grace oka", "daniel nov", "jonas ree"],
    "part of a number": ["5550", "4167919", "416 123"],
    "part of an address": ["@linden.example", "ana.b", "berg1@"],
    "nobody": ["zzyzx", "quetzalcoatl", "999999999"],
}


def run(it: Stage) -> list[Line]:
    """Fill a database with clients and time each kind of search."""
    from django.db import connection

    from clients import search

    it.database("search")
    many = FEW if it.scale is TINY else MANY
    with connection.cursor() as cursor:
        cursor.execute(_FILL, {"many": many})
        cursor.execute("VACUUM ANALYZE clients_client")
    lines = []
    for kind, texts in ASKED.items():
        took = []
        for _ in range(TIMES):
            for text in texts:
                began = perf_counter()
                search.find(text, limit=20)
                took.append((perf_counter() - began) * 1000)
        took.sort()
        middle, late = statistics.median(took), took[int(len(took) * 0.95)]
        lines += [
            line(SECTION, f"{kind}, p50", [middle], "ms", at_most(MOST_MS, " ms")),
            line(SECTION, f"{kind}, p95", [late], "ms", at_most(MOST_MS, " ms")),
        ]
    connection.close()
    return lines
