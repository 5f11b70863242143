"""New keys: what the former master key wrapped is wrapped anew, and links are known by the new ones."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.actions import importing, relinking
from clients import sealing
from clients.actions import keys
from clients.actions import relinking as forms
from clinic import audit
from clinic.logins import resealing


class Command(BaseCommand):
    help = (
        "Wraps the clients' keys, those of files to take over and the second factors under the "
        "first key of MASTER_KEY; the former ones stand behind it, after commas, until this is "
        "done. Bookings and forms are known by the links of LINK_KEY. The clinic may go on working meanwhile; stopped, it goes "
        "on where it was when it is run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        newest = next(iter(sealing.master_keys()))
        done = unopened = after = 0
        while (batch := keys.rewrap(after=after)).last is not None:
            done, unopened, after = done + batch.done, unopened + batch.unopened, batch.last
        texts = 0
        while (batch := keys.rewrap_conversations()).done:
            texts += batch.done
        files = 0
        while batch_done := importing.rewrap_files():
            files += batch_done
        unopened += keys.unopened_conversations() + importing.unopened_files()
        factors = resealing.reseal()
        links = relinking.follow_key() + forms.follow_key()
        audit.record(
            now=timezone.now(),
            actor=audit.CLOCK,
            verb="keys.rotated",
            about="clinic:1",
            after={
                "key": newest,
                "clients": done,
                "texts": texts,
                "files": files,
                "factors": factors,
                "links": links,
                "unopened": unopened,
            },
        )
        if unopened:
            raise CommandError(
                f"{done + texts + files} keys are wrapped under {newest}; {unopened} open with no key of "
                "MASTER_KEY. Add the former one that wrapped them, and run this again."
            )
        self.stdout.write(
            f"{done} keys of clients, {texts} of text messages, {files} of files to take over and "
            f"{factors} second factors are sealed under {newest}. The former key may go from MASTER_KEY; backups made until now "
            f"need it. {links} bookings and forms are known by the links of LINK_KEY."
        )
