"""The bytes of an e-mail: text, page and invite as parts, in the lines that servers take.

Put together by hand: what we send is always of the same shape, and the standard library's classes,
which can read and write every shape, cost as much for a message as all else that is done for it.
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping

from clients.channels.base import Invite, Letter

_END = b"\r\n"
# A line of a head is folded where it grows longer, if it has a space.
_FOLD = 76


def heads(values: Mapping[str, str]) -> bytes:
    """Return heads, ready to be followed by a body. Values are ASCII and one line; where they were
    encoded (RFC 2047), folded lines of theirs may stand in them."""
    return b"".join(_head(name, value) for name, value in values.items()) + _END


def _head(name: str, value: str) -> bytes:
    line = f"{name}: " + value.replace("\r\n", "\n").replace("\n ", " ").replace("\n", " ")
    folded = [line]
    while len(folded[-1]) > _FOLD:
        # Not after the name: some take a head without a first line for an empty one.
        at = folded[-1].rfind(" ", len(name) + 2 if len(folded) == 1 else 1, _FOLD)
        if at < 1:
            at = folded[-1].find(" ", _FOLD)
        if at < 1:
            break
        folded[-1:] = [folded[-1][:at], folded[-1][at:]]
    return "\r\n".join(folded).encode("ascii", "replace") + _END


def content(letter: Letter) -> tuple[str, bytes]:
    """Return the type and the body of a letter."""
    said = [
        _quoted('text/plain; charset="utf-8"', letter.text.encode()),
        _quoted('text/html; charset="utf-8"', letter.html.encode()),
    ]
    if letter.invite is None:
        return _joined("alternative", letter.reference, said)
    kind = f'text/calendar; method="{letter.invite.method}"; charset="utf-8"'
    said.append(_quoted(kind, letter.invite.body))
    inner, body = _joined("alternative", letter.reference, said)
    whole = heads({"Content-Type": inner, "MIME-Version": "1.0"}) + body
    return _joined("mixed", letter.reference, [whole, _attached(letter.invite)])


def _joined(kind: str, reference: str, parts: list[bytes]) -> tuple[str, bytes]:
    # "=_" can't occur in quoted-printable or base64, so no part needs to be searched for it.
    boundary = f"=_{kind}_{reference}"
    line = f"--{boundary}".encode()
    body = b"".join(line + _END + part + _END for part in parts) + line + b"--" + _END
    return f'multipart/{kind}; boundary="{boundary}"', body


def _quoted(kind: str, body: bytes) -> bytes:
    # Lines of text end in LF here and in CRLF on the wire.
    lines = binascii.b2a_qp(body.replace(b"\r\n", b"\n"), istext=True).replace(b"\n", _END)
    return (
        heads(
            {
                "Content-Type": kind,
                "MIME-Version": "1.0",
                "Content-Transfer-Encoding": "quoted-printable",
            }
        )
        + lines
    )


def _attached(invite: Invite) -> bytes:
    lines = (
        binascii.b2a_base64(invite.body[at : at + 57], newline=False)
        for at in range(0, len(invite.body), 57)
    )
    return heads(
        {
            "Content-Type": 'application/ics; name="invite.ics"',
            "MIME-Version": "1.0",
            "Content-Disposition": 'attachment; filename="invite.ics"',
            "Content-Transfer-Encoding": "base64",
        }
    ) + _END.join(lines)
