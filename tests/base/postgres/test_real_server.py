"""A server of one's own, named by DATABASE_URL; the embedded one plays it, reached by its address alone."""

import json
import os
import subprocess
import sys
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured

from nuanliu.base.database import databases, real
from nuanliu.base.postgres.provision import create_database, drop_database, grant
from nuanliu.base.postgres.secret import APPLICATION, AUDITOR, OWNER
from nuanliu.base.var import PROJECT
from nuanliu.config.secrets import secret


def address(server, role, database):
    password = quote(server.passwords[role], safe="")
    return f"postgresql://{role}:{password}@/{database}?host={quote(str(server.socket_folder))}"


@pytest.fixture
def production(kept_cluster, tmp_path):
    """The environment of a production process on an empty database."""
    server = kept_cluster.ensure_running()
    create_database(server, "production")
    grant(server, "production")
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    yield kept | {
        "NUANLIU_VAR": str(tmp_path / "var"),
        "NUANLIU_SECRET_KEY": "a secret of the environment, long enough for any check, 0123456789",
        "NUANLIU_HOSTS": "nuanliu.example",
        "DATABASE_URL": address(server, APPLICATION, "production"),
        "DATABASE_OWNER_URL": address(server, OWNER, "production"),
        "DATABASE_AUDIT_URL": address(server, AUDITOR, "production"),
    }
    drop_database(server, "production")


def nuanliu(environment, *arguments):
    command = [sys.executable, "-m", "nuanliu.cli.main", *arguments]
    return subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_a_real_server_is_migrated_by_the_owner_and_used_by_the_application(production):
    migrated = nuanliu(production, "migrate")
    assert migrated.returncode == 0, migrated.stderr
    script = (
        "import json; from django.db import connections as c; "
        "from django.contrib.contenttypes.models import ContentType;"
        "print(json.dumps([[ContentType.objects.using(a).exists(), c[a].settings_dict['USER']] for a in c]))"
    )
    asked = nuanliu(production, "django", "shell", "--no-imports", "-c", script)
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout) == [[True, APPLICATION], [True, OWNER], [True, AUDITOR]]


def test_it_makes_no_embedded_server_beside_the_real_one(production, tmp_path):
    assert nuanliu(production, "migrate").returncode == 0
    assert not (tmp_path / "var" / "postgres").exists()
    refused = nuanliu(production, "backup")
    assert (refused.returncode, "its own" in refused.stderr) == (2, True)


def test_production_makes_no_keys_of_its_own(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="NUANLIU_SECRET_KEY"):
        secret("secret_key", tmp_path, demonstration=False)
    assert list(tmp_path.iterdir()) == []


def test_a_demonstration_makes_its_key_once_and_for_itself_alone(tmp_path):
    first = secret("secret_key", tmp_path / "keys", demonstration=True)
    assert secret("secret_key", tmp_path / "keys", demonstration=True) == first
    assert (tmp_path / "keys" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_an_address_is_read_in_full():
    found = real("postgresql://us%40er:p%2Fw@db.example:6432/na%20me?sslmode=verify-full")
    assert found == {
        "ENGINE": "nuanliu.base.postgres.lasting",
        "NAME": "na me",
        "USER": "us@er",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"connect_timeout": 5, "sslmode": "verify-full"},
    }


def test_an_address_of_another_kind_is_refused(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://root@localhost/nuanliu")
    with pytest.raises(ValueError, match="postgresql://"):
        databases()
