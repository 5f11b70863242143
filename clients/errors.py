"""Sentences for what can't be accepted, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.answers import AnswersInvalid, Problem
from clients.images import Problem as Picture
from clients.intake_answers import Trouble
from clients.intake_form import Filling
from clients.message_text import Problem as Writing
from clients.pdfs import Problem as Pdf
from clinic.errors import Refusal

SENTENCES: dict[Problem, str | Promise] = {
    Problem.MISSING: _("Please answer this question."),
    Problem.UNKNOWN_QUESTION: _(
        "We did not ask this question, or ask it no more. Please answer those that are asked now."
    ),
    Problem.NOT_AN_ANSWER: _("Please choose one of the answers to this question."),
    Problem.DATE_MISSING: _("Please tell us when, or choose “not sure”."),
    Problem.DATE_WRONG: _("Please give a date that is in the calendar, or choose “not sure”."),
    Problem.DATE_IN_FUTURE: _("This date is still to come. Please give the date of the last time."),
    Problem.DATE_TOO_LONG_AGO: _("This date is too long ago. Please check the year."),
}

TROUBLES: dict[Trouble, str | Promise] = {
    Trouble.TOO_LONG: _("This is longer than we can keep. Please shorten it."),
    Trouble.TOO_MANY: _("This is more than we can keep. Please leave some out."),
    Trouble.NOT_OFFERED: _("Please choose one of the answers to this question."),
    Trouble.CONTRADICTION: _("Two of your answers contradict each other. Please leave one."),
    Trouble.DATE_WRONG: _("This date is not in the calendar. A year alone is enough if unsure."),
    Trouble.DATE_IN_FUTURE: _("This date is still to come. Please check it."),
    Trouble.DATE_TOO_LONG_AGO: _("This date is too long ago. Please check the year."),
    Trouble.DATE_MISSING: _("Please tell us when, or tick “not sure when”."),
    Trouble.NUMBER_WRONG: _("Please write a number, such as 7 or 7.5."),
    Trouble.NUMBER_OUT_OF_RANGE: _("This number does not look right. Please check it."),
    Trouble.PHONE_WRONG: _("We can't read this telephone number. Please check it."),
    Trouble.EMAIL_WRONG: _("This is no e-mail address. It looks like name@example.org."),
    Trouble.TWICE: _("You chose this one above. Please choose another, or leave it open."),
    Trouble.NOT_ON_THE_MAP: _("Please choose one of the concerns you ticked above."),
    Trouble.WHICH_MISSING: _("Please choose which one it is."),
}


class TroubleOver(Refusal):
    """A message that somebody has seen to, or that has gone after all."""

    code = "trouble_over"

    def __init__(self) -> None:
        super().__init__(_("Somebody has seen to this message meanwhile."))


class MessageTooLate(Refusal):
    """A message whose moment is over: sent now, it would say what is no longer so."""

    code = "message_too_late"

    def __init__(self) -> None:
        super().__init__(_("It is too late to send this. Please call, or put it aside."))


class FormOver(Refusal):
    """A form that is asked no more: its time is over, or another one took its place."""

    code = "form_over"

    def __init__(self) -> None:
        super().__init__(_("This form is closed. Please call us if something has changed."))


class FormPrivate(Refusal):
    """A form that was opened by the client's own link, and so is shown and changed there only."""

    code = "form_private"

    def __init__(self) -> None:
        super().__init__(_("Please go on with the link in our message."))


class ToldBefore(Refusal):
    """Answers of a day before the newest known would take the place of newer ones."""

    code = "told_before"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Newer answers are known, and these would take their place. Keep an older paper "
                "as a scan, under documents."
            )
        )


class FormIncomplete(Refusal):
    """A form that can't be sent yet; `filling` says what is missing or wrong."""

    code = "form_incomplete"

    def __init__(self, filling: Filling) -> None:
        super().__init__(_("Some answers are still missing. What you wrote is kept."))
        self.filling = filling


def sentences(invalid: AnswersInvalid) -> dict[str, str]:
    """Return what to say at each question, by question id."""
    return {code: str(SENTENCES[problem]) for code, problem in invalid.errors.items()}


class _Said(Refusal):
    """A refusal that always says the same."""

    words: str | Promise = ""

    def __init__(self) -> None:
        super().__init__(self.words)


