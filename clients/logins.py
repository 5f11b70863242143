"""Whose pages a login opens, and how somebody comes to a login (docs/decisions/0011).

A login is somebody who reads the mail of an address. An address is no person: what it opens is
decided for each client record, by a second thing that only the person, or the clinic, knows.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from clients.contact import PhoneInvalid, phone_key, phone_words
from clients.errors import NotTheirs, StaffAddress, TwoSelves
from clients.models import Client, ClientLogin
from clients.wording import known_language
from clinic import audit
from clinic.audit import Actor
from clinic.errors import constraint_of
from clinic.limits import Limit, wait
from clinic.logins import mail
from clinic.models import Clinic, Role, User

# Numbers a login may try, wherever it comes from.
NUMBERS = Limit("client-number", 5, 3600)
# Whose word opens a client's pages without more.
CONFIRM = (Role.OWNER, Role.PRACTITIONER)
LET_IN = _("another e-mail address was noted down for your pages at the clinic")
MOVED = _("the e-mail address by which the clinic reaches you was changed")


def opens(email: str) -> bool:
    """Whether a proof of this address makes or finds a login. Two queries, whatever is found.

    Staff have a login of their own; it opens no client's pages.
    """
    user = User.objects.filter(email=email).first()
    known = _clients().filter(email=email).exists()
    return (user.is_active and user.role == Role.CLIENT) if user else known


def language_of(email: str) -> str:
    """Return the language to write to an address in. One query, whatever is found."""
    whose = Q(email=email) | Q(logins__user__email=email, logins__ended_at=None)
    found = _clients().filter(whose).order_by("pk").values_list("language", flat=True)[:1]
    return known_language(next(iter(found), ""))


def arrive(*, now: datetime, email: str) -> User | None:
    """Return the login of an address that was proved just now, made where it is the first time;
    None where a login was switched off, or the address has become somebody else's meanwhile."""
    if not opens(email):
        return None
    with transaction.atomic():
        user, created = User.objects.get_or_create(
            email=email, defaults={"name": email[:120], "role": Role.CLIENT}
        )
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
            audit.record(
                now=now, actor=audit.staff(user), verb="login.made", about=f"user:{user.pk}"
            )
    return user if user.is_active and user.role == Role.CLIENT else None


def links_of(user: User) -> list[ClientLogin]:
    """Return whom a login may act for: oneself first, then by name. One query."""
    links = ClientLogin.objects.filter(
        user=user, ended_at=None, is_pending=False, client__in=_clients()
    ).select_related("client")
    return sorted(links, key=lambda link: (link.relation != "SELF", link.client.name_key))


def of_client(client: Client) -> QuerySet[ClientLogin]:
    """Return every login that may or might act for a client, those that ended last."""
    return (
        ClientLogin.objects.filter(client=client)
        .select_related("user")
        .order_by("-ended_at", "made_at")
    )


def still_open_to(client: Client, email: str) -> bool:
    """Whether the login of an address, which the client's record has no more, sees their pages."""
    return ClientLogin.objects.filter(client=client, user__email=email, ended_at=None).exists()


def waiting_for(user: User) -> Client | None:
    """Return the one client record a login may open with its phone number alone.

    The desk has written this login down for it; or exactly one record has the address, the clinic
    has met the person, and nobody ended this link.
    """
    written = _pending(user).exclude(client__phone="").select_related("client").order_by("made_at")
    if (first := written.first()) is not None:
        return first.client
    found = list(_clients().filter(email=user.email)[:2])
    if len(found) != 1 or found[0].status != Client.Status.ACTIVE:
        return None
    return found[0] if may_claim(user, found[0]) else None


def may_claim(user: User, client: Client) -> bool:
    """Whether a login may ask for a record by itself: a number is there to compare with, and either
    the desk has written this login down, or its address is the record's and the clinic has not
    ended the link before."""
    if client.phone and _pending(user).filter(client=client).exists():
        return True
    ended = ClientLogin.objects.filter(user=user, client=client).exclude(ended_at=None)
    return (
        client.status not in Client.GONE
        and client.email == user.email
        and bool(client.phone)
        and not ended.exclude(ended_by=user).exists()
    )


def claim(
    *, now: datetime, user: User, client: Client, phone: str, country: str, relation: str, how: str
) -> ClientLogin:
    """Link a login with a record whose phone number somebody knows.

    country: ISO 3166 code a national number is read in. how: NUMBER or BOOKING.
    Raises NotTheirs for another number, or too many; TwoSelves.
    """
    if not may_claim(user, client) or wait(NUMBERS, who=f"user:{user.pk}", now=now):
        raise NotTheirs
    try:
        given = phone_key(phone, country)
    except PhoneInvalid:
        raise NotTheirs from None
    if not hmac.compare_digest(given, client.phone):
        audit.record(
            now=now, actor=audit.staff(user), verb="client.claim_failed",
            about=f"client:{client.uid}",
        )  # fmt: skip
        raise NotTheirs
    return _link(
        now=now, actor=audit.staff(user), user=user, client=client, relation=relation, how=how
    )


