"""docs/terms.md and docs/terms-prices.md explain every field and value, each in an example that comes to what they say.

The model's own schema is walked along every example: a field, a value of a choice or a kind of price that no example
of its part has, or that the section on its part does not name, fails here by its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import pytest
import yaml

from flows.rating import quote
from flows.terms.reading import TermsRefused, load_terms, read_terms
from flows.terms.schema import schema_text
from tests.places import REPO_ROOT

PAGES: Final = [(REPO_ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("terms.md", "terms-prices.md")]
BLOCKS: Final = [
    block for page in PAGES for block in re.findall(r"```yaml\n(.*?)```\n(.*?)(?=```yaml|\Z)", page, re.DOTALL)
]
CASES = [(fragment, words) for fragment, words in BLOCKS if "**" in words.split("\n## ")[0].split("\n### ")[0]]
FILES: Final = sorted((REPO_ROOT / "docs" / "terms").glob("*.yaml"))
SCHEMA: Final = json.loads(schema_text())
# which section of the pages explains a part of the terms
SECTIONS: Final = {
    "Terms": (
        *("The contract", "Renewal", "Billing", "Payment terms"),
        *("Lines", "Once: fees and milestones", "Minimums and credit"),
    ),
    "Customer": ("The contract",), "Seller": ("The contract",), "Renewal": ("Renewal",), "Billing": ("Billing",),
    **dict.fromkeys(
        ("Net", "EndOfMonth", "DayOfMonth", "EarlyDiscount", "Instalments", "Instalment"), ("Payment terms",)
    ),
    "PriceLine": ("Lines", "Ramps", "Free periods, discounts, escalators", "Billing"), "RampSegment": ("Ramps",),
    **dict.fromkeys(("FreePeriod", "Discount", "Escalator"), ("Free periods, discounts, escalators",)),
    **dict.fromkeys(("Fee", "Milestone"), ("Once: fees and milestones", "Lines")),
    **dict.fromkeys(("Commitment", "PrepaidCredit", "Allowance"), ("Minimums and credit", "Lines")),
    **dict.fromkeys(
        ("FlatPrice", "StandardPrice", "PackagePrice", "GraduatedPrice", "VolumePrice", "GraduatedPercentagePrice",
         "PercentagePrice", "DynamicPrice", "Transform", "Tier", "PercentTier"),
        ("Prices of a contract", "Tiers", "Percentages", "Prices"),
    ),
}  # fmt: skip
Part = tuple[str, ...]  # a part of the terms, a field of it, and perhaps one of the values that alone may stand there


def parts(text: str) -> dict[str, str]:
    """Return the text of each part at the margin, by its name."""
    return {part.partition(":")[0]: part for part in re.split(r"^(?=\w)", text, flags=re.MULTILINE) if part}


def merged(fragment: str) -> str:
    """Put the parts that an example names in the place of those of the smallest contract."""
    return "".join((parts(BLOCKS[0][0]) | parts(fragment)).values())


def node_of(node: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Follow a node of the schema to what it stands for, with the name of that part."""
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return name, SCHEMA["$defs"][name]
    options = [option for option in node.get("anyOf", ()) if option.get("type") != "null"]
    return node_of(options[0]) if len(options) == 1 else ("", node)


def said(name: str, node: Mapping[str, Any], value: Any) -> Iterator[Part]:
    """Give each field that an example has, and which of its values, walking along the schema."""
    if "discriminator" in node:
        chosen = node["discriminator"]
        yield from said(*node_of({"$ref": chosen["mapping"][value[chosen["propertyName"]]]}), value)
    elif isinstance(value, list):
        for item in value:
            yield from said(*node_of(node["items"]), item)
    elif isinstance(value, dict) and "properties" in node:
        for key, inner in value.items():
            yield name, key
            below = node_of(node["properties"][key])
            if "enum" in below[1]:
                yield name, key, str(inner)
            yield from said(*below, inner)


def everything() -> Iterator[Part]:
    """Give every field of the terms, and every value where only some may stand."""
    for name, part in (("Terms", SCHEMA), *SCHEMA["$defs"].items()):
        for key, node in part.get("properties", {}).items():
            yield name, key
            for value in node_of(node)[1].get("enum", ()):
                yield name, key, str(value)


def section(heading: str) -> str:
    """Return the text of the sections with that heading, up to the next heading."""
    found = [text for page in PAGES for text in re.findall(rf"(?ms)^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", page)]
    assert found, f"no section is called {heading}"
    return "\n".join(found)


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
    assert len(CASES) >= 28
    assert all(str(quote(read_terms(merged(fragment))).total) == "USD 28,800.00" for fragment in unbilled)


def test_every_field_and_value_stands_in_an_example_that_is_billed() -> None:
    texts = [merged(fragment) for fragment, words in BLOCKS if "is refused" not in words.partition("**")[0]]
    for path in FILES:
        assert load_terms(path).version == 1
        texts.append(path.read_text(encoding="utf-8"))
    shown = {part for text in texts for part in said("Terms", SCHEMA, yaml.safe_load(text))}
    assert sorted(set(everything()) - shown) == []


def test_every_field_and_value_is_named_in_the_section_on_its_part() -> None:
    sections = {name: "\n".join(map(section, headings)) for name, headings in SECTIONS.items()}
    unnamed = [part for part in everything() if f"`{part[-1]}`" not in sections[part[0]]]
    assert unnamed == []


def test_each_example_file_is_carried_out_on_a_page() -> None:
    consoles = "".join("".join(re.findall(r"<!-- tested -->\n```console\n(.*?)```", page, re.DOTALL)) for page in PAGES)
    assert [path.name for path in FILES if f"docs/terms/{path.name}" not in consoles] == []