class TextChanged(_Said):
    """The text was published anew while somebody was reading."""

    code = "text_changed"
    words = _(
        "The text was changed while you were reading. Please look at what is new and sign again."
    )


class ChoicesMissing(Refusal):
    """Items were left open; `codes` says which."""

    code = "choices_missing"

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(_("Please read every part and say that you have understood it."))
        self.codes = tuple(codes)


class AlreadyWithdrawn(_Said):
    code = "already_withdrawn"
    words = _("This consent was taken back already.")


class WithdrawalReasonMissing(_Said):
    code = "reason_missing"
    field = "reason"
    words = _("Please write down how the client told you.")


class NothingToConfirm(_Said):
    code = "nothing_to_confirm"
    words = _("There is no signed consent that holds. Please let the client sign first.")


class EditedMeanwhile(_Said):
    code = "edited_meanwhile"
    words = _("Somebody else has published a version meanwhile. Please start from theirs.")


class RuleRefused(Refusal):
    """An edit with which the safety rules would contradict themselves. `field` is a key of the
    rule's document, or ""."""

    code = "rule_invalid"

    def __init__(self, field: str) -> None:
        super().__init__(RULE_SENTENCES.get(field, _RULE_WRONG))
        self.field = field


_RULE_WRONG = _("With this the rules would contradict each other, so nothing is saved.")
RULE_SENTENCES: dict[str, str | Promise] = {
    "applies_to": _("Choose at least one part of the session."),
    "trigger_answer": _("Choose which answer the rule is about."),
    "trigger_age": _("Write the age the rule is about."),
    "delay_days_default": _("A wait needs its number of days, from 0 to 3650."),
    "delay_days_range": _("Write the least days first; neither is more than 3650."),
    "review_allowed_from_days": _("Write a number of days from 0 to 3650."),
    "restrictions": _("Each number of days lies between 0 and 3650."),
    "client_message": _("These words speak of {days}, and the rule has no number of days."),
}


class RuleChangedMeanwhile(Refusal):
    """Somebody saved another edit of the same rule while this one was typed; `theirs` is it."""

    code = "rule_changed_meanwhile"

    def __init__(self, by: str, theirs: Mapping[str, Any]) -> None:
        super().__init__(
            _(
                "%(who)s changed this rule while you were writing. Your words are still here, not "
                "saved yet. Look at what is new, then save again to keep yours."
            )
            % {"who": by}
            if by
            else _(
                "This rule was changed while you were writing. Your words are still here, not saved "
                "yet. Look at what is new, then save again to keep yours."
            )
        )
        self.theirs = theirs


class DraftMoved(_Said):
    code = "draft_moved"
    words = _(
        "The draft is no longer what you looked at: somebody edited or published it meanwhile. "
        "Nothing was done. This is how it stands now."
    )


class WhyMissing(_Said):
    code = "why_missing"
    field = "why"
    words = _("Please write down why the rules change. It stays beside the version for good.")


class NotAPractitioner(_Said):
    code = "not_a_practitioner"
    words = _("Only a practitioner changes safety rules.")


class NothingChanged(_Said):
    code = "nothing_changed"
    words = _("Nothing differs from the version that is in force.")


class NotTheirs(Refusal):
    """A record is not opened to a login: it says only that, whatever was wrong."""

    code = "not_theirs"
    field = "phone"

    def __init__(self) -> None:
        super().__init__(
            _("This is not the number we have. Please check it, or call us and we will help.")
        )


class TwoSelves(Refusal):
    code = "two_selves"
    field = "relation"

    def __init__(self) -> None:
        super().__init__(_("This login is somebody's own already. Who is this person to them?"))


class StaffAddress(Refusal):
    code = "staff_address"
    field = "email"

    def __init__(self) -> None:
        super().__init__(
            _("This is the address of a member of staff's login. Please use a private one.")
        )


class NoPhotoConsent(_Said):
    code = "no_photo_consent"
    words = _(
        "There is no consent to photos that holds. Please ask the client to sign it first; "
        "a no changes nothing about their treatment."
    )


class PhotosWithdrawn(_Said):
    code = "photos_withdrawn"
    words = _("The client has taken back their consent to photos, so that none is taken.")


class DateToCome(Refusal):
    """A date of the past is still to come; `field` says which."""

    code = "date_to_come"

    def __init__(self, field: str) -> None:
        super().__init__(_("This date is still to come. Please check it."))
        self.field = field


