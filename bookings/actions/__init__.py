"""Writes: each is one transaction of one thing somebody does (docs/decisions/0001)."""

from bookings.actions.attending import arrive, complete, confirm, no_show, start
from bookings.actions.booking import Booked, book
from bookings.actions.changing import accept, cancel, decline, move, say_yes
from bookings.actions.desk import book_by_staff, cancel_by_staff, move_by_staff
from bookings.actions.holding import hold, release
from bookings.actions.reminding import ask_for_reminders
from bookings.actions.reviewing import Answered, Decision, answer_questions, judge_again, review
from bookings.actions.sitting import begin_session, sign
from bookings.actions.sweeping import (
    decline_unanswered,
    expire_holds,
    forget_changes,
    forget_request_keys,
)
from bookings.actions.telling import send_form
from bookings.actions.undoing import Changed, undo

__all__ = [
    "Answered",
    "Booked",
    "Changed",
    "Decision",
    "accept",
    "answer_questions",
    "arrive",
    "ask_for_reminders",
    "begin_session",
    "book",
    "book_by_staff",
    "cancel",
    "cancel_by_staff",
    "complete",
    "confirm",
    "decline",
    "decline_unanswered",
    "expire_holds",
    "forget_changes",
    "forget_request_keys",
    "hold",
    "judge_again",
    "move",
    "move_by_staff",
    "no_show",
    "release",
    "review",
    "say_yes",
    "send_form",
    "sign",
    "start",
    "undo",
]
