"""What is done to the house itself."""

from clinic.actions.owners import CannotCreateUser, create_owner
from clinic.actions.people import LastOwner, change_user, create_user, set_password
from clinic.actions.place import MAIL_TRIED, change_clinic, change_look, note_trial
from clinic.actions.saving import changed, plain, save

__all__ = [
    "MAIL_TRIED",
    "CannotCreateUser",
    "LastOwner",
    "change_clinic",
    "change_look",
    "change_user",
    "changed",
    "create_owner",
    "create_user",
    "note_trial",
    "plain",
    "save",
    "set_password",
]
