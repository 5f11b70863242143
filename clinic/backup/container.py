"""The file of a backup: a readable header, then encrypted chunks.

    "JADE BACKUP 1\\n"  length of the header (4 bytes)  header (JSON)  chunks
    chunk = length of what follows (4 bytes, highest bit: the last one)  AES-256-GCM ciphertext

The key of a file is derived from BACKUP_KEY, a random salt and the digest of the header, so each
file has a key of its own and a header that was changed opens nothing. A chunk's nonce is its number
and whether it is the last, so that none can be left out, moved or cut off at the end unseen.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import os
import struct
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"JADE BACKUP 1\n"
CHUNK = 256 * 1024
TAG = 16
LAST = 0x80000000
LONGEST_HEADER = 1_000_000
KEY_BYTES = 32


class Refused(Exception):
    """A backup can't be made or restored, and nothing was changed; the message says why."""


def key_from(text: str) -> bytes:
    """Return the 32 bytes that BACKUP_KEY holds in base64. Raises Refused."""
    if not text:
        raise Refused(
            "BACKUP_KEY is not set. Set it to 32 random bytes in base64 and keep a copy where the "
            "backups are not: without it no backup can be read."
        )
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise Refused("BACKUP_KEY is not 32 bytes in base64. Check that it was copied whole.")
    return key


def key_id(key: bytes) -> str:
    """Return a name of the key that tells nothing of it."""
    return hashlib.sha256(b"backup key id" + key).hexdigest()[:16]


def _file_key(key: bytes, header: bytes, salt: bytes) -> AESGCM:
    derived = HKDF(
        algorithm=hashes.SHA256(),
        length=KEY_BYTES,
        salt=salt,
        info=b"jade backup" + hashlib.sha256(header).digest(),
    )
    return AESGCM(derived.derive(key))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Writer(io.RawIOBase):
    """Encrypts what is written to it. Not closed by `finish`, it is no whole backup."""

    def __init__(self, file: IO[bytes], key: bytes, about: dict[str, Any]) -> None:
        """about: what the header says; it is not encrypted. Its key and salt are added."""
        salt = os.urandom(16)
        header = json.dumps({**about, "key": key_id(key), "salt": salt.hex()}).encode()
        self._file = file
        self._cipher = _file_key(key, header, salt)
        self._number = 0
        self._waiting = bytearray()
        file.write(MAGIC + struct.pack(">I", len(header)) + header)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        # One is always kept back: only `finish` knows that it is the last.
        while len(self._waiting) > CHUNK:
            self._put(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Write the end; after this the file is whole."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, plain: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last), plain, None)
        self._file.write(struct.pack(">I", len(sealed) | (LAST if last else 0)) + sealed)
        self._number += 1


def read_header(file: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Return what the header says and its bytes; the file then stands at its first chunk.

    Raises Refused.
    """
    if file.read(len(MAGIC)) != MAGIC:
        raise Refused("This is no backup of Jade, or of a version that this one can't read.")
    length = int.from_bytes(file.read(4), "big")
    header = file.read(length) if length <= LONGEST_HEADER else b""
    try:
        about = json.loads(header)
        bytes.fromhex(about["salt"])
        str(about["key"])
    except (ValueError, KeyError, TypeError):
        raise Refused("The beginning of this file is damaged. Use another backup.") from None
    return about, header


class Reader(io.RawIOBase):
    """Decrypts a backup from its first chunk on. Reading raises Refused where it is damaged."""

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        """Raises Refused where the file is none of ours or another key's."""
        self.about, header = read_header(file)
        if self.about["key"] != key_id(key):
            raise Refused(
                f"This backup was encrypted under the key {self.about['key']}, and BACKUP_KEY is "
                f"the key {key_id(key)}. Set BACKUP_KEY to the one it was made with."
            )
        self._file = file
        self._cipher = _file_key(key, header, bytes.fromhex(self.about["salt"]))
        self._number = 0
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts: list[bytes] = []
        wanted = size if size >= 0 else 1 << 62
        while wanted and (self._ready or self._next()):
            part, self._ready = self._ready[:wanted], self._ready[wanted:]
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def _next(self) -> bool:
        """Decrypt the next chunk that holds anything; False after the last."""
        while not self._ready and not self._ended:
            mark = self._file.read(4)
            if len(mark) < 4:
                raise Refused("This file ends too early: it was not copied whole.")
            length = int.from_bytes(mark, "big")
            self._ended, length = bool(length & LAST), length & ~LAST
            if not TAG <= length <= CHUNK + TAG:
                raise Refused("This file is damaged. Use another backup.")
            sealed = self._file.read(length)
            if len(sealed) < length:
                raise Refused("This file ends too early: it was not copied whole.")
            try:
                self._ready = self._cipher.decrypt(_nonce(self._number, self._ended), sealed, None)
            except InvalidTag:
                raise Refused("This file was damaged or changed. Use another backup.") from None
            self._number += 1
            if self._ended and self._file.read(1):
                raise Refused("Something was added to the end of this file. Use another backup.")
        return bool(self._ready)
