"""The PDF says what was approved: read back from the file, in every size and script."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from flows.invoicing import document_fonts
from flows.invoicing.document import render_pdf
from flows.invoicing.document_fonts import FontPlan, plan_fonts, visible
from flows.invoicing.rules import draft
from flows.policy.model import Company
from flows.values.deal import DealLine
from flows.values.invoice import BillTo, InvoiceContent
from tests.flows.deals import POLICY, TODAY, deal, line

COMPANY = Company(
    name="Dunwell Demo Inc.",
    address="500 Market Street\nSan Francisco",
    email="billing@demo.example",
    tax_id="US 12-3456789",
    bank_details="First Example Bank\nAccount 000123456789",
    invoice_prefix="INV-",
)
NOBODY_HAS = "\U0010fffd"  # a private character: no font prints it


def content(*lines: DealLine, currency: str = "USD", name: str = "Northwind GmbH", **bill_to: str) -> InvoiceContent:
    who = BillTo("cus_1", name, "ap@northwind.example", bill_to.get("contact"), bill_to.get("address"))
    return draft(deal(currency=currency, lines=lines or (line(),)), who, today=TODAY, policy=POLICY)


def pages(of: InvoiceContent, company: Company = COMPANY) -> list[str]:
    reader = PdfReader(io.BytesIO(render_pdf(of, "INV-1042", company)))
    return [re.sub(r"[ \u00a0]+", " ", page.extract_text()) for page in reader.pages]


def flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_everything_that_was_approved_is_on_the_page() -> None:
    (page,) = pages(content(contact="Erika Mustermann", address="Hafenstraße 12\n20457 Hamburg"))
    for text in (
        "Dunwell Demo Inc.",
        "500 Market Street",
        "US 12-3456789",
        "INV-1042",
        "Northwind GmbH",
        "Erika Mustermann",
        "Hafenstraße 12",
        "ap@northwind.example",
        "23 Nov 2026",
        "23 Dec 2026",
        "Net 30",
        "4500-2211",
        "1 Dec 2026 – 31 Dec 2026",
        "Seats",
        "60.00",
        "2,400.00",
        "USD 2,400.00",
        "Account 000123456789",
        "Page 1 of 1",
    ):
        assert text in page, f"{text} is not in:\n{page}"


def test_who_pays_early_or_in_parts_reads_what_to_pay_when() -> None:
    early = replace(content(), terms="2 % within 10 days, else net 30")
    (page,) = pages(early)
    assert "USD 2,352.00 by 3 Dec 2026, less USD 48.00; else USD 2,400.00 by 23 Dec 2026" in page
    parts = replace(content(), terms="2 equal instalments: net 30; net 60", due_date=date(2027, 1, 22))
    (page,) = pages(parts)
    assert "Amount due in 2 instalments to 22 Jan 2027" in page
    assert "1 of 2: USD 1,200.00 by 23 Dec 2026" in page and "2 of 2: USD 1,200.00 by 22 Jan 2027" in page


def test_the_same_content_gives_the_same_bytes() -> None:
    once, again = (render_pdf(content(), "INV-1042", COMPANY) for _ in range(2))
    assert once == again
    assert render_pdf(content(), "INV-1043", COMPANY) != once


def test_the_file_says_when_and_for_whom_it_is() -> None:
    dated = replace(content(), invoice_date=date(2025, 3, 4))
    about = PdfReader(io.BytesIO(render_pdf(dated, "INV-1042", COMPANY))).metadata
    assert about is not None
    assert about.title == "Invoice INV-1042"
    assert about.creation_date is not None
    assert about.creation_date.isoformat() == "2025-03-04T00:00:00+00:00"


def test_sixty_lines_run_over_pages_under_a_repeated_head() -> None:
    lines = [line(source_id=str(n), description=f"Package {n:02}", quantity=Decimal(n)) for n in range(1, 61)]
    found = pages(content(*lines))
    assert len(found) >= 3
    for number, page in enumerate(found, start=1):
        assert f"Page {number} of {len(found)}" in page
        assert "Amount (USD)" in page
    everything = "\n".join(found)
    assert re.findall(r"Package (\d\d)", everything) == [f"{n:02}" for n in range(1, 61)]
    # 60.00 x (1 + 2 + … + 60) = 60.00 x 1,830 = 109,800.00
    assert "USD 109,800.00" in found[-1]
    assert "Package 60" in found[-1]


@pytest.mark.parametrize(
    ("currency", "price", "shown"), [("JPY", "8000", "JPY 320,000"), ("KWD", "12.5", "KWD 500.000")]
)
def test_amounts_have_their_currencys_decimals(currency: str, price: str, shown: str) -> None:
    (page,) = pages(content(line(unit_price=Decimal(price)), currency=currency))  # 40 x 8,000; 40 x 12.500
    assert shown in page
    assert f"Amount ({currency})" in page


def test_a_wide_figure_shrinks_and_is_never_cut() -> None:
    (page,) = pages(content(line(quantity=Decimal("1234567.891"), unit_price=Decimal("0.123456789012"))))
    assert "1,234,567.891" in page
    assert "0.123456789012" in page
    # 1,234,567.891 x 0.123456789012 = 152,415.787638… -> 152,415.79
    assert "USD 152,415.79" in page


def test_a_long_description_is_printed_to_its_last_word() -> None:
    text = " ".join(f"word{n:04}" for n in range(555))  # 4,994 characters
    found = pages(content(line(description=text), line(source_id="00k2", description="After it")))
    assert len(found) > 1
    assert re.findall(r"word\d{4}", " ".join(found)) == text.split()
    assert "After it" in found[-1]


def test_a_name_without_end_is_cut_and_that_is_said() -> None:
    found = "\n".join(pages(content(name="N" * 5000)))
    assert "Shortened here: the customer's name (5,000 characters)." in found
    assert "USD 2,400.00" in found


@pytest.mark.parametrize("name", ["Ελληνική Εταιρεία", "ООО Ромашка", "Société Générale Łódź", "Công ty Việt"])
def test_greek_cyrillic_and_latin_names_are_printed(name: str) -> None:
    found = "\n".join(pages(content(name=name)))
    assert flat(name) in flat(found)
    assert "could not be printed" not in found


@pytest.mark.parametrize(
    "name", ["株式会社日本橋トレーディング", "شركة الخليج للتجارة", "한국전자", "บริษัท ไทย", "חברה"]
)
def test_a_name_in_any_script_is_printed_or_said_to_be_missing(name: str) -> None:
    plan = plan_fonts([name], "USD")
    found = "\n".join(pages(content(name=name, contact=name, address=name)))
    assert ("could not be printed with the fonts at hand: the customer's name, the contact" in found) == bool(
        plan.lacking({"": name})
    )
    for text in ("Invoice date", "23 Nov 2026", "USD 2,400.00", "ap@northwind.example"):
        assert text in found  # what follows a name in another font is not garbled


def test_what_no_font_has_is_marked_and_named() -> None:
    found = "\n".join(pages(content(line(description=f"Rocket {NOBODY_HAS} fuel"))))
    mark = plan_fonts([NOBODY_HAS], "USD").mark
    assert f"Rocket {mark} fuel" in found
    assert f"Characters marked {mark} could not be printed with the fonts at hand: line 1." in found


def test_without_any_font_file_the_invoice_still_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_fonts, "_bundled", tuple)
    monkeypatch.setattr(document_fonts, "_font_names", dict)
    (page,) = pages(content(name="Łódź Société"))
    assert "?ód? Société" in page
    assert "Characters marked ? could not be printed with the fonts at hand: the customer's name." in page
    assert "USD 2,400.00" in page


def test_text_from_outside_stays_text() -> None:
    (page,) = pages(content(line(description="Pages {nb} **bold** <b>x</b>"), name="<!channel> \u202egmbh\x00"))
    assert "Pages {nb} **bold** <b>x</b>" in page
    assert "<!channel> gmbh" in page


def test_hidden_characters_are_not_printed() -> None:
    assert visible("a\u202eb\u200bc\x00d\r\ne\u00adf") == "abc d\nef"
    assert visible("e\u0301") == "é"
    assert visible("\ud800") == "\ufffd"


def test_the_fewest_fonts_are_taken() -> None:
    assert len(plan_fonts(["Northwind GmbH, Straße 12"], "EUR").fonts) == 1


def test_a_plan_names_the_texts_that_lack_something() -> None:
    plan = FontPlan((), frozenset("日"), shaping=False, mark="?")
    assert plan.lacking({"the contact": "田中", "line 1": "日本", "line 2": "x"}) == ("line 1",)
    assert plan.printable("日本") == "?本"


def test_a_company_without_a_tax_id_has_none_printed() -> None:
    (page,) = pages(content(), replace(COMPANY, tax_id=None))
    assert "Tax ID" not in page
