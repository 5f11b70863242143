"""Drawing an icon of `templates/_icons.html`."""

from __future__ import annotations

from functools import cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@cache
def icon(name: str, size: str = "") -> SafeString:
    """Return an icon that only decorates: the words beside it carry the meaning.

    name: without the "i-" of its symbol. size: "" (as the text), "i-lg" or "i-xl".
    """
    return format_html('<svg class="i {}" aria-hidden="true"><use href="#i-{}"/></svg>', size, name)
