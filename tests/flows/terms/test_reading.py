"""Text to terms: every mistake at once, with its line; and what is written reads back."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given

from flows.terms.model import Terms
from flows.terms.reading import TermsRefused, load_terms, read_terms
from flows.terms.writing import dump_terms, terms_as_json, terms_hash
from tests.flows.terms.contracts import contracts, terms

TEXT = """\
version: 1
customer:
  name: Acme Ltd
  email: ap@acme.example
currency: USD
time_zone: Europe/Berlin
start: 2026-01-15
end: 2027-01-14
payment: {type: net, days: 30}
po_number: 0042
lines:
  - id: seats
    description: Seats
    price: {model: standard, unit_price: 60.10}
    ramp:
      - {start: 2026-01-15, end: 2026-02-28, quantity: 40}
      - {start: 2026-03-01, quantity: 80}
"""


def mistakes(text: str) -> list[str]:
    """Return what is told of a text that is refused."""
    with pytest.raises(TermsRefused) as refused:
        read_terms(text, name="acme.yaml")
    return str(refused.value).splitlines()


def test_numbers_keep_the_digits_that_were_written() -> None:
    read = read_terms(TEXT)
    assert str(read.lines[0].price.model_dump()["unit_price"]) == "60.10"
    assert read.po_number == "0042"
    assert read_terms(TEXT.replace("60.10", "0.100000000001")).lines[0].price.model_dump()["unit_price"] == Decimal(
        "0.100000000001"
    )


def test_every_mistake_is_told_at_once_with_its_line_and_the_mend() -> None:
    text = TEXT.replace("2026-03-01", "2026-04-01").replace("name:", "nam:").replace("type: net", "type: nett")
    text = text.replace("USD", "usd").replace("Europe/Berlin", "Mars").replace("2027-01-14", "2027-02-29")
    kinds = "day_of_month, discount, eom, instalments, net"
    assert mistakes(text) == [
        "acme.yaml line 2: customer.name: is missing; add it.",
        "acme.yaml line 3: customer.nam: is not known here; did you mean name?",
        "acme.yaml line 5: currency: “usd” is not an ISO 4217 currency; use a code such as USD or EUR.",
        "acme.yaml line 6: time_zone: “Mars” is not a time zone; use a name such as Europe/Berlin.",
        "acme.yaml line 8: end: “2027-02-29” is not a day of the calendar.",
        f"acme.yaml line 9: payment: type “nett” is not supported; use one of: {kinds}.",
        "acme.yaml line 17: lines[1].ramp[2].start: 2026-04-01 leaves a gap after 2026-02-28; write 2026-03-01.",
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("60.10", "6e1", "line 14: lines[1].price.unit_price: “6e1” is not a plain number; write digits with a point"),
        ("60.10", "'1,060.10'", "line 14: lines[1].price.unit_price: “1,060.10” is not a plain number"),
        ("60.10", ".nan", "line 14: lines[1].price.unit_price: “.nan” is not a plain number"),
        ("60.10", "-1", "line 14: lines[1].price.unit_price: “-1” must be at least 0"),
        ("60.10", "1e9999999", "line 14: lines[1].price.unit_price: “1e9999999” is not a plain number"),
        ("60.10", "0.0000000000001", "must have at most 12 decimals"),
        ("60.10", "1000000000000000", "must have at most 15 digits before the point"),
        ("model: standard", "model: cost_plus", "line 14: lines[1].price: model “cost_plus” is not supported; use one"),
        ("model: standard, ", "", "line 14: lines[1].price: needs model: one of dynamic, flat"),
        ("days: 30", "days: '30'", "line 9: payment.days: “30” must be a whole number without quotation marks"),
        ("days: 30", "days: 400", "line 9: payment.days: “400” must be at most 365"),
        ("version: 1", "version: 2", "line 1: version: “2” is not a format that this program reads; write version: 1"),
        ("version: 1", "version: yes", "line 1: version: “yes” is not a format"),
        ("2026-01-15\nend", "15.1.2026\nend", "line 7: start: “15.1.2026” must be a day such as 2026-01-31"),
        ("2026-01-15\nend", "86400\nend", "line 7: start: “86400” must be a day such as 2026-01-31"),
        ("2026-01-15\nend", "2026-01-15T10:00:00Z\nend", "must be a day such as 2026-01-31"),
        ("ap@acme.example", "acme", "line 4: customer.email: “acme” is not an e-mail address"),
        ("    ramp", "    frequency: weekly\n    ramp", "line 15: lines[1].frequency: “weekly” is not supported; use"),
        ("currency: USD", "currency: [USD]", "line 5: currency: must be text"),
        ("  name: Acme Ltd\n  email: ap@acme.example", "  Acme", "line 2: customer: “Acme” must be a table"),
        ("60.10", "1,060.10", "line 14: lines[1].price.060.10: has no value; a number is written without commas in it"),
        ("model: standard, ", "model: standard, floor: , ", "line 14: lines[1].price.floor: has no value"),
        ("currency: USD", "currency: USD\nindex:", "line 6: index: is not known here"),
        ("    description", "    steps:\n    description", "line 13: lines[1].steps: is not known here"),
        ("    ramp", "    dimensions: [sales]\n    ramp", "line 15: lines[1].dimensions: must be a table"),
        (
            "    ramp",
            "    dimensions: {class: [a]}\n    ramp",
            "line 15: lines[1].dimensions: must have one text for each",
        ),
        ("lines:\n", "fees: 12\nlines:\n", "line 11: fees: “12” must be a list"),
        ("Acme Ltd", '"Acme\\x00"', "line 3: customer.name: “Acme” has control characters"),
        ("    description: Seats\n", "", "line 12: lines[1].description: is missing; add it"),
        (
            "currency: USD",
            "currency: USD\ncurrency: EUR",
            "line 6: currency: stands here a second time, first on line 5",
        ),
        ("time_zone", "time_zone: UTC\n  zone", "line 7: there is a second colon, or a wrong indent"),
        ("    description", "\tdescription", "line 13: this line is indented with a tab; use blanks"),
        ("Acme Ltd", "&acme Acme Ltd", "line 3: & and * repeat something; write it out"),
        ("Acme Ltd", "*acme", "line 3: & and * repeat something"),
        ("Acme Ltd", "!!python/name:os.system x", "line 3: the tag “!!python/name:os.system” is not known"),
        ("po_number: 0042", "---\npo_number: 0042", "line 11: a second document begins here"),
        ("po_number: 0042", "? [a, b]\n: c", "line 10: a list or a table stands here in place of a name"),
        ("po_number: 0042", "po_number: '\x07'", "line 10: there is a character here that text does not have"),
        ("po_number: 0042", "po_number: {a: [b", "this is not YAML: while parsing a flow"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(right: str, wrong: str, told: str) -> None:
    assert right in TEXT
    assert any(told in mistake for mistake in mistakes(TEXT.replace(right, wrong, 1)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: there is nothing in it; begin with version: 1."),
        ("# only a remark\n", "line 1: there is nothing in it; begin with version: 1."),
        ("- version: 1", "line 1: write name: value, beginning with version: 1."),
        ("terms", "line 1: write name: value, beginning with version: 1."),
        ("a: " + "[" * 5000, "line 1: this is too much: more than 12 levels or 50,000 values."),
        ("a: [" + "1," * 60_000 + "]", "line 1: this is too much: more than 12 levels or 50,000 values."),
        ("x" * 500_001, "line 1: the text is 500,001 characters long; terms have at most 500,000."),
    ],
)
def test_a_text_that_is_no_terms_at_all_is_refused_in_one_sentence(text: str, told: str) -> None:
    assert mistakes(text) == [f"acme.yaml {told}"]


def test_json_is_read_as_well_with_tabs_and_escapes() -> None:
    text = json.dumps(json.loads(terms_as_json(read_terms(TEXT))), indent="\t").replace("Acme", "\\ud83d\\ude00 Acme")
    assert read_terms(text).customer.name == "😀 Acme Ltd"
    told = mistakes(text.replace('"currency"', '"curency"'))
    assert told == [
        "acme.yaml line 1: currency: is missing; add it.",
        "acme.yaml line 2: curency: is not known here; did you mean currency?",
    ]


def test_windows_files_are_read() -> None:
    assert read_terms("\ufeff" + TEXT.replace("\n", "\r\n")) == read_terms(TEXT)


def test_a_name_without_a_value_says_nothing() -> None:
    assert read_terms(TEXT.replace("po_number: 0042", "po_number:")).po_number is None


def test_terms_are_loaded_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text(TEXT, encoding="utf-8")
    assert load_terms(file) == read_terms(TEXT)
    file.write_bytes(TEXT.replace("Acme", "Müller").encode("latin-1"))
    for path, told in [
        (file, "acme.yaml line 3: this is not UTF-8"),
        (tmp_path / "no.yaml", "no.yaml: there is no such file"),
    ]:
        with pytest.raises(TermsRefused, match=told):
            load_terms(path)
    with pytest.raises(TermsRefused, match="the file cannot be read"):
        load_terms(tmp_path)
    file.write_bytes(b" " * 3_000_000)
    with pytest.raises(TermsRefused, match="at most 500,000"):
        load_terms(file)


@given(contracts())
def test_what_is_written_reads_back_equal(written: Terms) -> None:
    assert read_terms(dump_terms(written)) == written
    assert read_terms(terms_as_json(written)) == written
    assert Terms.model_validate_json(written.model_dump_json()) == written


def test_terms_are_known_by_what_they_say_not_by_how_they_are_written() -> None:
    same = terms(start="2026-01-01", billing={"frequency": "monthly"})
    assert terms_hash(terms()) == terms_hash(same)
    assert terms_hash(terms()) != terms_hash(terms(start="2026-01-02"))
