"""The HTTP API for a clinic's website, integrations and load tests (docs/api.md)."""

from __future__ import annotations

from django.conf import settings
from ninja import NinjaAPI

from bookings.api import booking, catalogue, errors
from bookings.api.reading import StrictJSON

api = NinjaAPI(
    title="Jade",
    version="1",
    description="What can be booked, when, and booking it. No account is needed; tokens are secrets.",
    docs_url=None,
    openapi_url=None,
    parser=StrictJSON(),
    servers=[{"url": settings.SITE_URL, "description": "The clinic's own site."}],
)
errors.install(api)
api.add_router("", catalogue.router)
api.add_router("", booking.router)
