"""The house itself: the place, its people, its hours, its log book, and the project's own files."""

from clinic.celery import app as celery_app

__all__ = ["celery_app"]
