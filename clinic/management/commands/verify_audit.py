"""Whether the logs and the history of clinical rows are what they were when they were sealed."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic import seals


class Command(BaseCommand):
    help = (
        "Walks along the chain of seals over the logs and says where it breaks. Write the head "
        "down elsewhere now and then: only it can show that the chain's end was cut off."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--head", action="store_true", help="print the chain's head and end")
        what.add_argument(
            "--expect", default="", metavar="DIGEST", help="a head printed earlier, to be found"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["head"]:
            self.stdout.write(seals.head()[1])
            return
        expect = options["expect"].strip().lower()
        if expect and not re.fullmatch("[0-9a-f]{64}", expect):
            raise CommandError("A head is 64 digits from 0 to f, as --head prints it.")
        verdict = seals.verify(expect=expect)
        if verdict.breaks:
            raise CommandError("The logs are not what was sealed.\n" + "\n".join(verdict.breaks))
        self.stdout.write(
            f"{verdict.seals} seals over {verdict.rows} rows hold; {verdict.unsealed} rows are not "
            f"sealed yet. Head: {verdict.head}"
        )
        if verdict.unexplained:
            self.stdout.write(
                f"{verdict.unexplained} writes to clinical rows have no entry of the log book beside "
                "them: they were made past the program."
            )
