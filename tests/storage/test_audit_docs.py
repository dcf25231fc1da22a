from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from storage import audit
from storage.audit_chain import HASHED
from storage.database import Database
from storage.tables import AuditEvent
from tests.places import REPO_ROOT
from tests.storage.conftest import NOON

PAGE = (REPO_ROOT / "docs" / "audit.md").read_text()


def recomputed(export: Path) -> subprocess.CompletedProcess[str]:
    """Run the lines of Python that stand in the documentation, by a Python that knows nothing of ours."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    return subprocess.run(
        [sys.executable, "-I", "-c", code, str(export)], capture_output=True, text=True, check=False, cwd=export.parent
    )


def test_an_auditor_can_recompute_the_chain_from_an_export(database: Database, tmp_path: Path) -> None:
    for reason in ("first", "Ärzte 注文 🧾", "=1+1\n"):
        with database.begin("T1") as session:
            audit.append(
                session,
                action="invoice.issued",
                object_type="invoice",
                object_id="inv_1",
                actor=audit.USER("U0DANA"),
                at=NOON,
                after={"name": reason},
                reason=reason,
            )
    whole = tmp_path / "whole.jsonl"
    whole.write_text("".join(audit.export(database, format="jsonl")), encoding="utf-8")
    done = recomputed(whole)
    assert (done.returncode, done.stdout.split()[-1]) == (0, audit.verify(database).head_hash), done.stderr

    changed = tmp_path / "changed.jsonl"
    changed.write_text(whole.read_text(encoding="utf-8").replace("Ärzte", "Aerzte", 1), encoding="utf-8")
    assert "broken at 2" in recomputed(changed).stderr


def test_every_column_is_explained() -> None:
    explained = {
        name
        for line in PAGE.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert explained == {column.name for column in AuditEvent.metadata.tables["audit_event"].columns}
    assert {*HASHED, "hash"} == explained
