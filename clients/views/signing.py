"""Signing a document, the same by a client's link and on the clinic's tablet."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.actions import consenting
from clients.actions.consenting import Signed
from clients.consent_rules import Kind, Relation
from clients.errors import ChoicesMissing, TextChanged
from clients.forms.consent import SigningForm
from clients.models import Client, ConsentDocument, ConsentGiven
from clients.queries import consents
from clients.signature import HEIGHT, WIDTH
from clinic import limits
from clinic.audit import Actor
from clinic.errors import Sentence
from clinic.logins import devices
from clinic.models import Location, User
from clinic.replies import CONFLICT, INVALID


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a form from being signed, and where on the page that is."""

    anchor: str
    sentence: Sentence


def kind_of(name: str) -> Kind:
    """Return the kind an address names. Raises Http404 for any other word."""
    found = next((kind for kind in Kind if kind.value.lower() == name), None)
    if found is None:
        raise Http404
    return found


class Signing:
    """A text with its form. `notice` is what to read first, `status` the answer's."""

    width, height = WIDTH, HEIGHT

    def __init__(self, request: HttpRequest, client: Client, kind: Kind) -> None:
        self.request, self.client, self.kind = request, client, kind
        self.now, self.status = timezone.now(), 200
        self.notice: Sentence = ""
        document = consents.current_document(kind, client.language, self.now)
        if document is None:
            raise Http404
        self.document, self.text = document, document.text
        typed = request.POST if request.method == "POST" else None
        self.form = SigningForm(kind, self.text, typed, client.name)

    @property
    def is_photo(self) -> bool:
        return self.kind is Kind.PHOTO

    def sign(
        self, *, actor: Actor, witness: User | None = None, about: str = ""
    ) -> ConsentGiven | None:
        """Keep the signature; None where something is missing, which is then said on the page."""
        form = self.form
        if not form.is_valid() or (form.missing and not self._is_stale):
            form.open, self.status = form.missing, INVALID
            return None
        said = form.cleaned_data
        try:
            return consenting.sign(
                now=self.now,
                actor=actor,
                client=self.client,
                kind=self.kind,
                said=Signed(
                    key=said["key"],
                    digest=said["digest"],
                    choices=form.choices,
                    name=said["name"],
                    time_zone=_zone(),
                    strokes=said["strokes"],
                    relation=Relation(said["relation"]),
                    interpreter=said["interpreter"],
                    questions=said["questions"],
                    address=limits.address_of(self.request),
                    device=devices.device(self.request.headers.get("User-Agent", "")),
                    about=about,
                    witness=witness,
                ),
            )
        except ChoicesMissing as refusal:
            form.open, self.status = refusal.codes, INVALID
        except TextChanged as refusal:
            self._start_again(refusal)
        return None

    @property
    def _is_stale(self) -> bool:
        return bool(self.form.cleaned_data.get("digest") != self.text.digest)

    def _start_again(self, refusal: TextChanged) -> None:
        """Show the newest text; what was said to parts that are still the same stays."""
        before = ConsentDocument.objects.filter(
            kind=self.kind.value, digest=self.form.cleaned_data["digest"]
        ).first()
        self.notice, self.status = refusal.sentence, CONFLICT
        self.form.changed = (
            self.text.changed_since(before.text) if before else frozenset(self.text.codes)
        )

    @property
    def problems(self) -> list[Problem]:
        """What is missing, in the order of the page."""
        if self.status != INVALID:
            return []
        rows = {row.code: row for row in self.form.rows}
        first = next(iter(self.form.open), None)
        found = []
        if first is not None:
            words = ngettext(
                "%(count)d part is still open: “%(heading)s”.",
                "%(count)d parts are still open, the first is “%(heading)s”.",
                len(self.form.open),
            )
            told = words % {"count": len(self.form.open), "heading": rows[first].heading}
            found.append(Problem(rows[first].name, told))
        for name, errors in self.form.errors.items():
            where = f"id_{name}" if name not in {"key", "digest", "strokes"} else "signature"
            words = str(errors[0])
            if name in {"key", "digest"}:
                words = _("Something of this page was lost. Please load it again.")
            found.append(Problem(where, words))
        return found


def _zone() -> str:
    """Return the zone of the clinic's clock."""
    place = Location.objects.filter(is_active=True).order_by("pk").first()
    return place.time_zone if place else "UTC"
