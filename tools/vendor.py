"""Copies the front-end files Jade serves out of node_modules into static/vendor, and the fonts it
prints with, which nobody is served, into fonts."""

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
TO_PRINT = ROOT / "fonts"
PRINTED = {
    "noto-sans/LICENSE_FONT": "LICENSE.txt",
    "noto-sans/400Regular/NotoSans_400Regular.ttf": "NotoSans.ttf",
    "noto-sans/600SemiBold/NotoSans_600SemiBold.ttf": "NotoSans-SemiBold.ttf",
    "noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf": "NotoSansArabic.ttf",
    "noto-sans-devanagari/400Regular/NotoSansDevanagari_400Regular.ttf": "NotoSansDevanagari.ttf",
    "noto-sans-hebrew/400Regular/NotoSansHebrew_400Regular.ttf": "NotoSansHebrew.ttf",
    "noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC.ttf",
    "noto-sans-thai/400Regular/NotoSansThai_400Regular.ttf": "NotoSansThai.ttf",
    "gowun-dodum/400Regular/GowunDodum_400Regular.ttf": "GowunDodum.ttf",
}


def main() -> None:
    copy(FILES, FROM, TO)
    copy(PRINTED, FROM / "@expo-google-fonts", TO_PRINT)


def copy(files: dict[str, str], source: Path, to: Path) -> None:
    """Copy the files, and remove what is there without being wanted."""
    wanted = {to / target: source / name for name, target in files.items()}
    for target, name in wanted.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(name, target)
    for left in to.rglob("*"):
        if left.is_file() and left not in wanted:
            left.unlink()


if __name__ == "__main__":
    main()
