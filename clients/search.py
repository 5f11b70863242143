"""Finding a client from a few letters of a name, some digits of a number, or an address."""

from __future__ import annotations

from clients.models import Client


def find(text: str, *, limit: int = 20) -> list[Client]:
    """Return the clients that every word of `text` fits, merged ones left out (one query).

    Letters are parts of names, whatever their case and accents; digits are part of the telephone
    number, however they are spaced; what has an @ or a dot is part of the e-mail address. Two
    letters find beginnings of names, three also the inside of words. Names that begin with what
    was typed come first, then names with such words, each by name. Shorter text finds nobody.
    """
    raise NotImplementedError
