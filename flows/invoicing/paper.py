"""The sheets that invoices and credit memos are printed on: A4, the same bytes for the same content, in every script.

`Paper` knows the letterhead, the box with the amount, the table and the foot; what stands in them is its subclasses'.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import ClassVar, Final

from flows.invoicing.document_fonts import FontPlan, plan_fonts, visible
from flows.invoicing.pdf_library import FPDF, MethodReturnValue, WrapMode, XPos, YPos
from flows.policy.model import Company
from flows.values import words
from flows.values.invoice import BillTo, InvoiceLine

logging.getLogger("fontTools").setLevel(logging.ERROR)  # it warns of hinting tables that it leaves out

INK: Final = (28, 32, 40)
QUIET: Final = (104, 112, 124)
ACCENT: Final = (22, 62, 104)
TINT: Final = (242, 245, 249)
RULE: Final = (208, 214, 222)
LEFT, RIGHT, _TOP, _BOTTOM = 20.0, 190.0, 18.0, 20.0  # mm; the last is what the foot takes
PAGE_END = 297.0 - _BOTTOM
_PAD = 2.2
_LONGEST_NAME = 300  # characters of a name or address; the rest is said to be left out


@dataclass(frozen=True, slots=True)
class Heading:
    """What a paper is: "Invoice" or "Credit memo", its number, and the day that it is dated with."""

    kind: str
    number: str
    dated: date


def texts_of(company: Company, bill_to: BillTo, lines: Sequence[InvoiceLine]) -> dict[str, str]:
    """Return every text from outside that stands on each paper, by what it is called in the note under the total."""
    texts = {
        "our name and address": f"{company.name}\n{company.address}\n{company.email}\n{company.tax_id or ''}",
        "the customer's name": bill_to.name,
        "the contact": bill_to.contact or "",
        "the billing address": bill_to.address or "",
        "the e-mail address": bill_to.email,
    }
    return texts | {f"line {line.seq}": line.description for line in lines}


class Paper(FPDF):
    """One paper being laid out, from top to bottom. `texts` are all from outside: the fonts are chosen for them.

    Text that no font at hand can print is marked ▯ and named in a line under the total; nothing is dropped silently.
    """

    columns: ClassVar[tuple[float, ...]]  # mm: the item, then figures

    def __init__(
        self, heading: Heading, company: Company, bill_to: BillTo, currency: str, texts: Mapping[str, str]
    ) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self._heading, self._company, self._bill_to = heading, company, bill_to
        self._texts = dict(texts)
        self._plan = plan_fonts(self._texts.values(), currency)
        self._long: list[str] = []
        self._set_up(self._plan)

    def heads(self) -> tuple[str, ...]:
        """Return the heads of the table's columns."""
        raise NotImplementedError

    def _set_up(self, plan: FontPlan) -> None:
        self.set_margins(LEFT, _TOP, 210.0 - RIGHT)
        self.set_auto_page_break(auto=False)
        self.alias_nb_pages("")  # a customer may write {nb}, which would become a number
        self.c_margin = 0
        self.core_fonts_encoding = "cp1252"  # for the built-in font, where no font file was found
        self.set_creation_date(datetime.combine(self._heading.dated, time(), tzinfo=UTC))
        self.set_title(f"{self._heading.kind} {visible(self._heading.number)}")
        self.set_author(visible(self._company.name))
        self.set_subject(f"{self._heading.kind} for {visible(self._bill_to.name)[:_LONGEST_NAME]}")
        self.set_creator("Dunwell")
        self.set_lang("en")
        for font in plan.fonts:
            self.add_font(font.family, "", str(font.regular), collection_font_number=font.face)
            if font.bold is not None:
                self.add_font(font.family, "B", str(font.bold), collection_font_number=font.face)
        self._family = plan.fonts[0].family if plan.fonts else "helvetica"
        if len(plan.fonts) > 1:
            self.set_fallback_fonts([font.family for font in plan.fonts[1:]], exact_match=False)
        if plan.shaping and plan.fonts:
            self.set_text_shaping(use_shaping_engine=True, features={"liga": False, "tnum": True})

    # ── pieces ────────────────────────────────────────────────────────────────────────────────────────────────────

    def header(self) -> None:
        """Head the second and later pages with whose paper this is."""
        if self.page_no() == 1:
            return
        self.set_y(_TOP - 4)
        self._write(LEFT, 120, self._short(self._company.name, 60), size=8.5, colour=QUIET)
        self.set_y(_TOP - 4)
        self._write(130, 60, f"{self._heading.kind} {self._heading.number}", size=8.5, colour=QUIET, align="R")
        self._rule(_TOP + 1.5)
        self.set_y(_TOP + 6)

    def _feet(self) -> None:
        """Foot every page with who bills and page n of m, now that all pages are there."""
        tax = f" · Tax ID {self._company.tax_id}" if self._company.tax_id else ""
        count = self.pages_count
        for number in range(1, count + 1):
            self.page = number
            self.set_draw_color(*INK)  # what stood last in this page's stream is not what the writer remembers
            self.set_line_width(1)
            self._rule(PAGE_END + 6)
            self.set_y(PAGE_END + 8)
            self._write(LEFT, 130, self._short(f"{self._company.name}{tax}", 90), size=7.5, colour=QUIET)
            self.set_y(PAGE_END + 8)
            self._write(150, 40, f"Page {number} of {count}", size=7.5, colour=QUIET, align="R")

    def _letterhead(self) -> None:
        self.set_fill_color(*ACCENT)
        self.rect(0, 0, 210, 3.2, style="F")
        self.set_y(_TOP)
        self._write(LEFT, 105, self._short(self._company.name, 90), size=15, bold=True, colour=ACCENT)
        self.ln(0.8)
        self._write(LEFT, 105, self._company.address, size=8.5, colour=QUIET)
        self._write(LEFT, 105, self._company.email, size=8.5, colour=QUIET)
        left_end = self.get_y()
        self.set_y(_TOP - 1)
        self._write(130, 60, self._heading.kind, size=22, bold=True, align="R")
        self.ln(0.5)
        self._write(130, 60, self._heading.number, size=11, align="R", colour=QUIET)
        self.set_y(max(left_end, self.get_y()) + 9)

    def _who_and_when(self, to: str, facts: Sequence[tuple[str, str]]) -> None:
        top, bill_to = self.get_y(), self._bill_to
        self._label(LEFT, to)
        self._write(LEFT, 88, self._limited("the customer's name", bill_to.name), size=11, bold=True)
        for called, text in (("the contact", bill_to.contact), ("the billing address", bill_to.address)):
            if text:
                self._write(LEFT, 88, self._limited(called, text), size=9)
        self._write(LEFT, 88, self._limited("the e-mail address", bill_to.email), size=9, colour=QUIET)
        end = self.get_y()
        self.set_y(top)
        for label, value in facts:
            before = self.get_y()
            self._write(122, 30, label, size=9, colour=QUIET)
            self.set_y(before)
            self._write(148, 42, value, size=9, align="R")
            self.ln(0.9)
        self.set_y(max(end, self.get_y()) + 7)

    def _box(self, label: str, amount: str) -> None:
        """Print the amount that the paper is about, in a box."""
        top = self.get_y()
        self.set_fill_color(*TINT)
        self.rect(LEFT, top, RIGHT - LEFT, 16, style="F", round_corners=True, corner_radius=1.5)
        self.set_y(top + 5.6)
        self._write(LEFT + 5, 80, label, size=10, colour=QUIET)
        self.set_y(top + 3.4)
        self._fit(105, 80, amount, size=17, height=9, bold=True, colour=ACCENT)
        self.set_y(top + 16 + 8)

    def _table_head(self) -> None:
        top, x = self.get_y(), LEFT
        for index, (head, width) in enumerate(zip(self.heads(), self.columns, strict=True)):
            self.set_y(top)
            self._fit(x, width, head, size=8, height=5, bold=True, colour=QUIET, align="R" if index else "L")
            x += width
        self._rule(top + 6.2, colour=ACCENT, width=0.4)
        self.set_y(top + 6.2 + _PAD)

    def _row(self, line: InvoiceLine, figures: Sequence[str], keep: float) -> None:
        """Print one line; a long description runs over pages, and the last line stays with the total when it can."""
        wide = self.columns[0]
        item = self._wrapped(line.description, wide - 5, 9.5)
        detail = _detail(line)
        height = len(item) * 4.6 + (4.2 if detail else 0) + 2 * _PAD
        whole = min(height, 60.0)
        if self.get_y() + whole + keep > PAGE_END:
            self._next_page()
        self._figures(figures)
        for text in item:
            self._room(4.6)
            self._write(LEFT, wide - 4, text, size=9.5, height=4.6)
        if detail:
            self._room(4.2)
            self._write(LEFT, wide - 4, detail, size=8, colour=QUIET, height=4.2)
        self._rule(self.get_y() + _PAD - 0.6)
        self.ln(2 * _PAD - 0.6)
        if keep and self.get_y() + keep > PAGE_END:
            self._next_page()

    def _figures(self, figures: Sequence[str]) -> None:
        top, x = self.get_y(), LEFT + self.columns[0]
        for figure, width in zip(figures, self.columns[1:], strict=True):
            self.set_y(top)
            self._fit(x + 1, width - 1, figure, size=9.5, height=4.6)
            x += width
        self.set_y(top)

    def _total(self, label: str, amount: str) -> None:
        self.ln(1.5)
        top = self.get_y()
        self._write(110, 40, label, size=11, bold=True, height=7)
        self.set_y(top)
        self._fit(130, 60, amount, size=12.5, height=7, bold=True)
        self._rule(self.get_y() + 1, left=110, colour=ACCENT, width=0.5)
        self.ln(9)

    def _said(self, label: str, text: str, then: str, *, width: float) -> None:
        """Print a paragraph of that width with a label above it and a quiet sentence below."""
        first, second = self._wrapped(text, width, 9), self._wrapped(then, 165, 9)
        self._room(min((len(first) + len(second)) * 4.4 + 10, 120.0), head=False)
        self._label(LEFT, label)
        for line in first:
            self._room(4.4, head=False)
            self._write(LEFT, 165, line, size=9, height=4.4)
        self.ln(1.4)
        for line in second:
            self._room(4.4, head=False)
            self._write(LEFT, 165, line, size=9, height=4.4, colour=QUIET)
        self.ln(4)

    def _notes(self) -> None:
        notes = []
        if lacking := self._plan.lacking(self._texts):
            shown = ", ".join(lacking[:6]) + (f" and {len(lacking) - 6} more" if len(lacking) > 6 else "")
            notes.append(f"Characters marked {self._plan.mark} could not be printed with the fonts at hand: {shown}.")
        notes += [f"Shortened here: {text}." for text in self._long]
        for note in notes:
            for text in self._wrapped(note, 165, 8):
                self._room(4, head=False)
                self._write(LEFT, 168, text, size=8, height=4, colour=QUIET)

    # ── the pen ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _room(self, height: float, *, head: bool = True) -> None:
        if self.get_y() + height > PAGE_END:
            self._next_page(head=head)

    def _next_page(self, *, head: bool = True) -> None:
        self.add_page()
        if head:
            self._table_head()

    def _short(self, text: str, length: int) -> str:
        return words.shortened(visible(text), length)

    def _limited(self, called: str, text: str) -> str:
        """Return text, cut where it would take over the page; that is said under the total."""
        seen = visible(text)
        if len(seen) <= _LONGEST_NAME:
            return seen
        remark = f"{called} ({len(seen):,} characters)"
        if remark not in self._long:
            self._long.append(remark)
        return seen[: _LONGEST_NAME - 1].rstrip() + "…"

    def _font(self, size: float, *, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        self.font_family = ""  # a fallback font may stand in the page's stream: name ours again, also when unchanged
        self.set_font(self._family, "B" if bold else "", size)
        self.set_text_color(*colour)

    def _write(
        self,
        x: float,
        width: float,
        text: str,
        *,
        size: float,
        bold: bool = False,
        colour: tuple[int, int, int] = INK,
        align: str = "L",
        height: float | None = None,
    ) -> None:
        """Write text at x from the present height down, wrapped to `width`."""
        self._font(size, bold=bold, colour=colour)
        self.set_x(x)
        self.multi_cell(
            width,
            height or size * 0.47,
            self._plan.printable(text),
            align=align,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            wrapmode=WrapMode.WORD,
        )

    def _fit(
        self,
        x: float,
        width: float,
        text: str,
        *,
        size: float,
        height: float,
        bold: bool = False,
        colour: tuple[int, int, int] = INK,
        align: str = "R",
    ) -> None:
        """Write a figure on one line, smaller when it is wide: figures are never cut."""
        self._font(size, bold=bold, colour=colour)
        if (wide := self.get_string_width(text)) > width:
            self._font(size * width / wide * 0.98, bold=bold, colour=colour)
        self.set_x(x)
        self.cell(width, height, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _wrapped(self, text: str, width: float, size: float) -> list[str]:
        self._font(size)
        lines = self.multi_cell(
            width, size * 0.47, self._plan.printable(text), align="L", dry_run=True, output=MethodReturnValue.LINES
        )
        return [str(line) for line in lines] if isinstance(lines, list) else [""]

    def _label(self, x: float, text: str) -> None:
        self._write(x, 60, text, size=8, bold=True, colour=QUIET)
        self.ln(0.8)

    def _rule(self, y: float, *, left: float = LEFT, colour: tuple[int, int, int] = RULE, width: float = 0.2) -> None:
        self.set_draw_color(*colour)
        self.set_line_width(width)
        self.line(left, y, RIGHT, y)


def _detail(line: InvoiceLine) -> str:
    if line.period_start is None or line.period_end is None:
        return ""
    return f"{words.day(line.period_start)} – {words.day(line.period_end)}"
