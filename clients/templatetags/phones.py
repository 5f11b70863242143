"""Showing a telephone number."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clients.contact import phone_words

register = template.Library()


@register.filter
def phone(number: object) -> SafeString | str:
    """Return a number as people write it, which no line breaks in two; "" for none."""
    text = str(number or "")
    return format_html('<span class="nowrap num">{}</span>', phone_words(text)) if text else ""
