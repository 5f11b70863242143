"""Names as they stand in addresses."""

from __future__ import annotations

from django.db import models
from django.utils.text import slugify

LONGEST = 60


def free_slug(model: type[models.Model], name: str) -> str:
    """Return a slug of a name that no row of the model has: "queen-west", then "queen-west-2".

    Two who add the same name at once meet the table's unique constraint.
    """
    stem = slugify(name)[: LONGEST - 5].strip("-") or model._meta.model_name or "one"
    taken = set(model._default_manager.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 2
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug
