#!/usr/bin/env python
"""Jade's command line: `python manage.py help` lists the commands."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from clinic.env import WrongSetting

    try:
        execute_from_command_line(sys.argv)
    except WrongSetting as wrong:
        sys.exit(f"Jade does not start like this: {wrong}")
    except OperationalError as refusal:
        # What a server says has a code; where none answers, nobody has said anything.
        if getattr(refusal.__cause__, "pgcode", None) or "--traceback" in sys.argv:
            raise
        sys.exit(
            "The database does not answer. Start it (`make run` brings one along), or set "
            f"DATABASE_URL to where it is. {' '.join(str(refusal).split())}"
        )


if __name__ == "__main__":
    main()
