"""docs/terms.md explains every field, with an example that comes to what the page says."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from flows.rating import quote
from flows.terms.reading import TermsRefused, read_terms
from flows.terms.schema import schema_text
from tests.places import REPO_ROOT

PAGE = (REPO_ROOT / "docs" / "terms.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```\n(.*?)(?=```yaml|\Z)", PAGE, re.DOTALL)
CASES = [(fragment, words) for fragment, words in BLOCKS if "**" in words.split("\n## ")[0].split("\n### ")[0]]


def parts(text: str) -> dict[str, str]:
    """Return the text of each part at the margin, by its name."""
    return {part.partition(":")[0]: part for part in re.split(r"^(?=\w)", text, flags=re.MULTILINE) if part}


def merged(fragment: str) -> str:
    """Put the parts that an example names in the place of those of the smallest contract."""
    return "".join((parts(BLOCKS[0][0]) | parts(fragment)).values())


@pytest.mark.parametrize(("fragment", "words"), CASES, ids=range(len(CASES)))
def test_an_example_comes_to_what_the_page_says(fragment: str, words: str) -> None:
    said = re.findall(r"\*\*(.*?)\*\*", words)[0]
    if said.startswith("lines"):
        with pytest.raises(TermsRefused, match=re.escape(said)):
            read_terms(merged(fragment))
        return
    until = re.search(r"Up to (\d{4}-\d{2}-\d{2})", words.split("**", maxsplit=1)[0])
    assert str(quote(read_terms(merged(fragment)), until=date.fromisoformat(until[1]) if until else None).total) == said


def test_every_example_is_billed() -> None:
    unbilled = [fragment for fragment, words in BLOCKS if (fragment, words) not in CASES]
    assert len(CASES) >= 14
    assert all(str(quote(read_terms(merged(fragment))).total) == "USD 28,800.00" for fragment in unbilled)


def test_every_field_is_named_on_the_page_and_stands_in_an_example() -> None:
    schema = json.loads(schema_text())
    names = {name for part in (schema, *schema["$defs"].values()) for name in part.get("properties", ())}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()
    files = [path.read_text(encoding="utf-8") for path in (REPO_ROOT / "docs" / "terms").glob("*.yaml")]
    examples = "\n".join([*(fragment for fragment, _ in BLOCKS), *files])
    assert {name for name in names if not re.search(rf"\b{name}:", examples)} == set()
