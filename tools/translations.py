"""Makes `django.mo` of each `locale/*/LC_MESSAGES/django.po`; --check says whether they are up to date.

The compiled files are committed, so that a fresh clone needs no gettext (docs/decisions). What a
source file asks to have translated is read by Python itself: `asked(path)`.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BETWEEN_CONTEXT, BETWEEN_PLURALS = "\x04", "\x00"
CALLS = {
    "gettext": "m",
    "gettext_lazy": "m",
    "gettext_noop": "m",
    "_": "m",
    "pgettext": "cm",
    "pgettext_lazy": "cm",
    "ngettext": "mp",
    "ngettext_lazy": "mp",
    "npgettext": "cmp",
    "npgettext_lazy": "cmp",
}


class Unreadable(Exception):
    """A line of a `.po` file that is none."""


def read(text: str) -> dict[str, str]:
    """Return what a `.po` file translates: original to translation, both as a `.mo` file has them.

    What is marked fuzzy, or has no translation, is left out.
    """
    found: dict[str, str] = {}
    for block in re.split(r"\n\s*\n", text):
        fields: dict[str, str] = {}
        name, fuzzy = "", False
        for line in block.splitlines():
            if not line.strip() or line.startswith("#"):
                fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
                continue
            match = re.fullmatch(
                r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)?\s*(".*")\s*', line
            )
            if match is None:
                raise Unreadable(line)
            name = match[1] or name
            fields[name] = fields.get(name, "") + ast.literal_eval(match[2])
        if "msgid" not in fields or fuzzy:
            continue
        said = [fields[key] for key in sorted(fields) if key.startswith("msgstr")]
        if all(said):
            found[_key(fields)] = BETWEEN_PLURALS.join(said)
    return found


def _key(fields: dict[str, str]) -> str:
    key = fields["msgid"]
    if "msgid_plural" in fields:
        key += BETWEEN_PLURALS + fields["msgid_plural"]
    return fields["msgctxt"] + BETWEEN_CONTEXT + key if "msgctxt" in fields else key


def compiled(found: dict[str, str]) -> bytes:
    """Return a catalogue as a `.mo` file (GNU gettext manual, "The Format of GNU MO Files")."""
    pairs = sorted((key.encode(), said.encode()) for key, said in found.items())
    count = len(pairs)
    text = 28 + 16 * count
    tables: tuple[list[int], list[int]] = ([], [])
    body = b""
    for number, table in enumerate(tables):
        for pair in pairs:
            table += [len(pair[number]), text + len(body)]
            body += pair[number] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, text)
    return head + struct.pack(f"<{4 * count}I", *tables[0], *tables[1]) + body


def asked(path: Path) -> Iterator[str]:
    """Yield what a module or a template asks to have translated, as the keys of a `.mo` file."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from _in_module(source)
        return
    from django.utils.translation.template import templatize

    # The template as Django gives it to xgettext: calls, and filling that means nothing.
    code = templatize(source)
    names = "|".join(CALLS)
    for call in re.finditer(
        rf"(?<!\w)(?:{names})\((?:[^()\"']|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')*\)", code
    ):
        yield from _in_module(call[0])


def _in_module(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    names = {name: name for name in CALLS}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {each.asname or each.name: each.name for each in node.names}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        shape = CALLS.get(names.get(node.func.id, ""))
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        if shape is None or not texts:
            continue
        parts = dict(zip(shape, texts, strict=False))
        fields = {
            "msgctxt": parts.get("c"),
            "msgid": parts.get("m"),
            "msgid_plural": parts.get("p"),
        }
        if fields["msgid"]:
            yield _key({name: str(text) for name, text in fields.items() if text is not None})


def catalogues() -> Iterator[tuple[Path, bytes]]:
    """Yield each compiled file with what should be in it."""
    for source in sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po")):
        yield source.with_suffix(".mo"), compiled(read(source.read_text(encoding="utf-8")))


def main() -> int:
    stale = [
        (path, right)
        for path, right in catalogues()
        if not path.exists() or path.read_bytes() != right
    ]
    for path, right in stale:
        if "--check" in sys.argv[1:]:
            print(f"{path.relative_to(ROOT)} is out of date: python tools/translations.py")
        else:
            path.write_bytes(right)
            print(f"Wrote {path.relative_to(ROOT)}")
    return int(bool(stale) and "--check" in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
