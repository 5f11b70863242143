"""Mail shown in a frame of a page of ours: it brings its style with it, and may do nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin

NOTHING = "'none'"
View = TypeVar("View", bound=Callable[..., HttpResponse])


def shown_as_mail(sandbox: str) -> Callable[[View], View]:
    """Let a view's answer stand in a frame of ours with its own style, and load and run nothing.

    sandbox: what it may do all the same, such as open links elsewhere; "" for nothing.
    """
    policy = {
        "default-src": [NOTHING],
        "script-src": [NOTHING],
        "style-src": [UNSAFE_INLINE],
        "img-src": ["data:"],
        "font-src": [NOTHING],
        "connect-src": [NOTHING],
        "form-action": [NOTHING],
        "frame-ancestors": [SELF],
        "sandbox": sandbox or True,
    }

    def decorate(view: View) -> View:
        return cast(View, csp_replace(policy)(xframe_options_sameorigin(view)))

    return decorate
