"""Static files in production have names made of their content, those that modules import as well."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.files.storage import FileSystemStorage

from clinic import env
from clinic.static_files import StaticFiles

SCRIPTS = env.ROOT / "static" / "js"


def test_a_module_never_gets_a_stale_copy_of_what_it_imports(tmp_path: Path) -> None:
    storage = StaticFiles(location=str(tmp_path), base_url="/static/")
    source = FileSystemStorage(location=str(SCRIPTS.parent))
    names = [f"js/{each.name}" for each in SCRIPTS.glob("*.js")]
    for name in names:
        with source.open(name) as script:
            storage.save(name, script)
    list(storage.post_process({name: (source, name) for name in names}))
    imports = [
        (name, imported)
        for name in names
        for imported in re.findall(
            r'^import .* from "\./(.*?)";',
            (tmp_path / storage.stored_name(name)).read_text(),
            re.MULTILINE,
        )
    ]
    assert ("js/session.js", "face_chart.js") not in imports
    assert imports
    for _name, imported in imports:
        assert re.search(r"\.[0-9a-f]{12}\.js$", imported)
        assert (tmp_path / "js" / imported).exists()
