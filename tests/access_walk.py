"""A clinic with something at every address, and everybody who may knock there."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.functional import cached_property
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from bookings import actions, intake, links
from bookings.actions import importing, merging
from bookings.forms.choosing import Choice
from bookings.models import Booking, BookingChange, Schedule
from bookings.views.attempts import write_attempt
from clients import data_requests, intake_links, logins, media_links, stop_links, tablets
from clients.actions.hearing import hear
from clients.actions.told import begin_told
from clients.channels import mailbox
from clients.consent_links import token_of
from clients.consent_rules import Kind
from clients.intake_definition import FormKind
from clients.media_links import Size
from clients.models import Conversation
from clinic import colours
from clinic.audit import CLIENT, staff
from clinic.logins import handed, passkeys, proofs
from clinic.logins import links as login_links
from clinic.models import User
from tests.access_matrix import ACTORS
from tests.api.outside import wish
from tests.bookings.world import answers
from tests.factories import bookings, clinic, consents, media, plans, stock
from tests.factories.clients import contact_failure, message
from tests.factories.house import NOTHING_APPLIES, House, house
from tests.factories.intake import told
from tests.factories.tasks import task
from treatments.actions import sign_session
from treatments.actions.planning import Aims
from treatments.models import PointSet

# What the reviewed client said, and what the practitioner made of it: nobody else's business.
REASON = "Zinnia: seizure free since the operation."
ITEM = "epileps"
# What stands in somebody else's session: another sentence, so that it is known whose was shown.
SESSION = "Zinnia: sleeps well since the last one."

# A signed session, in which a health note stands.
SIGNED = {
    "clinic": "Linden Row",
    "client": "Priya Raman",
    "treatment": "Facial rejuvenation",
    "location": "Queen West",
    "time_zone": "America/Toronto",
    "practitioner": "The practitioner",
    "qualification": "ND",
    "started_at": "2026-11-24T15:00:00+00:00",
    "ended_at": "2026-11-24T15:50:00+00:00",
    "stopped_early": "",
    "session_number": 2,
    "session_of": 10,
    "safety": [SESSION],
    "phases": [],
    "left_out": [],
    "oil_off_at": None,
    "needles": [],
    "count": {"in": 0, "out": 0, "by_region": {}},
    "retained_seconds": None,
    "massage": {"areas": [], "strokes": []},
    "roller": {"areas": [], "strokes": []},
    "ratings": [],
    "notes": [],
    "events": [],
    "aftercare": [],
    "words": {"PLAN": SESSION},
    "stricta": [],
}


@dataclass(frozen=True)
class Sent:
    """What a POST brings: a form, or JSON for programs."""

    form: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def routes(patterns: Any = None, before: str = "/") -> Iterator[str]:
    """Yield every address of the site as its pattern reads; all of the admin's own are one."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        own = pattern.pattern
        route = before + (str(own) if isinstance(own, RoutePattern) else f"({own})")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            inside = route.startswith("/admin/") and route != "/admin/"
            yield "/admin/*" if inside else route


