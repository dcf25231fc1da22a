"""The card of a deal that cannot be billed yet: what is missing, in words, and a button to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from flows.blockkit import (
    actions,
    ago,
    button,
    choice,
    context,
    date_picker,
    email,
    entry,
    escape,
    instant,
    link,
    mention,
    modal,
    picked,
    plain,
    section,
    typed,
)
from flows.blockkit.blocks import plain_text
from flows.contracts.line_checks import BILLINGS, FREQUENCIES, TIMINGS
from flows.contracts.mending import mendable
from flows.contracts.problem import Problem
from flows.values.card import Block, Card, View

MEND: Final = "deal.mend"  # its value is the deal's id
MEND_MODAL: Final = "deal.mend_modal"  # private_metadata is the deal's id
FIX: Final = "fix."  # begins the action id of every input; its block id is the field that it mends

_SHOWN = 8  # problems on the card
_INPUTS = 40  # inputs in one modal
_STATES = {"incomplete": "⚠️ incomplete", "drafted": "✅ complete", "withdrawn": "🚫 withdrawn"}
_LABELS = {
    "account_name": "Customer's name",
    "amount": "Amount of the deal",
    "billing": "How it is charged",
    "billing_address": "Billing address",
    "close_date": "Closed on",
    "contact_email": "E-mail for the invoice",
    "contact_name": "Contact's name",
    "currency": "Currency",
    "description": "Description",
    "end_date": "Contract ends on",
    "frequency": "Billing period",
    "po_number": "PO number",
    "product_code": "Product code",
    "quantity": "Quantity",
    "renewal_months": "Months of each renewal, 0 for none",
    "start_date": "Contract starts on",
    "terms": "Payment terms",
    "timing": "Billed before or after",
    "unit_price": "Unit price",
    "uplift_pct": "Percent that prices rise at a renewal",
}
_EXAMPLES = {
    "amount": "12,400.00",
    "contact_email": "billing@customer.example",
    "currency": "USD",
    "quantity": "40",
    "renewal_months": "12",
    "terms": "Net 30",
    "unit_price": "60.00",
    "uplift_pct": "3",
}
_DATES = frozenset({"close_date", "start_date", "end_date"})
_MOST_OPTIONS = 100  # of one menu, by Slack
_LONGEST_OPTION = 75
_CHOICES = {"billing": BILLINGS, "frequency": FREQUENCIES, "timing": TIMINGS}


@dataclass(frozen=True, slots=True)
class MendView:
    """A deal that needs a person. `state` is incomplete, drafted (mended, an invoice follows) or withdrawn.

    `current` is what the deal says in the fields of the problems, where it says anything.
    """

    deal_id: str
    deal_name: str
    customer: str | None
    problems: tuple[Problem, ...]
    source_label: str  # "Salesforce 006-0042"
    source_url: str | None
    since: datetime
    owner: str | None = None  # Slack id or name of the account manager
    state: str = "incomplete"
    mended_by: str | None = None  # Slack id or name
    mended_at: datetime | None = None
    current: Mapping[str, str] = field(default_factory=dict)
    products: tuple[str, ...] = ()  # what the catalogue has, in their order

    @property
    def mendable(self) -> tuple[str, ...]:
        """The fields that can be filled in here, each once, in the order of the problems."""
        return tuple(dict.fromkeys(problem.field for problem in self.problems if mendable(problem.field)))


def mend_card(view: MendView) -> Card:
    """Return the card of the deal in its state; once it is complete or withdrawn there is no button."""
    who, deal = escape(view.customer or "a customer without a name", 150), escape(view.deal_name, 150)
    if view.state != "incomplete":
        text = f"The deal {deal} of {who} is {'complete' if view.state == 'drafted' else 'withdrawn'}."
        return Card(text, tuple(_settled(view, f"*{who}* · {deal}")))
    first = escape(view.problems[0].message, 300) if view.problems else ""
    count = f"{len(view.problems)} things to mend" if len(view.problems) != 1 else "1 thing to mend"
    text = f"I cannot bill {who} for {deal} yet ({count}). {first}".strip()
    return Card(text, tuple(_open(view, f"*{who}* · {deal}", count)))


def mend_modal(deal_id: str, view: MendView | None = None) -> View:
    """Return the form with an input for each field that can be mended here; without a view a first page to fill."""
    if view is None:
        blocks = [section("Reading the deal…")]
        return modal("Complete the deal", blocks, callback_id=MEND_MODAL, metadata=deal_id)
    inputs = view.mendable[:_INPUTS]
    blocks = [section(f"*{escape(view.customer, 150)}* · {escape(view.deal_name, 150)}"), *_elsewhere(view)]
    blocks += [_entry(view, name, optional=len(inputs) > 1) for name in inputs]
    if len(view.mendable) > _INPUTS:
        blocks.append(context(f"{len(view.mendable) - _INPUTS} more follow when these are done."))
    submit = "Save and go on" if inputs else None
    close = "Cancel" if inputs else "Close"
    return modal("Complete the deal", blocks, callback_id=MEND_MODAL, submit=submit, close=close, metadata=deal_id)


def read_fixes(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what a person filled in, by field, out of the submitted modal's `state.values`; empty inputs are left out.

    Give it to `flows.contracts.rules.mend`; the errors of BadFix are keyed as the modal's errors must be.
    """
    found = {name: _typed(block) for name, block in values.items() if isinstance(block, Mapping)}
    return {name: text for name, text in found.items() if text}


