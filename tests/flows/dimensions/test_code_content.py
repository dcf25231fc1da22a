"""The coding of a whole invoice: people's choices first, then what follows from them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from flows.dimensions import DimensionConfig, code_content
from flows.dimensions.coding import Mend
from flows.values.invoice import InvoiceContent
from tests.flows.cards.samples import content, line
from tests.flows.dimensions.configs import CODES, DAYS, NAMES, configs, lines, small

FILL = {"from": "project", "to": "department", "autofill": True, "map": {"P-100": "ENG", "P-200": "SALES"}}
PROJECT = content(line(1, "Work", "1", "10", account="4000", dimensions=(("project", "P-100"),)))
mends = st.lists(st.builds(Mend, st.sampled_from(["s1", "s2", "gone"]), st.sampled_from([*NAMES, "account"]), CODES))


@st.composite
def invoices(draw: st.DrawFn) -> InvoiceContent:
    """Give invoices of two lines that are coded in any way."""
    coded = [
        line(seq, "Work", "1", "10", account=each.account or "", dimensions=tuple(sorted(each.dimensions.items())),
             source=f"s{seq}")
        for seq, each in enumerate((draw(lines()), draw(lines())), start=1)
    ]  # fmt: skip
    return content(*coded, invoice_date=draw(DAYS))


@given(configs(), invoices(), mends)
def test_coding_what_is_coded_changes_nothing(
    config: DimensionConfig, invoice: InvoiceContent, chosen: list[Mend]
) -> None:
    once = code_content(config, invoice, chosen)
    assert code_content(config, once.content) == once
    assert code_content(config, once.content, chosen) == once
    assert InvoiceContent.from_json(once.content.as_json()) == once.content


@given(configs(), invoices(), mends)
def test_coding_touches_nothing_but_the_coding(
    config: DimensionConfig, invoice: InvoiceContent, chosen: list[Mend]
) -> None:
    coded = code_content(config, invoice, chosen).content
    plain = [replace(each, account="", dimensions=(), filled=()) for each in coded.lines]
    assert plain == [replace(each, account="", dimensions=(), filled=()) for each in invoice.lines]
    assert replace(coded, lines=()) == replace(invoice, lines=())


def test_what_was_filled_in_follows_what_it_came_from() -> None:
    config = small(relationships=[FILL])
    first = code_content(config, PROJECT).content
    assert first.lines[0].dimensions == (("department", "ENG"), ("project", "P-100"))
    again = code_content(config, first, [Mend(first.lines[0].source, "project", "P-200")]).content
    assert again.lines[0].dimensions == (("department", "SALES"), ("project", "P-200"))


def test_a_choice_over_what_was_filled_in_stays_and_is_not_marked() -> None:
    config = small(relationships=[FILL])
    first = code_content(config, PROJECT).content
    again = code_content(config, first, [Mend(first.lines[0].source, "department", "SALES")]).content
    assert (dict(again.lines[0].dimensions)["department"], again.lines[0].filled) == ("SALES", ())


def test_a_dimension_that_was_left_out_is_gone() -> None:
    chosen = [Mend(PROJECT.lines[0].source, "project", "")]
    assert code_content(small(), PROJECT, chosen).content.lines[0].dimensions == ()


def test_content_without_anything_filled_in_is_written_as_before() -> None:
    assert "filled" not in PROJECT.as_json()
    assert '"filled":["department"]' in code_content(small(relationships=[FILL]), PROJECT).content.as_json()
