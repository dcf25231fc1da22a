"""A session of one team finds, counts, changes and deletes nothing of another's, however a table is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, literal, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col

from storage.database import Database
from storage.tables import Attention, HomeTab, TeamOwned
from tests.storage.conftest import NOON

OURS, THEIRS = "T1", "T2"
Ask = Callable[[Session], Any]
_Other = aliased(Attention)


def attention(team_id: str, number: int) -> Attention:
    at = NOON + timedelta(seconds=number)
    return Attention(
        id=f"att_{team_id}_{number}", team_id=team_id, subject_id="inv_1", kind="issue", title="?", reason="?",
        code="?", owner="operators", state="open", opened_at=at,
    )  # fmt: skip


@pytest.fixture
def filled(database: Database) -> Database:
    """One thing that needs attention of ours, two of theirs; a person with a Home tab in each workspace."""
    with database.begin(None) as session:
        session.add_all([attention(OURS, 0), attention(THEIRS, 1), attention(THEIRS, 2)])
        session.add_all([HomeTab(team_id=team, user_id="U1", opened_at=NOON) for team in (OURS, THEIRS)])
    return database


def scalars(statement: Any) -> Ask:
    return lambda session: session.execute(statement).scalars().all()


_SAME_SUBJECT = col(_Other.subject_id) == Attention.subject_id
_ASKED: dict[str, tuple[Ask, Any]] = {
    "rows": (lambda session: len(scalars(select(Attention))(session)), 1),
    "one by its id": (lambda session: session.get(Attention, f"att_{THEIRS}_1"), None),
    "one to be locked": (lambda session: session.get(Attention, f"att_{THEIRS}_1", with_for_update=True), None),
    "a count of columns": (scalars(select(func.count(col(Attention.id)))), [1]),
    "a count of rows": (scalars(select(func.count()).select_from(Attention)), [1]),
    "a join": (
        scalars(select(col(HomeTab.user_id)).join(Attention, literal(True))),
        ["U1"],
    ),
    "a table in the condition": (scalars(select(literal(1)).where(col(HomeTab.user_id) == "U1")), [1]),
    "a subquery": (
        scalars(select(func.count()).select_from(HomeTab).where(
            exists(select(literal(1)).where(col(Attention.id) == f"att_{THEIRS}_1")))),
        [0],
    ),
    "an alias": (scalars(select(col(_Other.id)).where(col(_Other.state) == "open")), [f"att_{OURS}_0"]),
    "an alias in a subquery": (
        scalars(select(col(Attention.id)).where(
            exists(select(literal(1)).where(_SAME_SUBJECT, col(_Other.id) != Attention.id)))),
        [],
    ),
    "a change": (
        lambda session: session.execute(update(Attention).values(state="settled")).rowcount,  # type: ignore[attr-defined]
        1,
    ),
    "a deletion": (lambda session: session.execute(delete(Attention)).rowcount, 1),  # type: ignore[attr-defined]
}  # fmt: skip


@pytest.mark.parametrize("asked", _ASKED)
def test_a_team_finds_only_its_own(filled: Database, asked: str) -> None:
    ask, found = _ASKED[asked]
    with filled.begin(OURS) as session:
        assert ask(session) == found


def test_without_a_team_everything_is_found(filled: Database) -> None:
    with filled.read(None) as session:
        assert session.execute(select(func.count()).select_from(Attention)).scalar_one() == 3


def test_every_table_that_has_a_team_is_kept_apart() -> None:
    by_column = {name for name, table in SQLModel.metadata.tables.items() if "team_id" in table.columns}
    assert by_column == {str(table.__tablename__) for table in TeamOwned.__subclasses__()}
