"""A list into the database: read, checked, matched, sealed, staged, accepted. Peer: django-import-export in bulk mode.

The peer neither checks, matches nor encrypts. The floor reads the sheet as strings, encrypts and digests three
columns and writes the rows.
"""

import hmac
import os
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import world
from benchmarks.measuring import Figure, Reading, alone, figure, in_turns, middle, rounded

TITLE_ROWS = 2
PEER_ROWS = 10_000
PEER_NAME = "django-import-export 4.4, use_bulk, rows looked up by identity number, no checks, no encryption"
HEADINGS = {
    "name": "姓名", "identity": "身份证号", "employer": "工作单位", "phone": "联系电话",
    "category": "慰问对象类别（C1-C11）", "cash": "慰问金（元）", "goods": "慰问品（名称/数量）",
    "goods_value": "慰问品折价（元）", "bank": "开户银行", "account": "银行账号",
}  # fmt: skip


def measure(rows: int = 10_000) -> Iterator[Figure]:
    """Ours and the floor on the whole list; the peer on at most 10,000 rows, counted by row above that."""
    path, peer_rows = str(world.a_list(rows)), min(rows, PEER_ROWS)

    def ours() -> Reading:
        world.fresh()
        return alone("roster_import.ours", path=path)

    readings = in_turns(3, {"ours": ours, "floor": lambda: alone("roster_import.floor", path=path)})
    peer_path, turns = str(world.a_list(peer_rows)), 1 if peer_rows > 2_000 else 3
    peer = [alone("roster_import.peer", path=peer_path) for _ in range(turns)]
    careless = [alone("roster_import.peer", path=peer_path, matching=False) for _ in range(turns)]
    yield figure(
        "roster_import",
        rows,
        readings["ours"],
        peer=peer,
        peer_n=peer_rows,
        peer_name=PEER_NAME,
        floor=readings["floor"],
        target=">= 20 x peer, <= 2.5 x floor, <= 400 MB at 200,000 rows",
        details={
            "steps": readings["ours"][-1].told,
            "peer_rows": peer_rows,
            "peer_that_looks_nothing_up": rounded(middle(careless) * rows / peer_rows),
            "floor_peak_mb": rounded(max(reading.peak_mb for reading in readings["floor"])),
        },
    )


def ours(path: str) -> dict[str, Any]:
    """Import and accept, as the clerk; seconds by step."""
    from nuanliu.awards.actions import SubmittedFile, accept_rows, import_roster
    from nuanliu.organizations.queries import by_path
    from nuanliu.programmes.models import Campaign

    file, clerk = SubmittedFile("list.xlsx", Path(path).read_bytes()), world.actor("clerk")
    start = perf_counter()
    with world.jiading():
        imported = import_roster(
            [file],
            organization=by_path(world.JIADING),
            campaign=Campaign.objects.get(),
            business_date=world.DAY,
            by=clerk,
        )
    middle = perf_counter()
    with world.jiading():
        accepted = accept_rows(imported.roster, by=clerk)
    end = perf_counter()
    steps = {step: round(seconds, 3) for step, seconds in imported.seconds.items()}
    return {"seconds": end - start, "accepted": accepted.rows, **steps, "accept": round(end - middle, 3)}


def floor(path: str) -> float:
    """The least: parse, encrypt and digest three columns, COPY the rows into a table without index or constraint."""
    import fastexcel
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    with world.superuser() as connection:
        connection.execute("DROP TABLE IF EXISTS bench_floor")
        connection.execute(f"CREATE TABLE bench_floor ({', '.join(f'c{i} text' for i in range(11))},"
                           " s0 bytea, s1 bytea, s2 bytea, d0 bytea, d1 bytea, d2 bytea)")  # fmt: skip
        start = perf_counter()
        book = fastexcel.read_excel(path)
        sheet = book.load_sheet(0, header_row=None, skip_rows=TITLE_ROWS + 1, dtypes="string")
        columns = [sheet.to_polars()[:, index].to_list() for index in range(sheet.width)]
        encrypt, keyed = AESGCM(os.urandom(32)).encrypt, hmac.new(os.urandom(32), digestmod="sha256")
        sealed, digests = [], []
        for index in (2, 4, 10):
            nonces = os.urandom(12 * len(columns[index]))
            values = [(value or "").encode() for value in columns[index]]
            sealed.append([
                encrypt(nonces[12 * row : 12 * row + 12], value, b"") for row, value in enumerate(values)
            ])  # fmt: skip
            digests.append([_digest(keyed, value) for value in values])
        with (
            connection.transaction(),
            connection.cursor().copy("COPY bench_floor FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(["text"] * 11 + ["bytea"] * 6)
            for row in zip(*columns, *sealed, *digests, strict=True):
                copy.write_row(row)
        return perf_counter() - start


def _digest(keyed: Any, value: bytes) -> bytes:
    fresh = keyed.copy()
    fresh.update(value)
    return fresh.digest()


def peer(path: str, matching: bool = True) -> float:
    """What a team would take: a resource over a plain model, in bulk mode, without diffs.

    `matching`: each row is looked up by its identity number, so that a second import does not double the first.
    """
    from django.db import connection, models
    from import_export import fields, resources
    from tablib import Dataset

    class PlainRow(models.Model):
        name = models.TextField(null=True)
        identity = models.TextField(null=True)
        employer = models.TextField(null=True)
        phone = models.TextField(null=True)
        category = models.TextField(null=True)
        cash = models.TextField(null=True)
        goods = models.TextField(null=True)
        goods_value = models.TextField(null=True)
        bank = models.TextField(null=True)
        account = models.TextField(null=True)

        class Meta:
            app_label = "benchmarks"
            managed = False
            db_table = "bench_peer"

    class PlainResource(resources.ModelResource):
        for _attribute, _heading in HEADINGS.items():
            locals()[_attribute] = fields.Field(attribute=_attribute, column_name=_heading)

        class Meta:
            model = PlainRow
            fields = tuple(HEADINGS)
            import_id_fields = ("identity",) if matching else ()
            force_init_instance = not matching
            use_bulk = True
            batch_size = 1000
            skip_diff = True
            skip_unchanged = False
            report_skipped = False
            use_transactions = True

    with connection.cursor() as cursor:
        columns = ", ".join(f"{name} text" for name in HEADINGS)
        cursor.execute(f"CREATE TEMPORARY TABLE bench_peer (id bigserial PRIMARY KEY, {columns})")
        cursor.execute("CREATE UNIQUE INDEX ON bench_peer (identity)")
    start = perf_counter()
    dataset = Dataset().load(Path(path).read_bytes(), format="xlsx", skip_lines=TITLE_ROWS)
    result = PlainResource().import_data(dataset, raise_errors=True)
    seconds = perf_counter() - start
    written = PlainRow.objects.count()
    if result.has_errors() or written < 1:
        raise RuntimeError(f"the peer wrote {written} rows")
    return seconds
