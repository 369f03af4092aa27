"""The application as the web server loads it, warmed before the first request."""

import gc
import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nuanliu.config.settings")

application = get_wsgi_application()


# How long a thread goes on while others could: a page takes less, so that it is not torn from the core's caches.
SECONDS_BEFORE_OTHERS = 0.03


def settle() -> None:
    """Read all addresses, and spare the collector what stays: it took a sixth of a page's time looking at it again.

    A page makes thousands of objects and leaves few rings; those wait for a rarer round.
    """
    from django.urls import get_resolver

    from nuanliu.base.plans import keep_plans

    keep_plans()

    # The property reads every module of views.
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    sys.setswitchinterval(SECONDS_BEFORE_OTHERS)


settle()