class EndedAlready(_Said):
    code = "ended_already"
    words = _("This has been replaced or withdrawn already. Please load the page again.")


class StorageAway(_Said):
    code = "storage_away"
    words = _(
        "The file could not be stored, and nothing was kept. Please try again in a moment; "
        "if it goes on, tell whoever looks after the server."
    )


PICTURES: dict[Picture, str | Promise] = {
    Picture.EMPTY: _("This file is empty. Please choose another."),
    Picture.TOO_LARGE: _("This picture is larger than 15 MB. Please take it with a lower quality."),
    Picture.TOO_MANY_PIXELS: _(
        "This picture has more than 25 megapixels. Please take it with a lower resolution."
    ),
    Picture.TOO_SMALL: _("This picture is too small to show anything. Please take it again."),
    Picture.HEIC: _(
        "This is a HEIC picture, which browsers can't show. On an iPhone choose Settings, Camera, "
        "Formats, “Most compatible” and take it again, or send it to yourself as JPEG."
    ),
    Picture.NOT_A_PICTURE: _("This is no JPEG, PNG or WebP picture. Please choose another file."),
    Picture.BROKEN: _("This picture is damaged or was not copied whole. Please take it again."),
}
PDFS: dict[Pdf, str | Promise] = {
    Pdf.TOO_LARGE: _("This PDF is larger than 20 MB. Please scan it with a lower resolution."),
    Pdf.NOT_A_PDF: _("This is neither a PDF nor a JPEG, PNG or WebP picture."),
    Pdf.BROKEN: _("This PDF is damaged or was not copied whole. Please scan it again."),
    Pdf.ACTIVE: _(
        "This PDF holds a program or other files, which we don't keep. Print it to a new PDF and "
        "choose that one."
    ),
    Pdf.LOCKED: _(
        "This PDF is locked with a password, and in ten years nobody could open it. Save it "
        "without one."
    ),
}


class ErasedByItself(_Said):
    code = "erased_by_itself"
    words = _("A request for erasure is done by erasing the record, which the owner does.")


class AskedToday(_Said):
    code = "asked_today"
    words = _("You have asked several times today, and we read each. Please go on tomorrow.")


class ManyWait(_Said):
    code = "many_wait"
    words = _("Several of your requests wait for our answer. Please call us if this can't wait.")


class NoteEmpty(_Said):
    code = "note_empty"
    words = _("There is nothing in this note yet.")


class ReasonTooShort(_Said):
    code = "reason_too_short"
    field = "reason"
    words = _("Please say in a few words why you need this record.")


WRITINGS: dict[Writing, str | Promise] = {
    Writing.EMPTY: _("Please write something here."),
    Writing.TOO_LONG: _("This is too long: at most %(what)s characters are sent."),
    Writing.UNSEEN: _(
        "There is a character in this that can't be seen, perhaps copied along from elsewhere. "
        "Please write the line anew."
    ),
    Writing.LINES: _("Please write this on one line."),
    Writing.NAME: _(
        "“{%(what)s}” can't be put in here. Choose from the list; messages say nothing of "
        "treatments, practitioners or health."
    ),
    Writing.BRACE: _(
        "“%(what)s” can't be read. Braces stand around a name of the list only, as in {first_name}."
    ),
    Writing.BRACKET: _("There is a “%(what)s” without its other half."),
    Writing.NESTED: _("A part in brackets can't hold another one."),
    Writing.NOT_ALONE: _("{%(what)s} is a block of its own: please leave its line to it."),
    Writing.MISSING: _("Please keep {%(what)s}: without it the message would be of no use."),
}


class WordingRefused(Refusal):
    """Words a message can't have; `field` says which of subject, body and short."""

    code = "wording_refused"

    def __init__(self, field: str, problem: Writing, what: str) -> None:
        super().__init__(str(WRITINGS[problem]) % {"what": what})
        self.field = field


class ReplyEmpty(_Said):
    code = "reply_empty"
    field = "text"
    words = _("Please write what you want to say.")


class NumberStopped(_Said):
    code = "number_stopped"
    field = "text"
    words = _("This number has said STOP, so nothing is sent there. Please call instead.")


class NumberPassedOn(_Said):
    code = "number_passed_on"
    field = "text"
    words = _("This number has changed hands, so an answer would reach somebody else.")
