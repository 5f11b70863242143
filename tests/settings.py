"""Settings of a test run: the project's own, on servers and keys of the run."""

from tests.harness import servers

servers.ensure()

from clinic.settings import *  # noqa: E402, F403

# Fast on purpose: the strength of the hash is Django's to test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
