"""Styles and scripts: few bytes, kept for a year, collected once."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import storages
from django.test import Client

from nuanliu.config import settings as real
from nuanliu.web.assets import collect

TRANSFER_BYTES = 300_000


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = real.STORAGES
    settings.WHITENOISE_USE_FINDERS = False
    assert collect()
    return tmp_path


def test_files_are_collected_once_and_again_when_one_changed(collected: Path, settings: Any) -> None:
    assert not collect()
    assert (collected / "staticfiles.json").is_file()
    settings.NUANLIU_ASSETS = {"htmx/htmx.min.js": settings.NUANLIU_ASSETS["htmx/htmx.min.js"]}
    assert collect()


def test_files_that_were_stored_in_another_way_are_collected_again(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    assert collect()
    assert not (tmp_path / "staticfiles.json").exists()
    settings.STORAGES = real.STORAGES
    assert collect()
    assert (tmp_path / "staticfiles.json").is_file()


def test_everything_that_text_is_lies_there_compressed_twice(collected: Path) -> None:
    for style in collected.rglob("*.css"):
        assert gzip.decompress(Path(f"{style}.gz").read_bytes()) == style.read_bytes()
        assert Path(f"{style}.br").stat().st_size < style.stat().st_size


def test_all_styles_and_scripts_together_stay_below_the_promised_size(collected: Path) -> None:
    files = [Path(f"{path}.br") for path in collected.rglob("*") if path.suffix in {".css", ".js"}]
    hashed = {path.name.split(".")[0]: path for path in files}
    assert sum(path.stat().st_size for path in hashed.values()) < TRANSFER_BYTES / 2


def test_a_name_with_its_digest_is_kept_for_a_year(collected: Path) -> None:
    address = storages["staticfiles"].url("web/styles/ground.css")
    assert address != "/static/web/styles/ground.css"
    answer = Client(headers={"accept-encoding": "br"}).get(address)
    assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert answer.headers["Content-Encoding"] == "br"


def test_packages_give_nothing_but_what_pages_name() -> None:
    assert finders.find("tabler/css/tabler.min.css")
    assert finders.find("tabler/js/tabler.min.js") is None
    assert staticfiles_storage.url("htmx/htmx.min.js") == "/static/htmx/htmx.min.js"
