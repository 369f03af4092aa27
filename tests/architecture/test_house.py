"""The plan of the house, walked: import order is import-linter's; here are keys, tables, names and actions."""

import importlib
import inspect
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

PROJECT = Path(__file__).resolve().parents[2]

ORDER = {
    "kernel": 0, "base": 1, "audit": 2, "organizations": 3, "access": 4, "evidence": 5, "approvals": 5, "people": 6,
    "programmes": 6, "ledger": 7, "awards": 8, "payments": 9, "returns": 13,
    "desk": 14, "operations": 14, "web": 15, "demo": 15,
}  # fmt: skip

REFERENCE_DATA = "reference data, the same for everybody"

# Tables without a policy, each with the reason. They hold nothing about recipients or money.
WITHOUT_POLICY = {
    "access_user": "read at sign-in, before any scope exists; holds no personal data of recipients",
    "access_cache": "counts of failed sign-ins and used codes, before any scope; may be forgotten",
    "access_incompatiblepair": REFERENCE_DATA,
    "access_reset": "of accounts, as access_user: no data of recipients; the screens show those of the scope",
    "programmes_category": REFERENCE_DATA,
    "programmes_categorywording": REFERENCE_DATA,
    "programmes_prohibitedgoods": REFERENCE_DATA,
    "programmes_purpose": REFERENCE_DATA,
    "programmes_ruledocument": REFERENCE_DATA,
    "programmes_tag": REFERENCE_DATA,
}
FRAMEWORK = re.compile(r"^(django_|auth_|account_|mfa_|socialaccount_|usersessions_|procrastinate_)")


def business_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("nuanliu.")]


def test_a_foreign_key_points_down_the_house_or_stays_in_its_room() -> None:
    upward = [
        f"{model.__name__}.{field.name}"
        for model in business_models()
        for field in model._meta.fields
        if field.is_relation and ORDER[field.related_model._meta.app_label] > ORDER[model._meta.app_label]
    ]
    assert upward == []


def test_no_foreign_key_forgets_who_acted() -> None:
    forgetful = [
        f"{model.__name__}.{field.name}"
        for model in business_models()
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is not models.PROTECT
    ]
    assert forgetful == []


def test_every_model_is_in_the_glossary() -> None:
    glossary = (PROJECT / "docs" / "glossary.md").read_text()
    named = set(re.findall(r"^\| (\w+) \|", glossary, re.MULTILINE)) - {"name"}
    assert {model.__name__ for model in business_models()} == named


def test_no_model_name_is_abbreviated() -> None:
    assert [
        model.__name__
        for model in business_models()
        if re.search(r"(Org|Acct|Amt|Cfg|Mgr|Txn)(?![a-z])", model.__name__)
    ] == []


def public_actions() -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for package in ORDER:
        try:
            module = importlib.import_module(f"nuanliu.{package}.actions")
        except ModuleNotFoundError:
            continue
        found += [
            (f"{package}.{name}", member)
            for name, member in inspect.getmembers(module, inspect.isfunction)
            if not name.startswith("_") and member.__module__.startswith(f"nuanliu.{package}.actions")
        ]
    return found


# Functions of actions.py that are not business acts.
NOT_ACTS = {"audit.audited", "audit.record", "audit.unchanged"}


def test_every_public_action_is_audited() -> None:
    bare = [
        name
        for name, member in public_actions()
        if name not in NOT_ACTS and not hasattr(member, "audited_as")
    ]
    assert bare == []


def test_every_public_function_of_the_inner_rooms_says_what_it_returns() -> None:
    silent = [
        f"{package}.{file}.{name}"
        for package in ORDER
        for file in ("rules", "actions", "queries")
        if (PROJECT / "nuanliu" / package / f"{file}.py").exists()
        for name, member in inspect.getmembers(
            importlib.import_module(f"nuanliu.{package}.{file}"), inspect.isfunction
        )
        if member.__module__ == f"nuanliu.{package}.{file}"
        and not name.startswith("_")
        and ("return" not in inspect.unwrap(member).__annotations__ or not inspect.getdoc(member))
    ]
    assert silent == []


@pytest.mark.django_db
def test_every_table_has_a_policy_or_a_listed_reason() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
               WHERE relkind IN ('r', 'p') AND n.nspname = 'public'
                 AND NOT (relrowsecurity AND relforcerowsecurity
                          AND EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = pg_class.oid))"""
        )
        bare = {name for (name,) in cursor.fetchall() if not FRAMEWORK.match(name)}
    assert bare == WITHOUT_POLICY.keys()


@pytest.mark.django_db
def test_the_application_owns_nothing_and_cannot_bypass_policies() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = 'nuanliu_app'")
        assert cursor.fetchone() == (0,)
