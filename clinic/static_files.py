"""Static files in production: each under a name made of its content, so that none is ever stale."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    # A module asks for those it imports by their contents, too.
    support_js_module_import_aggregation = True