def nothing_filled(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the errors to answer an empty form with."""
    return dict.fromkeys(list(values)[:1], "Fill in at least one of these.")


def _open(view: MendView, headline: str, count: str) -> Iterator[Block]:
    yield section(headline, f"{_STATES['incomplete']} · {count}", _whose(view))
    if view.problems:
        yield section(*_problems(view.problems))
    source = link(view.source_url, escape(view.source_label, 80))
    yield context(f"from {source}", f"asked {ago(view.since)}")
    if view.mendable:
        spoken = f"Complete the deal {plain(view.deal_name, 40)}"
        yield actions(button("Complete the deal", MEND, view.deal_id, style="primary", spoken=spoken))
    else:
        yield context("Nothing of this can be filled in here; correct the deal where it comes from.")


def _settled(view: MendView, headline: str) -> Iterator[Block]:
    by = None
    if view.mended_by:
        at = f" · {instant(view.mended_at)}" if view.mended_at else ""
        by = f"✅ {mention(view.mended_by)} completed the deal{at}"
    then = "The invoice is on its own card." if view.state == "drafted" else "Nothing will be billed."
    yield section(headline, _STATES.get(view.state, escape(view.state, 40)), by, then)
    yield context(f"from {link(view.source_url, escape(view.source_label, 80))}")


def _whose(view: MendView) -> str | None:
    return f"{mention(view.owner)}, please complete it" if view.owner else None


def _problems(problems: Sequence[Problem]) -> list[str]:
    more = len(problems) - _SHOWN
    shown = [f"• {escape(problem.message, 300)}" for problem in problems[:_SHOWN]]
    return [*shown, f"and {more} more"] if more > 0 else shown


def _elsewhere(view: MendView) -> Iterator[Block]:
    """Name what only the source can mend."""
    others = [problem for problem in view.problems if not mendable(problem.field)]
    if others:
        source = link(view.source_url, escape(view.source_label, 80))
        yield section(f"*To be corrected in {source}*", *_problems(others))


def _entry(view: MendView, name: str, *, optional: bool) -> Block:
    place, _, attribute = name.rpartition(".")
    label = _LABELS.get(attribute, attribute.replace("_", " ").capitalize())
    where = f"{place.replace('_', ' ').capitalize()}: " if place else ""
    hint = " ".join(problem.message for problem in view.problems if problem.field == name)
    return entry(
        f"{where}{label}",
        name,
        _element(f"{FIX}{name}", attribute, view.current.get(name, ""), view.products),
        hint=hint,
        optional=optional,
    )


def _element(action_id: str, attribute: str, current: str, products: Sequence[str]) -> Block:
    example = _EXAMPLES.get(attribute, "")
    if attribute == "product_code" and _fit_a_menu(products):
        return picked(action_id, [{"text": plain_text(code), "value": code} for code in products])
    if attribute in _DATES:
        return date_picker(action_id, initial=_as_date(current))
    if attribute in _CHOICES:
        return choice(action_id, {word: word.replace("_", " ") for word in _CHOICES[attribute]})
    if attribute == "contact_email":
        return email(action_id, example=example)
    lines = attribute in ("billing_address", "description")
    return typed(action_id, example=example, initial=current[:1000], lines=lines, most=2000)


def _fit_a_menu(products: Sequence[str]) -> bool:
    return 0 < len(products) <= _MOST_OPTIONS and all(len(code) <= _LONGEST_OPTION for code in products)


def _as_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _typed(block: Mapping[str, Any]) -> str:
    element = next(iter(block.values()), None)
    if not isinstance(element, Mapping):
        return ""
    option = element.get("selected_option") or {}
    return str(element.get("value") or element.get("selected_date") or option.get("value") or "").strip()
