"""Where uploaded files are kept: a folder of this machine, or a bucket of an S3-compatible store."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from clinic.env import WrongSetting

log = logging.getLogger(__name__)

PATIENCE = 10  # seconds that a bucket has to answer
HOW = (
    "Write file:///srv/jade/media, or "
    "s3://key:secret@s3.example.org/bucket?region=ca-central-1 for a bucket."
)


def private_storage(url: str, *, default: Path) -> dict[str, Any]:
    """Return the entry of Django's STORAGES for a MEDIA_URL; `default` is the folder without one.

    Raises env.WrongSetting. The files are sealed before they get there; that they are readable by
    their owner alone, and unsigned addresses of a bucket never made, is a second lock.
    """
    parts = urlsplit(url)
    if not url or (parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc):
        return _folder(Path(unquote(parts.path)) if url else default)
    if parts.scheme != "s3":
        raise WrongSetting(f"MEDIA_URL is no address of a folder or a bucket. {HOW}")
    bucket, options = parts.path.strip("/"), parse_qs(parts.query)
    try:
        host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    except ValueError:
        host = None
    if not (host and bucket and "/" not in bucket and parts.username and parts.password):
        raise WrongSetting(f"MEDIA_URL lacks the host, bucket, key or secret of the bucket. {HOW}")
    scheme = "http" if options.get("tls") == ["off"] else "https"
    return _bucket(
        f"{scheme}://{host}",
        bucket,
        key=unquote(parts.username),
        secret=unquote(parts.password),
        region=options.get("region", ["us-east-1"])[0],
    )


def _folder(location: Path) -> dict[str, Any]:
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": location,
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


def _bucket(endpoint: str, bucket: str, *, key: str, secret: str, region: str) -> dict[str, Any]:
    from botocore.config import Config  # noqa: PLC0415 - slow to import, needed for a bucket alone

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": endpoint,
            "access_key": key,
            "secret_key": secret,
            "region_name": region,
            "file_overwrite": False,
            "default_acl": None,
            "querystring_auth": True,
            "client_config": Config(
                s3={"addressing_style": "path"},
                signature_version="s3v4",
                connect_timeout=PATIENCE,
                read_timeout=PATIENCE,
                retries={"max_attempts": 2},
            ),
        },
    }


def folder_trouble(folder: Path) -> str:
    """Return why no file can be kept in a folder, "" where one can. Makes the folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as refusal:
        return f"No file can be written to {folder}: {refusal.strerror}."


def trouble() -> str:
    """Return why uploaded files can't be kept or read at this moment; "" where they can."""
    from django.core.files.storage import FileSystemStorage, storages  # noqa: PLC0415 - for settings

    storage = storages["private"]
    if isinstance(storage, FileSystemStorage):
        return "" if not folder_trouble(Path(storage.location)) else "Its folder can't be written."
    try:
        storage.exists("ready")
    except Exception:  # whatever a bucket's library raises
        log.exception("The bucket of uploaded files does not answer.")
        return "Its bucket does not answer."
    return ""
