"""The parts of the pages with photos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from clients.consent_rules import Kind, Layer, Reason
from clients.forms.media import PhotosForm
from clients.models import STANDARD_VIEWS, Client, Ending, Milestone, Photo, PhotoView
from clients.queries import consents, media
from clients.views.files import photo_link

# Which outline lines a view up, and whether it is the other side's.
OUTLINES: Mapping[str, tuple[str, bool]] = {
    "FRONT_REST": ("front", False),
    "OBLIQUE_L": ("oblique", False),
    "OBLIQUE_R": ("oblique", True),
    "PROFILE_L": ("profile", False),
    "PROFILE_R": ("profile", True),
    "FRONT_BROW_UP": ("front", False),
    "FRONT_FROWN": ("front", False),
    "FRONT_SMILE": ("front", False),
    "EYES_CLOSE": ("eyes", False),
    "NECK": ("neck", False),
}


@dataclass(frozen=True, slots=True)
class Consent:
    """How it stands with consent to photos, in words."""

    may_take: bool
    withdrawn: bool
    tone: str
    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo in words, with its links; without them where it is not shown."""

    photo: Photo
    alt: str
    moment: str
    when: str
    thumb: str = ""
    whole: str = ""


@dataclass(frozen=True, slots=True)
class OfView:
    view: PhotoView
    photos: list[Shown]
    can_compare: bool


@dataclass(frozen=True, slots=True)
class PhotosPage:
    client: Client
    consent: Consent
    views: list[OfView]
    ended: list[tuple[str, Shown]]
    count: int
    shown: bool


def consent_of(client: Client, now: datetime) -> Consent:
    """Return how it stands with a client's consent to photos (one query)."""
    standing = consents.standing(client, Kind.PHOTO, now)
    if Reason.WITHDRAWN in standing.reasons:
        return Consent(
            False, True, "rose", "circle-alert",
            _(
                "Consent to photos was taken back. No photo is taken. Those there are stay in the "
                "record: look at them only where this client's own care needs it, and show them "
                "to nobody else."
            ),
        )  # fmt: skip
    if Layer.RECORD.value.lower() in standing.yes:
        uses = [layer for layer in Layer if layer.value.lower() in standing.yes]
        words = _("The client has agreed to photos for the record, and to nothing else.")
        if len(uses) > 1:
            words = _("The client has agreed to photos for the record and to other uses.")
        return Consent(True, False, "jade", "shield-check", words)
    return Consent(
        False, False, "gold", "circle-alert",
        _(
            "There is no consent to photos that holds, so none can be taken. Ask the client to "
            "sign it; a no changes nothing about their treatment."
        ),
    )  # fmt: skip


def day_of(on: date) -> str:
    """Return "24 Nov 2026"."""
    return formats.date_format(on, "j M Y")


def shown(
    photo: Photo, *, viewer: str, now: datetime, linked: bool = True, own: bool = False
) -> Shown:
    """Return a photo in words; `linked`: with addresses, which its page must note as seen. own: on
    the client's own pages."""
    when, moment = day_of(photo.taken_on), str(Milestone(photo.milestone).label)
    label = PhotoView(photo.view).label
    return Shown(
        photo=photo,
        alt=_("%(view)s, %(moment)s, %(day)s")
        % {"view": label, "moment": moment.lower(), "day": when},
        moment=moment,
        when=when,
        thumb=photo_link(photo, viewer=viewer, now=now, thumb=True, own=own) if linked else "",
        whole=photo_link(photo, viewer=viewer, now=now, own=own) if linked else "",
    )


@dataclass(frozen=True, slots=True)
class PairShown:
    """The pair that shows most, for a page about something else (`clients/photos/_pair.html`)."""

    client: Client
    before: Shown
    after: Shown
    view: PhotoView


def pair_shown(
    client: Client, photos: Iterable[Photo], *, now: datetime, viewer: str
) -> PairShown | None:
    """Return the pair of a client's photos in words and links; None where two can't be compared.
    No query. Leave it out where consent was withdrawn; note the page as PHOTOS where it is not None."""
    pair = media.pair_of(photos)
    if pair is None:
        return None
    before, after = (shown(one, viewer=viewer, now=now) for one in (pair.before, pair.after))
    return PairShown(client, before, after, pair.view)


