"""Where the services that `manage.py up` has embedded are found by other commands beside it.

Each keeps its port and its password in files of its directory (`clinic/embedded.py`).
"""

from __future__ import annotations

from pathlib import Path

POSTGRES = "postgres://jade:{password}@127.0.0.1:{port}/jade"
REDIS = "redis://:{password}@127.0.0.1:{port}/0"


def url_of(directory: Path, form: str) -> str:
    """Return the address of the service that keeps its data in a directory, "" where none ever did."""
    try:
        password, port = ((directory / name).read_text() for name in ("password", "port"))
    except OSError:
        return ""
    return form.format(password=password, port=port) if password and port.isdecimal() else ""
