"""Settings of a test run: the project's own, on servers and keys of the run."""

from tests.harness import servers

servers.ensure()

from clinic.settings import *  # noqa: E402, F403

# Fast on purpose: the strength of the hash is Django's to test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A browser of Django's tests builds the middleware anew, and whitenoise would read every static file
# each time. The web servers of the tests run with the project's own settings.
WHITENOISE_AUTOREFRESH = True
