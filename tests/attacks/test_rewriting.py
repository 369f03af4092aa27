"""The database's own administrator rewrites the log: `nuanliu audit verify` names the row."""

import pytest

from tests.attacks.installation import Installation
from tests.awards.conftest import LISTS

LIST = str(LISTS / "list-a-official.xlsx")

REWRITES = {
    "a sum in it": "UPDATE audit_auditentry SET after = jsonb_set(after, '{rows}', '1') WHERE id = %(id)s",
    "with its digest": """UPDATE audit_auditentry SET reason = 'x', digest = sha256('x') WHERE id = %(id)s""",
    "the row itself": "DELETE FROM audit_auditentry WHERE id = %(id)s",
}


@pytest.fixture
def entry(installation: Installation) -> int:
    """The sealed entry of an accepted list."""
    assert installation.run("receive", LIST).status == 0
    assert installation.run("nuanliu", "audit", "seal").status == 0
    honest = installation.run("nuanliu", "audit", "verify")
    assert honest.status == 0, honest.errors
    return int(
        installation.rows("SELECT max(id) FROM audit_auditentry WHERE action = 'awards.import_roster'")[0][0]
    )


def test_each_rewriting_of_a_row_is_named(entry: int, installation: Installation) -> None:
    for what, rewriting in REWRITES.items():
        kept = installation.rows("SELECT * FROM audit_auditentry WHERE id = %s", [entry])
        assert len(kept) == 1
        installation.plant("CREATE TABLE kept AS SELECT * FROM audit_auditentry WHERE id = " + str(entry))
        installation.plant(rewriting.replace("%(id)s", str(entry)))
        found = installation.run("nuanliu", "audit", "verify")
        assert found.status == 1, what
        assert str(entry) in found.errors, what
        installation.plant(
            f"DELETE FROM audit_auditentry WHERE id = {entry}",
            "INSERT INTO audit_auditentry OVERRIDING SYSTEM VALUE SELECT * FROM kept",
            "DROP TABLE kept",
        )
    # Put back as it was, the log proves again.
    assert installation.run("nuanliu", "audit", "verify").status == 0
