"""The WSGI application that granian serves."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from clinic.env import WrongSetting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

try:
    application = get_wsgi_application()
except WrongSetting as wrong:
    sys.exit(f"Jade does not start like this: {wrong}")

from clinic.checks import Unsafe, refuse_unsafe

try:
    refuse_unsafe()
except Unsafe as unsafe:
    sys.exit(str(unsafe))
