"""Static files under names that change with their content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Also follows the imports between JavaScript modules, so that browsers may keep them all."""

    support_js_module_import_aggregation = True
