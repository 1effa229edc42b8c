from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedStaticFiles(ManifestStaticFilesStorage):
    """Every file under its hash, imports between our own modules included."""

    support_js_module_import_aggregation = True
