"""The ways a booking, and what belongs to one, is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from clinic.errors import Refusal, Sentence

if TYPE_CHECKING:
    from bookings.availability import Opening
    from bookings.models import Booking


class SlotTaken(Refusal):
    """Somebody was faster. `openings` are up to three others nearby."""

    code = "slot_taken"
    field = "starts_at"

    def __init__(self, openings: Sequence[Opening] = ()) -> None:
        super().__init__(_("Somebody was a moment faster: this time has just been taken."))
        self.openings = list(openings)


class CannotStart(Refusal):
    """The time asked for is none that can be booked."""

    code = "invalid"
    field = "starts_at"


class InPast(CannotStart):
    def __init__(self) -> None:
        super().__init__(_("That time has already passed. Please choose a later one."))


class ShortNotice(CannotStart):
    def __init__(self) -> None:
        super().__init__(
            _("That time is too soon to book online. Please choose a later one, or call us.")
        )


class TooFarAhead(CannotStart):
    def __init__(self) -> None:
        super().__init__(
            _("That day is further ahead than can be booked yet. Please choose an earlier one.")
        )


class OffGrid(CannotStart):
    def __init__(self) -> None:
        super().__init__(_("Sessions don't start at that minute. Please choose a time shown."))


class NotOpen(CannotStart):
    def __init__(self) -> None:
        super().__init__(_("We are not open then. Please choose a time shown."))


class NotOffered(Refusal):
    """The treatment, location or practitioner asked for does not exist or does not fit."""

    code = "invalid"

    def __init__(self, field: str, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.field = field


class TooManyHolds(Refusal):
    code = "too_many_holds"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Three times are already being held from your connection. "
                "Finish one of them, or wait ten minutes until they are free again."
            )
        )


class NotBefore(Refusal):
    """Screening: the session is fine from `earliest` on. `sentences` say why, without a diagnosis."""

    code = "too_soon"

    def __init__(self, earliest: date, sentences: Sequence[str] = ()) -> None:
        super().__init__(_("Please book from the date shown."))
        self.earliest = earliest
        self.sentences = list(sentences)


class CallUs(Refusal):
    """Screening: this can't be booked online; `sentences` are what the client reads."""

    code = "refused"

    def __init__(self, sentences: Sequence[str] = ()) -> None:
        super().__init__(_("Please call us, and we will plan it together."))
        self.sentences = list(sentences)


class WindowClosed(Refusal):
    code = "window_closed"

    def __init__(self) -> None:
        super().__init__(
            _("It is too late to change this online. Please call us, and we will help.")
        )


class NotChangeable(Refusal):
    code = "window_closed"

    def __init__(self) -> None:
        super().__init__(_("This booking can't be changed any more."))


class Cancelled(NotChangeable):
    """A booking that was called off can't be moved; there is another to be made."""

    code = "cancelled"

    def __init__(self) -> None:
        Refusal.__init__(self, _("This booking is cancelled. Please make a new one."))


class BeingChanged(Refusal):
    """Somebody else is changing this booking and has not finished within the wait for a lock."""

    code = "unavailable"

    def __init__(self) -> None:
        super().__init__(
            _("This booking is being changed right now. Please try again in a moment.")
        )


class Rule(StrEnum):
    """A rule that binds the public, and that staff may pass with a reason."""

    PAST = "PAST"
    NOTICE = "NOTICE"
    HORIZON = "HORIZON"
    GRID = "GRID"
    HOURS = "HOURS"
    WINDOW = "WINDOW"


class NeedsReason(Refusal):
    """Staff may do it once they say why. `which` are all the rules that it passes."""

    code = "needs_reason"
    field = "override"

    def __init__(self, which: Sequence[Rule]) -> None:
        super().__init__(_("This goes past a rule. It can be done once you say why."))
        self.which = tuple(which)


class CannotUndo(Refusal):
    code = "cannot_undo"

    def __init__(self) -> None:
        super().__init__(
            _("This can't be taken back any more. The booking is shown as it stands now.")
        )


class NotScreened(Refusal):
    """Nobody has seen answers to the safety questions that let the session begin."""

    code = "not_screened"

    def __init__(self) -> None:
        super().__init__(
            _("The safety questions come first: the practitioner has not seen the answers yet.")
        )


class NotYet(Refusal):
    code = "not_yet"

    def __init__(self) -> None:
        super().__init__(_("The appointment has not begun yet, so the client may still come."))