def passkey() -> dict[str, Any]:
    """Return what a browser says of a passkey it has just made."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    made = AttestedCredentialData.create(bytes(16), b"key ring", key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    about = AuthenticatorData.create(sha256(b"testserver"), flags, 0, bytes(made))
    said = CollectedClientData.create("webauthn.create", bytes(32), "http://testserver")
    return {
        "type": "public-key",
        "id": websafe_encode(made.credential_id),
        "rawId": websafe_encode(made.credential_id),
        "response": {
            "clientDataJSON": websafe_encode(said),
            "attestationObject": websafe_encode(AttestationObject.create("none", about, {})),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }


class Walk:
    """The clinic, its people, and how to knock at an address as one of them."""

    def __init__(self) -> None:
        self.home: House = house()
        self.now = datetime.now(UTC)
        self.people = self._people()
        self._bookings()
        self._others()
        self._media()
        self.box, self.tool = (
            stock.box(location=self.home.location),
            stock.tool(location=self.home.location),
        )
        self.task = task(client=self.asked.client, due_at=self.now)
        self.event = stock.event(
            client=self.reviewed.client,
            practitioner=self.home.people[0],
            at=self.now,
            where=REASON,
        )
        self.browsers = {who: self._browser(who) for who in ACTORS}
        self._factors()

    def _people(self) -> dict[str, User]:
        roles = {
            "client": "CLIENT",
            "desk": "FRONT_DESK",
            "practitioner": "PRACTITIONER",
            "colleague": "PRACTITIONER",
            "owner": "OWNER",
        }
        made = {who: clinic.user(role=role, name=f"The {who}") for who, role in roles.items()}
        made["superuser"] = clinic.user(role="OWNER", name="The superuser", is_superuser=True)
        for number, who in enumerate(("practitioner", "colleague")):
            self.home.people[number].user = made[who]
            self.home.people[number].save()
        return made

    def _booking(self, starts_at: datetime, status: str, **fields: Any) -> Booking:
        uid = uuid.uuid4()
        return bookings.booking(
            uid=uid,
            status=status,
            starts_at=starts_at,
            practitioner=self.home.people[0],
            room=self.home.rooms[0],
            treatment=self.home.session,
            outcome="NOT_ASKED",
            token_digest=links.digest(links.token(uid, version=1)),
            contact_name="Priya Raman",
            contact_email="priya@example.org",
            **fields,
        )

    def _answer(self, booking: Booking, **said: object) -> Booking:
        return actions.answer_questions(
            now=self.now,
            actor=CLIENT,
            booking=booking,
            answers=answers(**said),
            source="LINK",
        ).booking

    def _bookings(self) -> None:
        home = self.home
        doctor = staff(self.people["practitioner"])
        self.asked = self._booking(home.at(9), "BOOKED")
        # The date is so far back that it delays nothing.
        self.botox = home.day(-200)
        self.reviewed = self._answer(
            self._booking(home.at(11), "REQUESTED"),
            bq_review={"items": {"epilepsy": None}},
            bq_procedures={"items": {"botulinum": self.botox.isoformat()}},
        )
        actions.review(
            now=self.now, actor=doctor, booking=self.reviewed, decision="ASK", reason=REASON
        )
        self.arrived = self._answer(
            self._booking(self.now.replace(second=0, microsecond=0), "ARRIVED")
        )
        told(client=self.reviewed.client, at=self.now, answers={"stress": 6, "other": REASON})
        self.confirmed = self._booking(home.at(15), "BOOKED")
        actions.confirm(now=self.now, actor=staff(self.people["desk"]), booking=self.confirmed)
        self.change = BookingChange.objects.get(booking=self.confirmed)
        self._sessions()
        self.held = bookings.hold(
            starts_at=home.at(10, ahead=4),
            expires_at=self.now + timedelta(hours=2),
            practitioner=home.people[0],
            room=home.rooms[0],
            treatment=home.session,
        )

    def _sessions(self) -> None:
        """Begin a session, and sign another."""
        who = self.people["practitioner"]
        self.running, self.over = (
            actions.begin_session(now=self.now, author=who, booking=self._answer(booking))
            for booking in (
                self._booking(self.home.at(12), "BOOKED"),
                self._booking(self.home.at(13), "BOOKED"),
            )
        )
        sign_session(now=self.now, author=who, session=self.over, document=SIGNED)

    def _signature(self) -> Sent:
        """Return a treatment's consent, signed with a typed name."""
        text = self.consent.document.text
        said = {f"item-{code}": "yes" for code in text.codes}
        about = {"key": str(uuid.uuid4()), "digest": text.digest, "relation": "SELF"}
        return Sent({**said, **about, "name": "Priya Raman"})

    def _others(self) -> None:
        self.set_of_points = PointSet.objects.first()
        self.consent = consents.signed(self.reviewed.client, at=self.now)
        self.file = importing.upload(
            now=self.now, actor=staff(self.people["owner"]), filename="x.csv", data=b"Note\nx"
        )
        self.twin = bookings.client(name="Priya Ramann")
        self.merge = merging.merge(
            now=self.now,
            actor=staff(self.people["desk"]),
            survivor=bookings.client(),
            merged=bookings.client(),
        )
        who = self.home.people[0]
        self.time_off = clinic.time_off(practitioner=who, starts_at=self.now + timedelta(days=30))
        self.closure = clinic.closure(first_day=self.home.day(40))
        letter = EmailMessage("Hello", "Welcome", to=["priya@example.org"])
        letter.attach("hello.txt", "Welcome", "text/plain")
        mailbox.EmailBackend().send_messages([letter])
        self.asked_of_data = data_requests.ask(
            now=self.now,
            user=self.people["client"],
            client=self.asked.client,
            kind="CORRECTION",
            words="Zinnia: the year of my birth is wrong.",
            key=uuid.uuid4(),
        )
        self.signed = consents.signed(self.asked.client)
        self.proof = proofs.make(email=self.people["client"].email, opens=True, now=self.now)
        logins.link_by_clinic(
            now=self.now,
            actor=staff(self.people["owner"]),
            client=self.asked.client,
            email=self.people["client"].email,
            relation="SELF",
        )
        self.logo = clinic.logo()
        self.failure = contact_failure(client=self.asked.client)
        self.unsent = message(
            client=self.asked.client,
            staff_email="",
            status="FAILED",
            due_at=self.now,
            expires_at=self.now + timedelta(days=1),
        )
        hear(
            now=self.now,
            phone="+14165550199",
            text="Can I come later?",
            provider="twilio",
            provider_id="SM1",
        )
        self.talk = Conversation.objects.get()
        self.device = handed.over(user=self.people["desk"], now=self.now)
        self.form = intake.ask(self.asked, now=self.now, actor=staff(self.people["practitioner"]))
        self.login_link = login_links.make(user=self.people["desk"], now=self.now)

    def _media(self) -> None:
        """Keep a photo and a paper of the reviewed client, who agreed to photos."""
        who = self.reviewed.client
        consents.signed(who, Kind.PHOTO, at=self.now)
        self.photo, self.scan = media.photo(client=who), media.document(client=who)
        viewer = f"user:{self.people['practitioner'].pk}"
        begin_told(
            now=self.now,
            actor=staff(self.people["practitioner"]),
            client=who,
            kind=FormKind.WHAT_CHANGED,
            source="IN_ROOM",
            told_on=self.now.date(),
        )
        self.plan = plans.plan(
            now=self.now - timedelta(hours=1), client=who, aims=Aims(goals=REASON, words=REASON)
        )
        self.file_link = media_links.write(Size.THUMB, self.photo.uid, viewer=viewer, now=self.now)
        theirs = media.document(
            client=self.asked.client,
            released_at=self.now,
            released_by=self.people["practitioner"],
        )
        viewer = f"user:{self.people['client'].pk}"
        self.own_link = media_links.write(Size.FILE, theirs.uid, viewer=viewer, now=self.now)

    def _browser(self, who: str) -> Client:
        """Return a browser in which somebody has just logged in with their password."""
        browser = Client()
        if who == "client":
            browser.force_login(self.people[who])  # the login page lets no client in
        elif who != "nobody":
            typed = {"username": self.people[who].email, "password": clinic.PASSWORD}
            assert browser.post("/login/", typed).status_code == 302
        return browser

    def _factors(self) -> None:
        """Give everybody but the colleague an app and recovery codes, the practitioner a passkey."""
        for who in ("desk", "practitioner", "owner", "superuser"):
            TOTP.activate(self.people[who], generate_totp_secret())
            RecoveryCodes.activate(self.people[who])
        self.passkey = Authenticator.objects.create(
            user=self.people["practitioner"],
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Key ring", "credential": passkey()},
        )

    def token(self, booking: Booking) -> str:
        return links.token(booking.uid, version=1)

    @cached_property
    def letter(self) -> str:
        return mailbox.newest()[0].id

    @cached_property
    def reminder(self) -> uuid.UUID:
        return Schedule.objects.get(kind="REMINDER").uid

    def about(self, route: str) -> Booking:
        """Return the booking an address is walked with: one for which it has something to do."""
        if "/undo/" in route:
            return self.confirmed
        if route.startswith("/practice/"):
            return self.arrived if route.endswith("/session/") else self.reviewed
        return self.asked

    def address(self, route: str, booking: Booking | None = None) -> str:
        """Return an address of that pattern with somebody or something behind it."""
        if route in SAME_AS:
            return SAME_AS[route]
        about = booking or self.about(route)
        home = self.home
        parts = {
            "/events/<uuid:uid>": self.event.uid,
            "/unreached/<uuid:uid>": self.failure.uid,
            "/tasks/<uuid:uid>": self.task.uid,
            "/inbox/<uuid:uid>": self.talk.uid,
            "/desk/messages/<uuid:uid>": self.unsent.uid,
            "/stock/<uuid:uid>": self.box.uid,
            "/tools/<uuid:uid>": self.tool.uid,
            "/photos/<uuid:uid>": self.photo.uid,
            "/practice/documents/<uuid:uid>": self.scan.uid,
            "/practice/files/<str:signed>": self.file_link,
            "/files/<str:signed>": self.own_link,
            "/me/<uuid:client>": self.asked.client.uid,
            "/documents/<uuid:uid>": self.signed.uid,
            "/requests/<uuid:uid>": self.asked_of_data.uid,
            "/me/login/link/<str:token>": self.proof.token,
            "/me/find/<str:token>": self.token(self.asked),
            "/book/<str:attempt>": write_attempt(self.held.attempt),
            "/practice/clients/<uuid:uid>": self.reviewed.client.uid,
            "/desk/clients/<uuid:uid>": about.client.uid,
            "/<uuid:other>": self.twin.uid,
            "/<uuid:plan>/<slug:name>": f"{self.plan.uid}/agree",
            "/<uuid:plan>": self.plan.uid,
            "/plans/<uuid:uid>": self.plan.template.uid,
            "/merges/<uuid:uid>": self.merge.uid,
            "/consent/<str:token>": token_of(self.reviewed.client),
            "/signed/<uuid:uid>": self.consent.uid,
            "/consents/<uuid:consent>": self.consent.uid,
            "/tablet/<str:token>": tablets.write(
                self.asked.client, self.device, self.people["desk"], "booking:1"
            ),
            "/<slug:kind>/<slug:language>": "reminder/en-ca",
            "/<slug:kind>/<int:number>": "treatment/1",
            "/<slug:kind>": "treatment",
            "/import/<uuid:uid>": self.file.uid,
            "/booking/<uuid:uid>": about.uid,
            "/visit/<uuid:uid>": about.uid,
            "/answers/<slug:code>": "stress",
            "/manage/<str:token>": self.token(about),
            "/stop/<str:token>": stop_links.token(self.asked.client, "EMAIL", "CARE"),
            "/answers/<str:token>": self.token(about),
            "/check-in/<str:token>": self.token(about),
            "/forms/<str:token>": intake_links.token(self.form.uid, own=True),
            "/part/<slug:part>": "about",
            "/bookings/<token>": self.token(about),
            "/link/<str:token>": self.login_link,
            "/a/<str:attempt>": write_attempt(self.held.attempt),
            "/book/<slug:location>/<slug:treatment>": f"{home.location.slug}/{home.session.slug}",
            "/session/<uuid:uid>/record": f"{self.over.uid}/record",
            "/session/<uuid:uid>": self.running.uid,
            "/mailbox/<slug:name>": self.letter,
            "/attachment/<int:number>": 0,
            "/passkey/<slug:name>": passkeys.address(self.passkey),
            "/settings/messages/<uuid:uid>": self.reminder,
            "/time-off/<uuid:uid>": self.time_off.uid,
            "/closures/<uuid:uid>": self.closure.uid,
            "/people/<uuid:uid>": self.people["desk"].uid,
            "/brand/<slug:accent>/<slug:digest>": f"1f5f8b/{colours.digest('#1f5f8b')}",
            "/logo/<slug:digest>": self.logo.digest,
            "/keeping/<uuid:uid>": self.reviewed.client.uid,
            "/<slug:step>": "hold",
            "/places/<uuid:uid>": home.location.uid,
            "/rooms/<uuid:uid>": home.rooms[0].uid,
            "/practitioners/<uuid:uid>": home.people[0].uid,
            "/hours/<uuid:uid>": home.people[0].uid,
            "/treatments/<uuid:uid>": home.session.uid,
            "/rule/<slug:code>": "wax",
            "/point/<slug:code>": "GB14",
            "/sets/<uuid:uid>": self.set_of_points.uid,
            "<path:rest>": "no/such/call",
            "<slug:name>": "confirm",
        }
        walked = route
        for part, value in parts.items():
            if part in route:
                fixed = re.match(r"[^<]*", part)[0]
                walked = walked.replace(part, f"{fixed}{value}")
        assert "<" not in walked, f"nothing stands behind {route}"
        return walked + self.query(route)

    def query(self, route: str) -> str:
        day = self.home.day().isoformat()
        return {
            "/book/": "?location=queen&treatment=facial",
            "/desk/": f"?day={day}&location=queen",
            "/desk/find/": "?q=pri",
            "/practice/": f"?day={day}",
            "/api/v1/availability": f"?treatment=facial&location=queen&from={day}&to={day}",
            "/api/v1/screening": "?treatment=facial",
        }.get(route, "")

    def sent(self, route: str) -> Sent:
        """Return what a POST brings: where a door opens, something it can do; else nothing."""
        who = str(self.home.people[0].pk)
        start = self.home.at(10, ahead=5)
        slug = self.home.people[0].slug
        instant = start.strftime("%Y-%m-%dT%H:%M:%SZ")
        at = str(Choice(start, slug))
        told = {
            "/book/hold/": Sent({"location": "queen", "treatment": "facial", "at": at}),
            "/book/a/<str:attempt>/": Sent(
                {
                    **NOTHING_APPLIES,
                    "name": "Ana Silva",
                    "email": "ana@example.org",
                    "phone": "416 555 0142",
                    "at": at,
                }
            ),
            "/desk/inbox/<uuid:uid>/": Sent({"text": "Of course.", "key": str(uuid.uuid4())}),
            "/practice/events/<uuid:uid>/note/": Sent({"text": "Better.", "again_in": "2"}),
            "/practice/clients/<uuid:uid>/event/": Sent(
                {"what": "bruise", "day": (self.now - timedelta(days=1)).date().isoformat()}
            ),
            "/practice/stock/lots/file/": Sent({"lot": self.box.lot}),
            "/practice/tools/clean/": Sent(
                {"tool": str(self.tool.uid), "disinfectant": "Peroxide 0.5 %"}
            ),
            "/practice/requests/<uuid:uid>/": Sent({"state": "DONE"}),
            "/practice/clients/<uuid:uid>/withheld/": Sent({"keep": str(self.people["owner"].pk)}),
            "/me/<uuid:client>/book/": Sent({"at": at}),
            "/me/<uuid:client>/book/<str:attempt>/": Sent({"changed": "yes", **NOTHING_APPLIES}),
            "/manage/<str:token>/move/": Sent({"at": at}),
            "/answers/<str:token>/": Sent(NOTHING_APPLIES),
            "/consent/<str:token>/<slug:kind>/": self._signature(),
            "/tablet/<str:token>/<slug:kind>/": self._signature(),
            "/practice/visit/<uuid:uid>/consents/<uuid:consent>/withdraw/": Sent(
                {"reason": "By telephone."}
            ),
            "/api/v1/bookings": Sent(
                json=wish(instant), headers={"Idempotency-Key": uuid.uuid4().hex}
            ),
            "/api/v1/bookings/<token>/move": Sent(json={"starts_at": instant}),
            "/api/v1/bookings/<token>/cancel": Sent(json={}),
            "/desk/book/": Sent(
                {
                    "key": str(uuid.uuid4()),
                    "client": "new",
                    "name": "Ana Silva",
                    "email": "ana@example.org",
                    "phone": "",
                    "treatment": "facial",
                    "practitioner": who,
                    "at": str(Choice(start, who)),
                    "tell": "on",
                }
            ),
            "/desk/booking/<uuid:uid>/move/": Sent(
                {"practitioner": who, "at": str(Choice(start, who)), "tell": "on"}
            ),
            "/desk/booking/<uuid:uid>/cancel/": Sent({"tell": "on"}),
            "/desk/booking/<uuid:uid>/undo/": Sent({"change": str(self.change.uid)}),
            "/desk/clients/<uuid:uid>/edit/": Sent(
                {"name": "Priya Raman", "email": "", "phone": ""}
            ),
            "/desk/clients/<uuid:uid>/link/": Sent({"booking": str(self.asked.uid)}),
            "/desk/clients/<uuid:uid>/merge/<uuid:other>/": Sent({"keep": str(self.twin.uid)}),
            "/practice/visit/<uuid:uid>/review/": Sent(
                {"decision": "ACCEPT", "reason": "Seen and spoken of.", "not_before": ""}
            ),
            "/practice/visit/<uuid:uid>/answers/": Sent(NOTHING_APPLIES),
            "/practice/points/sets/new/": Sent({"name": "Ours", "points": "ST4"}),
            "/settings/keeping/<uuid:uid>/<slug:step>/": Sent({"reason": "A complaint is open."}),
            "/settings/look/": Sent({"colour": "#1f5f8b"}),
            "/settings/wording/<slug:kind>/<slug:language>/": Sent(A_REMINDER),
            "/practice/session/<uuid:uid>/log/": Sent(json={"actions": []}),
            "/practice/session/<uuid:uid>/act/": Sent({"kind": "PAUSE"}),
            "/practice/session/<uuid:uid>/finish/": Sent({"keep": "yes"}),
            "/practice/session/<uuid:uid>/record/add/": Sent({"text": SESSION, "reason": "Late."}),
            "/practice/clients/<uuid:uid>/note/": Sent({"text": "Jaw softer."}),
            "/practice/clients/<uuid:uid>/form/": Sent({"do": "show"}),
            "/practice/clients/<uuid:uid>/open/": Sent({"reason": "Covering for a colleague."}),
            "/settings/places/<uuid:uid>/rooms/add/": Sent({"name": "The quiet room"}),
            "/settings/people/<uuid:uid>/password/": Sent({"password": "a river in the morning"}),
        }
        return told.get(route, Sent())

    def look(self, who: str, route: str, **request: Any) -> tuple[HttpResponse, str]:
        """Return the answer to a GET, and its text."""
        address = self.address(route, request.pop("booking", None))
        return read(self._copy(who).get(address, **request))

    def send(self, who: str, route: str, **request: Any) -> tuple[HttpResponse, str]:
        """Return the answer to a POST, and its text; what it changed is taken back."""
        address, sent = self.address(route, request.pop("booking", None)), self.sent(route)
        kind = {} if sent.json is None else {"content_type": "application/json"}
        body = sent.form if sent.json is None else sent.json
        headers = {**sent.headers, **request.pop("headers", {})}
        with transaction.atomic():
            answer = self._copy(who).post(address, body, headers=headers, **kind)
            transaction.set_rollback(True)
        return read(answer)

    def _copy(self, who: str) -> Client:
        """Return the browser of an actor as it was when they had logged in."""
        browser = Client()
        browser.cookies = deepcopy(self.browsers[who].cookies)
        return browser


A_REMINDER = {"subject": "Soon", "body": "Soon. See it: {link}", "short": "Soon: {link}"}
SAME_AS = {"/admin/*": "/admin/clinic/auditentry/", "/static/*": "/static/img/icon.svg"}


def read(answer: Any) -> tuple[HttpResponse, str]:
    if not answer.streaming:
        return answer, answer.content.decode(errors="replace")
    return answer, b"".join(answer).decode(errors="replace")  # which closes it


def outcome(answer: HttpResponse) -> str:
    """Return an answer in a word: its status, or `login` where somebody is sent to log in."""
    to = answer.get("Location", "")
    doors = {"/login/", "/me/login/"}
    if answer.status_code == 302 and urlsplit(to).path in doors and "?next=" in to:
        return "login"
    return str(answer.status_code)
