"""What the how-to pages promise is there: commands, options, variables, profiles, links."""

import re
from pathlib import Path

import pytest
import typer
import yaml
from typer.main import get_command

from nuanliu.payments.layouts import check_profile
from nuanliu.payments.layouts.profile import KNOWN_FIELDS

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted((PROJECT / "docs" / "howto").glob("*.md"))
VARIABLE = re.compile(r"\b(?:NUANLIU|DATABASE)_[A-Z_]+\b")
READ = re.compile(r"""(?:environ(?:\.get\(|\[)|flag\(|envvar=)\s*"([A-Z_]+)\"""")


def text_of(name: str) -> str:
    return (PROJECT / "docs" / "howto" / name).read_text(encoding="utf-8")


def commands() -> dict[str, typer.core.TyperCommand]:
    from nuanliu.cli.main import assemble

    top = get_command(assemble())
    found = dict(top.commands)  # type: ignore[attr-defined]
    for name, command in top.commands.items():  # type: ignore[attr-defined]
        found |= {f"{name} {inner}": leaf for inner, leaf in getattr(command, "commands", {}).items()}
    return found


def test_every_variable_that_the_program_reads_is_explained_and_no_other() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (PROJECT / "nuanliu").rglob("*.py"))
    read = {name for source in sources for name in READ.findall(source)}
    read |= {"NUANLIU_SECRET_KEY"}  # its name is put together from the secret's
    foreign = {name for name in read if not name.startswith(("NUANLIU_", "DATABASE_"))}
    assert set(VARIABLE.findall(text_of("install.md"))) == read - foreign
    assert foreign - {"HOST", "PORT"} <= {"DJANGO_SETTINGS_MODULE", "HOME", "PATH", "XDG_RUNTIME_DIR"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_variable_named_anywhere_is_in_the_table(page: Path) -> None:
    assert set(VARIABLE.findall(page.read_text())) <= set(VARIABLE.findall(text_of("install.md")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_on_the_page_exists(page: Path) -> None:
    known = commands()
    named = [call.split() for call in re.findall(r"\bnuanliu ((?:[a-z][a-z-]* ?){1,2})", page.read_text())]
    called = {" ".join(words) if hasattr(known.get(words[0]), "commands") else words[0] for words in named}
    assert called - known.keys() == set()


def test_every_option_of_the_first_administrators_is_named() -> None:
    options = {
        name for parameter in commands()["administrators"].params for name in parameter.opts if name[0] == "-"
    }
    assert set(re.findall(r"`(--[a-z-]+)`", text_of("install.md"))) >= options - {"--help"}


def test_every_option_of_the_main_job_is_explained() -> None:
    options = {name for parameter in commands()["warmth"].params for name in parameter.opts if name[0] == "-"}
    assert set(re.findall(r"^\| `(--[a-z-]+)`", text_of("warmth.md"), re.MULTILINE)) == options


def test_the_bank_on_the_page_is_a_profile_without_faults() -> None:
    (described,) = re.findall(r"```yaml\n(.*?)```", text_of("bank.md"), re.DOTALL)
    assert check_profile(yaml.safe_load(described)) == []
    assert set(re.findall(r"\{([^{}:\"]+)\}", text_of("bank.md"))) == set(KNOWN_FIELDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []
