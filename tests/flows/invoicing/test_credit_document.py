"""The PDF of a credit memo says which invoice it credits, how much of which line, and why."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from flows.invoicing.credit_document import render_credit_memo
from flows.invoicing.document_fonts import plan_fonts
from flows.values.credit_memo import CreditMemo
from flows.values.invoice import InvoiceContent
from flows.values.money import Money
from tests.flows.deals import line
from tests.flows.invoicing.test_document import COMPANY, content

TWO_LINES = content(line(), line(source_id="00k2", description="Support"), contact="Erika Mustermann")


def memo(
    of: InvoiceContent, amounts: dict[int, str], *, reason: str = "Goodwill: an outage", before: str = "0"
) -> CreditMemo:
    given = {seq: Money(Decimal(amount), of.currency) for seq, amount in amounts.items()}
    credited = Money(Decimal(before), of.currency)
    return CreditMemo("CM-000007", date(2026, 12, 1), "INV-1042", reason, given, credited)


def pages(of: InvoiceContent, what: CreditMemo) -> list[str]:
    reader = PdfReader(io.BytesIO(render_credit_memo(of, what, COMPANY)))
    return [re.sub(r"[ \u00a0]+", " ", page.extract_text()) for page in reader.pages]


def test_a_part_says_what_is_given_back_of_which_invoice_and_what_remains() -> None:
    (page,) = pages(TWO_LINES, memo(TWO_LINES, {2: "200.5"}, before="100"))
    for text in (
        "Credit memo",
        "CM-000007",
        "1 Dec 2026",
        "For invoice",
        "INV-1042",
        "23 Nov 2026",
        "4500-2211",
        "Northwind GmbH",
        "Erika Mustermann",
        "Support",
        "2,400.00",
        "200.50",
        "Goodwill: an outage",
        "US 12-3456789",
    ):
        assert text in page, f"{text} is not in:\n{page}"
    assert "Seats" not in page  # of that line nothing is given back
    # 2 x 2,400.00 - 100.00 - 200.50 = 4,499.50
    for label, amount in (("Credited before", "100.00"), ("Credited now", "200.50"), ("after credits", "4,499.50")):
        assert re.search(rf"{label}\s*USD {amount}", page), page
    assert "How to pay" not in page and "Amount due" not in page


def test_what_lowered_the_invoice_is_taken_back_below_zero() -> None:
    """A discount of 30 % was billed as a line below zero; giving its line back lowers the credit."""
    of = content(line(), line(source_id="00k2", description="Discount", quantity=Decimal(1), unit_price=Decimal(-720)))
    (page,) = pages(of, memo(of, {1: "2400", 2: "-720"}))
    assert re.search(r"-720\.00\s*-720\.00", page), page
    assert "USD 1,680.00" in page and re.search(r"after credits\s*USD 0\.00", page)


@pytest.mark.parametrize("text", ["価格または数量の誤り", "السعر غير صحيح", "Łódź, Straße"])
def test_a_reason_in_any_script_is_printed_or_said_to_be_missing(text: str) -> None:
    of = content(name=text)
    (page,) = pages(of, memo(of, {1: "2400"}, reason=text))
    lacks = bool(plan_fonts([text], "USD").lacking({"": text}))
    assert ("could not be printed with the fonts at hand: the customer's name, the reason" in page) == lacks
    assert "USD 2,400.00" in page  # what follows in another font is not garbled


def test_the_same_memo_gives_the_same_bytes() -> None:
    what = memo(TWO_LINES, {1: "1"})
    once, again = (render_credit_memo(TWO_LINES, what, COMPANY) for _ in range(2))
    assert once == again
    about = PdfReader(io.BytesIO(once)).metadata
    assert about is not None and about.title == "Credit memo CM-000007"
    assert about.creation_date is not None and about.creation_date.date() == date(2026, 12, 1)


def test_a_long_memo_runs_over_pages_and_its_reason_to_the_last_word() -> None:
    of = content(*(line(source_id=str(n), description=f"Package {n:02}", quantity=Decimal(n)) for n in range(1, 61)))
    reason = " ".join(f"word{n:03}" for n in range(125))
    found = pages(of, memo(of, {each.seq: str(each.amount.amount) for each in of.lines}, reason=reason))
    everything = "\n".join(found)
    assert re.findall(r"Package (\d\d)", everything) == [f"{n:02}" for n in range(1, 61)]
    assert re.findall(r"word\d{3}", everything) == reason.split()
    assert all(f"Page {number} of {len(found)}" in page for number, page in enumerate(found, start=1))
