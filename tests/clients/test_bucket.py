"""Photos in a bucket of an S3-compatible store: the same as in a folder, and no address of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from clients import vault
from clients.errors import StorageAway
from clinic import readiness
from clinic.backup import writing
from clinic.env import WrongSetting
from clinic.storages import private_storage
from tests.factories.bookings import client
from tests.factories.media import PDF, document

DEFAULT = Path("/var/lib/jade/media")


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """An S3-compatible store on this machine with a bucket; returns its host and port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    ).create_bucket(Bucket="jade")
    yield f"{host}:{port}"
    server.stop()


def use(settings: Any, url: str) -> None:
    private = private_storage(url, default=DEFAULT)
    settings.STORAGES = {**settings.STORAGES, "private": private}


def test_a_file_in_a_bucket_is_sealed_and_comes_back(db: None, settings: Any, store: str) -> None:
    use(settings, f"s3://key:secret@{store}/jade?tls=off")
    kept = document(client=client())
    with storages["private"].open(kept.name) as lies:
        assert b"%PDF" not in lies.read()
    assert vault.get(kept) == PDF
    assert readiness.media().ok
    assert writing.media_folder() is None, "a bucket has copies of its own"
    vault.take_away([kept.name])
    with pytest.raises(vault.FileMissing):
        vault.get(kept)


def test_a_bucket_that_is_not_there_keeps_nothing_and_says_so(
    db: None, settings: Any, store: str
) -> None:
    use(settings, f"s3://key:secret@{store}/none?tls=off")
    with pytest.raises(StorageAway):
        document(client=client())
    use(settings, "s3://key:secret@127.0.0.1:1/jade?tls=off")
    with pytest.raises(StorageAway):
        document(client=client(), added_at=datetime(2026, 1, 1, tzinfo=UTC))
    part = readiness.media()
    assert not part.ok
    assert "secret" not in part.why


def test_where_files_are_kept_is_said_by_one_address() -> None:
    folder = private_storage("", default=DEFAULT)["OPTIONS"]
    assert (folder["location"], folder["file_permissions_mode"]) == (DEFAULT, 0o600)
    said = private_storage("file:///srv/jade%20media", default=DEFAULT)["OPTIONS"]
    assert said["location"] == Path("/srv/jade media")
    bucket = private_storage(
        "s3://a%2Fb:c%2Bd@s3.example.org/photos?region=ca-central-1", default=DEFAULT
    )["OPTIONS"]
    assert bucket["endpoint_url"] == "https://s3.example.org"
    assert (bucket["access_key"], bucket["secret_key"]) == ("a/b", "c+d")
    assert (bucket["bucket_name"], bucket["region_name"]) == ("photos", "ca-central-1")
    for wrong in (
        "/srv/media",
        "file://srv/media",
        "https://s3.example.org/photos",
        "s3://s3.example.org/photos",
        "s3://a:b@s3.example.org",
        "s3://a:b@s3.example.org/photos/more",
        "s3://a:b@s3.example.org:x/photos",
    ):
        with pytest.raises(WrongSetting, match="MEDIA_URL"):
            private_storage(wrong, default=DEFAULT)