def photos_page(client: Client, *, now: datetime, viewer: str, as_record: bool) -> PhotosPage:
    """Return the page of all photos (three queries, however many there are)."""
    consent = consent_of(client, now)
    linked = as_record or not consent.withdrawn
    standing, ended = media.photos_of(client), media.ended_photos_of(client)
    by_view: dict[str, list[Photo]] = {}
    for photo in standing:
        by_view.setdefault(photo.view, []).append(photo)
    return PhotosPage(
        client=client,
        consent=consent,
        views=[
            OfView(
                PhotoView(view),
                [shown(one, viewer=viewer, now=now, linked=linked) for one in found],
                linked and len(found) > 1,
            )
            for view, found in by_view.items()
        ],
        ended=[
            (str(Ending(one.ending).label), shown(one, viewer=viewer, now=now, linked=linked))
            for one in ended
        ],
        count=len(standing),
        shown=linked and bool(standing or ended),
    )


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Two photos of a view, and what else could be chosen."""

    client: Client
    consent: Consent
    views: list[PhotoView]
    view: PhotoView | None
    choices: list[Shown]
    before: Shown | None
    after: Shown | None


def compare_page(
    client: Client, asked: Mapping[str, str], *, now: datetime, viewer: str
) -> ComparePage:
    """Return two photos of one view: those asked for, else the pair that shows most."""
    consent = consent_of(client, now)
    photos = [] if consent.withdrawn and asked.get("record") != "1" else media.photos_of(client)
    views = [view for view in PhotoView if sum(one.view == view for one in photos) > 1]
    found = media.pair_of(photos)
    view = next((one for one in views if one == asked.get("view")), None)
    view = view or (found.view if found else None) or (views[0] if views else None)
    choices = [one for one in photos if one.view == view]
    pair = media.pair_of(choices)
    before = _chosen(choices, asked.get("before", "")) or (pair.before if pair else None)
    after = _chosen(choices, asked.get("after", "")) or (pair.after if pair else None)
    if choices and before is None:
        before = next((one for one in choices if one != after), choices[0])
    if choices and after is None:
        after = next((one for one in reversed(choices) if one != before), choices[-1])
    return ComparePage(
        client=client,
        consent=consent,
        views=views,
        view=view,
        choices=[shown(one, viewer=viewer, now=now, linked=False) for one in choices],
        before=shown(before, viewer=viewer, now=now) if before else None,
        after=shown(after, viewer=viewer, now=now) if after else None,
    )


def _chosen(photos: Iterable[Photo], text: str) -> Photo | None:
    return next((one for one in photos if str(one.uid) == text), None)


@dataclass(frozen=True, slots=True)
class Card:
    """One view to be photographed: its outline, the last photo of it, and what was wrong."""

    view: PhotoView
    outline: str
    mirrored: bool
    ghost: str
    error: str | Promise
    kept: bool


@dataclass
class AddPage:
    """The page on which photos are taken."""

    client: Client
    today: date
    now: datetime
    viewer: str
    replaces: Photo | None
    from_files: bool
    form: PhotosForm | None = None
    kept: list[Photo] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.consent = consent_of(self.client, self.now)
        newest = {photo.view: photo for photo in media.photos_of(self.client)}
        may_see = self.consent.may_take
        self.ghosts: dict[str, Photo] = newest if may_see else {}
        self.milestones = Milestone.choices
        self.milestone = self._first_milestone(newest.values())

    def _first_milestone(self, newest: Iterable[Photo]) -> str:
        if self.replaces:
            return self.replaces.milestone
        return Milestone.MID if any(True for _photo in newest) else Milestone.BASELINE

    @property
    def chosen(self) -> str:
        return self.form["milestone"].value() if self.form else self.milestone

    @property
    def day(self) -> str:
        if self.form:
            return str(self.form["taken_on"].value() or "")
        return (self.replaces.taken_on if self.replaces else self.today).isoformat()

    @property
    def standard(self) -> list[Card]:
        if self.replaces:
            return [self._card(PhotoView(self.replaces.view))]
        return [self._card(view) for view in STANDARD_VIEWS]

    @property
    def others(self) -> list[Card]:
        if self.replaces:
            return []
        return [self._card(view) for view in PhotoView if view not in STANDARD_VIEWS]

    @property
    def others_open(self) -> bool:
        return any(card.error for card in self.others)

    @property
    def errors(self) -> list[str]:
        if self.form is None:
            return []
        return [str(words) for found in self.form.errors.values() for words in found]

    def _card(self, view: PhotoView) -> Card:
        outline, mirrored = OUTLINES[view]
        last = self.ghosts.get(view)
        return Card(
            view=view,
            outline=f"clients/photos/_outline_{outline}.html",
            mirrored=mirrored,
            ghost=photo_link(last, viewer=self.viewer, now=self.now) if last else "",
            error=getattr(self.form, "refused", {}).get(view, "") if self.form else "",
            kept=any(photo.view == view for photo in self.kept),
        )
