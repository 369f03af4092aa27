"""What the browser is given beside pages: found, compressed, named by its content, kept for a year.

`collect` runs when the web server starts and does nothing where nothing changed. Tests serve the files as they lie.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder, get_finders
from django.core.files.storage import FileSystemStorage, Storage
from django.core.management import call_command
from django.utils._os import safe_join
from whitenoise.storage import CompressedManifestStaticFilesStorage

from nuanliu.kernel.digests import sha256_of

STAMP = "collected"


class PackagedFinder(BaseFinder):
    """The few files of other people's packages that pages ask for; the packages hold thousands."""

    def __init__(self, *_args: Any, **_options: Any) -> None:
        self.storage = FileSystemStorage(settings.NUANLIU_PACKAGES)

    def check(self, **_options: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False) -> Any:
        """Where a file lies, as finders tell it: one place, or a list where all are asked for."""
        source = settings.NUANLIU_ASSETS.get(path)
        place = safe_join(settings.NUANLIU_PACKAGES, source) if source else None
        return ([place] if place else []) if find_all else place or []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every file with a storage that opens it by its public name."""
        for name in settings.NUANLIU_ASSETS:
            yield name, PackagedStorage(settings.NUANLIU_PACKAGES)


class PackagedStorage(FileSystemStorage):
    """Opens a packaged file by the name under which pages ask for it."""

    def path(self, name: str) -> str:
        return super().path(settings.NUANLIU_ASSETS[name])


class AssetStorage(CompressedManifestStaticFilesStorage):
    """Files named by their content. Maps back to sources, which styles and scripts name, are not shipped."""

    patterns = (("*.css", CompressedManifestStaticFilesStorage.patterns[0][1][:2]),)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._addresses: dict[str, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a file, looked up once: each page names a dozen."""
        if not name or force:
            return str(super().url(name, force))
        if name not in self._addresses:
            self._addresses[name] = str(super().url(name))
        return self._addresses[name]


def collect() -> bool:
    """Lay all files ready for the server, unless they lie there already; tells whether there was work."""
    stamp, state = Path(settings.STATIC_ROOT) / STAMP, _state()
    if stamp.is_file() and stamp.read_text() == state:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)
    return True


def _state() -> str:
    """A digest that changes when a file comes, goes or is written, or is to be stored in another way."""
    told = [settings.STORAGES["staticfiles"]["BACKEND"]]
    for finder in get_finders():
        for name, storage in finder.list([]):
            seen = Path(storage.path(name)).stat()
            told.append(f"{name} {seen.st_size} {seen.st_mtime_ns}")
    return sha256_of([django.__version__, *sorted(told)]).hex()
