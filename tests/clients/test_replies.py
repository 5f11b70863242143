"""What short text messages mean: only what says nothing else is acted upon by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.replies import LONGEST, Heard, Meaning, cleaned, heard


@pytest.mark.parametrize(
    ("text", "meaning", "language"),
    [
        ("YES", "YES", "en-ca"),
        (" yes! ", "YES", "en-ca"),
        ("Yes please", "YES", "en-ca"),
        ("yes, I\u2019ll be there", "YES", "en-ca"),
        ("Oui merci", "YES", "fr-ca"),
        ("OUI.", "YES", "fr-ca"),
        ("Confirmé", "YES", "fr-ca"),
        ("\U0001f44d\U0001f3fd", "YES", ""),
        ("Y", "YES", ""),
        ("ok", "YES", ""),
        ("C", "CHANGE", ""),
        ("Change", "CHANGE", "en-ca"),
        ("no", "CHANGE", "en-ca"),
        ("Déplacer svp", "CHANGE", "fr-ca"),
        ("cancel", "CHANGE", "en-ca"),
        ("STOP", "STOP", ""),
        ("stop.", "STOP", ""),
        ("Stop texting me", "STOP", ""),
        ("ARRÊT", "STOP", "fr-ca"),
        ("arret", "STOP", "fr-ca"),
        ("Unsubscribe", "STOP", "en-ca"),
        ("opt-out", "STOP", ""),
        ("START", "START", ""),
        ("yes but can I come an hour later", "OTHER", ""),
        ("Yes and stop", "OTHER", ""),
        ("stop by tomorrow?", "OTHER", ""),
        ("I can't, my child is ill", "OTHER", ""),
        ("", "OTHER", ""),
        ("\u200b", "OTHER", ""),
        ("?!", "OTHER", ""),
    ],
)
def test_a_short_message_is_understood(text: str, meaning: str, language: str) -> None:
    assert heard(text) == Heard(Meaning(meaning), language)


@given(st.text(max_size=200))
def test_any_text_is_something_and_is_kept_without_what_cant_be_seen(text: str) -> None:
    assert heard(text).meaning in Meaning
    kept = cleaned(text * 20)
    assert len(kept) <= LONGEST
    assert all(c == "\n" or c.isprintable() or c.isspace() for c in kept)
    assert "\x00" not in kept
