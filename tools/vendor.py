"""Copies the front-end files Jade serves out of node_modules into static/vendor."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FROM = ROOT / "node_modules"
TO = ROOT / "static" / "vendor"
# The source maps go along, because the production storage follows the links to them.
FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
    "bootstrap/dist/css/bootstrap.min.css.map": "bootstrap.min.css.map",
    "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
    "bootstrap/dist/js/bootstrap.bundle.min.js.map": "bootstrap.bundle.min.js.map",
    "bootstrap/LICENSE": "licences/bootstrap.txt",
    "@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2": (
        "fonts/source-sans-3-latin-wght-normal.woff2"
    ),
    "@fontsource-variable/source-sans-3/LICENSE": "licences/source-sans-3.txt",
    "@fontsource-variable/fraunces/files/fraunces-latin-opsz-normal.woff2": (
        "fonts/fraunces-latin-opsz-normal.woff2"
    ),
    "@fontsource-variable/fraunces/LICENSE": "licences/fraunces.txt",
    "lucide-static/LICENSE": "licences/lucide.txt",
}


def main() -> None:
    wanted = {TO / target: FROM / source for source, target in FILES.items()}
    for target, source in wanted.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for left in TO.rglob("*"):
        if left.is_file() and left not in wanted:
            left.unlink()


if __name__ == "__main__":
    main()