def link_by_clinic(
    *, now: datetime, actor: Actor, client: Client, email: str, relation: str
) -> ClientLogin:
    """Let an address act for a client, on the clinic's word; whoever proves it sees the pages. What
    the front desk writes down waits for the client's phone number, or for `confirm`. Whoever
    reached the client's pages before is told.

    Raises StaffAddress, TwoSelves.
    """
    with transaction.atomic():
        tell_of_change(client, LET_IN, but=email)
        user, created = User.objects.get_or_create(
            email=email, defaults={"name": email[:120], "role": Role.CLIENT}
        )
        if user.role != Role.CLIENT:
            raise StaffAddress
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        return _link(
            now=now, actor=actor, user=user, client=client, relation=relation, how="CLINIC"
        )


def confirm(*, now: datetime, actor: Actor, client: Client, link: UUID) -> None:
    """A practitioner or the owner confirms what the desk wrote down. Confirming twice is once."""
    if actor.user is None or actor.user.role not in CONFIRM:
        raise ValueError("The desk does not confirm what it wrote down.")
    with transaction.atomic():
        rows = ClientLogin.objects.filter(uid=link, client=client, ended_at=None)
        if rows.filter(is_pending=True).update(is_pending=False):
            audit.record(
                now=now, actor=actor, verb="client.login_confirmed",
                about=f"client:{client.uid}", after={"user": rows.get().user_id},
            )  # fmt: skip


def tell_of_change(client: Client, happened: str | Promise, *, but: str = "") -> None:
    """Tell the address we have of a client, and every login that sees their pages, that something
    about these was changed, once the caller's transaction has committed. but: whom not."""
    rows = ClientLogin.objects.filter(client=client, ended_at=None, is_pending=False)
    to = {client.email, *rows.values_list("user__email", flat=True)} - {"", but}
    phone = phone_words(Clinic.objects.the_only().phone)
    with override(client.language):
        for address in sorted(to):
            said: dict[str, object] = {"happened": happened, "phone": phone}
            letter = mail.letter("account/email/pages", address, said)
            transaction.on_commit(partial(mail.post, letter))


def end(*, now: datetime, actor: Actor, client: Client, link: UUID) -> None:
    """End a link of a client's; what is open in that login shows the client no more. Ending twice
    is once."""
    with transaction.atomic():
        row = (
            ClientLogin.objects.select_for_update()
            .filter(uid=link, client=client, ended_at=None)
            .first()
        )
        if row is None:
            return
        row.ended_at, row.ended_by = now, actor.user
        row.save(update_fields=["ended_at", "ended_by"])
        audit.record(
            now=now, actor=actor, verb="client.login_ended", about=f"client:{client.uid}",
            before={"user": row.user_id, "relation": row.relation},
        )  # fmt: skip


def chosen(links: Sequence[ClientLogin], uid: str) -> ClientLogin | None:
    """Return the link of a client among those of a login; the first where none is named so."""
    named = [link for link in links if str(link.client.uid) == uid]
    return next(iter([*named, *links]), None)


def _link(
    *, now: datetime, actor: Actor, user: User, client: Client, relation: str, how: str
) -> ClientLogin:
    waits = how == "CLINIC" and (actor.user is None or actor.user.role not in CONFIRM)
    try:
        with transaction.atomic():
            link, created = ClientLogin.objects.get_or_create(
                user=user, client=client, ended_at=None,
                defaults={"relation": relation, "how": how, "made_at": now, "is_pending": waits},
            )  # fmt: skip
            if not created:
                if link.is_pending and (how != "CLINIC" or not waits):
                    link.is_pending = False
                    link.save(update_fields=["is_pending"])
                    audit.record(
                        now=now, actor=actor, verb="client.login_confirmed",
                        about=f"client:{client.uid}", after={"user": user.pk, "how": how},
                    )  # fmt: skip
                return link
            if relation == ClientLogin.Relation.SELF:
                user.name = client.name
                user.save(update_fields=["name"])
            audit.record(
                now=now, actor=actor, verb="client.login_linked", about=f"client:{client.uid}",
                after={"user": user.pk, "relation": relation, "how": how},
            )  # fmt: skip
            return link
    except IntegrityError as error:
        if constraint_of(error) == "client_login_one_self":
            raise TwoSelves from error
        raise


def _pending(user: User) -> QuerySet[ClientLogin]:
    rows = ClientLogin.objects.filter(user=user, ended_at=None, is_pending=True)
    return rows.filter(client__in=_clients())


def _clients() -> QuerySet[Client]:
    return Client.objects.exclude(status__in=Client.GONE)