class ClientBusy(Refusal):
    """Somebody else is writing in a client's record and has not finished within the wait."""

    code = "unavailable"

    def __init__(self) -> None:
        super().__init__(
            _("Somebody is changing this record right now. Please try again in a moment.")
        )


class DecidedMeanwhile(Refusal):
    """Somebody decided about a proposal meanwhile, or a newer form took its place."""

    code = "decided_meanwhile"

    def __init__(self) -> None:
        super().__init__(_("This was decided meanwhile. Please look at what stands here now."))


class ClientGone(Refusal):
    """The record was merged into another one."""

    code = "client_merged"

    def __init__(self) -> None:
        super().__init__(
            _("This record was merged into another meanwhile. Please look at that one.")
        )


class ClientErased(Refusal):
    """Nothing is left of the record."""

    code = "client_erased"

    def __init__(self) -> None:
        super().__init__(
            _("This record was erased, and nothing of it can be had or done any more.")
        )


class NotErasable(Refusal):
    """A record can't be erased, or not yet; the sentence says why and until when."""

    code = "not_erasable"


class ErasureGone(Refusal):
    """What was to be carried out or stopped waits no longer."""

    code = "erasure_gone"

    def __init__(self) -> None:
        super().__init__(_("Somebody decided about this meanwhile. This is how it stands now."))


class HeldAlready(Refusal):
    """There is a legal hold already."""

    code = "held_already"

    def __init__(self) -> None:
        super().__init__(_("A legal hold stands on this record already."))


class NotMergeable(Refusal):
    """These two records can't become one."""

    code = "not_mergeable"


class CannotUnmerge(Refusal):
    """A merge can't be taken apart any more, or not yet."""

    code = "cannot_unmerge"


class FileUnreadable(Refusal):
    """A file that can't be taken over. `field` is that of the form."""

    code = "unreadable"
    field = "file"


class ImportBusy(Refusal):
    code = "import_busy"

    def __init__(self) -> None:
        super().__init__(_("This file is being worked on. Please wait until that is done."))


class RowRefused(Refusal):
    """A row of a file that can't be taken over; `code` says why (IMPORT_PROBLEMS has the words)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class NoAddress(Refusal):
    code = "no_address"

    def __init__(self) -> None:
        super().__init__(_("There is no e-mail address to send the link to."))


class LinkJustSent(Refusal):
    code = "just_sent"

    def __init__(self) -> None:
        super().__init__(_("The link is on its way already."))


class LinkOutlasts(Refusal):
    """A link that shows a record, asked for by whoever has opened the record for a while only."""

    code = "link_outlasts"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The record is open to you for a while, and the link would stay open. Send it to "
                "the client instead."
            )
        )


class AnsweredAlready(Refusal):
    code = "answered_already"

    def __init__(self) -> None:
        super().__init__(
            _("We have your answers already, thank you. If something has changed, please call us.")
        )


class NotAPractitioner(Refusal):
    code = "not_a_practitioner"

    def __init__(self) -> None:
        super().__init__(_("Only a practitioner decides about safety answers."))


class ReasonMissing(Refusal):
    code = "reason_missing"
    field = "reason"

    def __init__(self) -> None:
        super().__init__(_("Please write down why this is safe. Only practitioners read it."))


class AbsoluteRule(Refusal):
    code = "absolute_rule"
    field = "despite_absolute"

    def __init__(self) -> None:
        super().__init__(
            _(
                "A rule speaks against a part of this session without any ifs. If it shall take "
                "place all the same, tick the box that says so."
            )
        )


class CannotJudge(Refusal):
    code = "cannot_judge"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The questions have changed since, and these answers are none to them. Please ask "
                "again in the room, or let the client answer again."
            )
        )


class Strands(Refusal):
    """A change of the timetable leaves coming bookings without a place. `bookings` are by start."""

    code = "strands"

    def __init__(self, bookings: Sequence[Booking]) -> None:
        super().__init__(
            _("Bookings no longer fit after this change. Look at them first, then confirm.")
        )
        self.bookings = list(bookings)


class TimetableBusy(Refusal):
    code = "unavailable"

    def __init__(self) -> None:
        super().__init__(
            _("Somebody is booking right now. Nothing was changed; please try again in a moment.")
        )


class KeyMismatch(Refusal):
    """A request key was used before, for another request."""

    code = "idempotency_mismatch"

    def __init__(self) -> None:
        super().__init__(_("This key was used for another request."))
