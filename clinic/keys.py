"""Keys a development checkout makes for itself, so that a newcomer sets nothing."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets

from clinic import env


def development_key(name: str) -> str:
    """Return the checkout's own key of that name, making it on first use.

    The file is written once and whole: of two processes starting together, the second reads
    what the first wrote.

    Raises env.WrongSetting in production, where keys are the operator's to set and keep.
    """
    if env.PRODUCTION:
        raise env.WrongSetting(
            f"{name} is not set. In production set it to a secret of your own; "
            '`python -c "import base64, secrets; print(base64.b64encode(secrets.token_bytes(32))'
            '.decode())"` prints one.'
        )
    path = env.VAR_DIR / "keys" / name.lower()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return path.read_text()
