"""The mapping file: what it says is taken, and every mistake is told at its line with the mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.contracts.field_mapping import FieldMappingError, load_field_mapping, read_field_mapping
from flows.errors import ConfigurationError
from tests.places import REPO_ROOT


def test_the_example_that_we_ship_is_in_order() -> None:
    mapping = load_field_mapping(REPO_ROOT / "crm-fields.example.toml")
    assert mapping.deal["start_date"] == "Contract_Start__c"
    assert (mapping.line["timing"], mapping.line_dimensions) == ("Billing_Timing__c", {"department": "Department__c"})
    assert mapping.deal_dimensions == {"region": "Region__c"}
    assert mapping.words["frequency"]["every half-year"] == "semiannual"
    assert len(mapping.version) == 12


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[deal]\npo_numbr = "PO__c"', 'line 2: deal.po_numbr is not a setting; did you mean "po_number"?'),
        ('[line]\nbilling = "How is it"', 'line 2: line.billing is "How is it", which is no API name'),
        ("[deal]\nstart_date = 7", "line 2: deal.start_date is the number 7, but must be text in quotes."),
        ('[lines]\nbilling = "B__c"', 'line 1: lines is not a setting; did you mean "line"?'),
        ('[words.frequency]\nYearly = "year"', 'line 2: words.frequency.Yearly is "year", but must be one of monthly'),
        (
            '[words.region]\nN = "North"',
            "line 1: words.region is not a setting; known here: billing, frequency, timing.",
        ),
        (
            '[words.billing]\nflat = "flat"\nFLAT = "flat"',
            "line 3: words.billing.FLAT stands here twice, in small letters and capitals; keep one of them.",
        ),
        ('[line.dimensions]\n"a/b" = "X__c"', 'line 2: line.dimensions."a/b" is not the name of a dimension'),
        ("[deal]\npo_number = PO__c", "line 2: this is not TOML"),
    ],
)
def test_a_mistake_is_told_at_its_line(text: str, says: str) -> None:
    with pytest.raises(FieldMappingError) as refused:
        read_field_mapping(text)
    assert f"crm-fields.toml {says}" in str(refused.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(FieldMappingError) as refused:
        read_field_mapping('[deal]\ncolour = "Colour__c"\npo_number = "a b"\n\n[line]\ntiming = ""')
    assert [fault.line for fault in refused.value.faults] == [2, 3, 6]


def test_a_file_that_is_not_there_says_where_it_should_be(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"crm-fields\.example\.toml"):
        load_field_mapping(tmp_path / "crm.toml")
