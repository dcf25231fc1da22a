"""A file holds one subject, under a name that says which."""

from __future__ import annotations

import re

from tests.law.tracked import read, tracked

MOST_LINES = 400
VAGUE = re.compile(r"^_?(utils?|helpers?|managers?|misc|common|stuff)$|_(utils?|helpers?|managers?|misc|stuff)$")


def test_no_file_is_longer_than_one_subject_needs() -> None:
    lines = {str(path): read(path).count("\n") for path in tracked("*.py")}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    parts = {part.split(".")[0] for path in tracked("*.py", "*.js", "*.html") for part in path.parts}
    assert sorted(filter(VAGUE.search, parts)) == []


def test_the_law_on_names_knows_a_vague_one() -> None:
    assert all(map(VAGUE.search, ("utils", "date_helpers", "misc", "common", "session_manager")))
    assert not any(map(VAGUE.search, ("commons_law", "money", "management_report", "approvals")))
