"""What is billed: amounts by hand, words, quantities, provenance; and what holds for every contract."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.pricing import BelowZero
from flows.rating import Facts, UsageMissing, last_invoice_date, plan, rate
from flows.schedule import Proration
from flows.terms.model import Terms
from flows.terms.timeline import price_factor, rises_until
from flows.values.money import Money
from flows.values.periods import DAY, Period, add_months
from tests.flows.rating.billing import Used, amounts, bill, billed, by_start
from tests.flows.terms.contracts import CALLS, SEATS, contracts, metered_lines, terms
from tests.thorough import thorough


def test_seats_cost_quantity_times_price_every_month() -> None:
    first = next(bill(terms(SEATS | {"account": "4010", "dimensions": {"class": "saas"}, "source": "salesforce 00k1"})))
    (line,) = first.lines
    assert line.quantity == 40 and line.unit_price == 60 and line.amount == Money(Decimal(2400), "USD")
    assert line.words == ("40 seats at 60.00 = 2,400.00",)
    assert line.period == Period(date(2026, 1, 1), date(2026, 1, 31))
    invoiced = line.as_invoice_line(1)
    assert (invoiced.account, invoiced.dimensions) == ("4010", (("class", "saas"),))
    assert invoiced.source == "lines[1]; salesforce 00k1"


def test_a_line_without_an_account_asks_for_one() -> None:
    (line,) = next(bill(terms())).lines
    assert line.as_invoice_line(1, account="4000").account == "4000"
    with pytest.raises(ValueError, match=r"lines\[1\] has no revenue account"):
        line.as_invoice_line(1)


def test_a_start_in_the_middle_of_a_quarter_costs_its_days() -> None:
    contract = terms(
        SEATS | {"price_per": "annual", "price": {"model": "standard", "unit_price": 600}},
        start="2026-02-10",
        end="2026-08-09",
        billing={"frequency": "quarterly", "alignment": "calendar"},
    )
    # a quarter is 40 x 600 x 3/12 = 6,000: 50 of 90 days, a whole one, 40 of 92 days
    assert amounts(bill(contract)) == ["2026-02-10 3,333.33", "2026-04-01 6,000.00", "2026-07-01 2,608.70"]
    assert next(bill(contract)).lines[0].words == (
        "40 seats at 600.00 = 24,000.00",
        "3 of 12 months of it: 24,000.00 x 3/12 = 6,000.00",
        "50 of 90 days: 6,000.00 x 50/90 = 3,333.333333…",
        "3,333.333333… rounded to 3,333.33",
    )


def test_a_ramp_inside_a_period_bills_each_part_for_its_days() -> None:
    ramp = [{"start": "2026-01-01", "end": "2026-01-10"}, {"start": "2026-01-11", "end": "2026-02-28"}]
    seats = SEATS | {"ramp": [ramp[0] | {"quantity": 31}, ramp[1] | {"quantity": 62, "unit_price": "10"}]}
    first, second = bill(terms(seats, end="2026-02-28"))
    # 31 x 60 x 10/31 = 600; 62 x 10 x 21/31 = 420
    assert [(str(line.amount), line.period) for line in first.lines] == [
        ("USD 600.00", Period(date(2026, 1, 1), date(2026, 1, 10))),
        ("USD 420.00", Period(date(2026, 1, 11), date(2026, 1, 31))),
    ]
    assert [line.provenance.terms_path for line in first.lines] == ["lines[1].ramp[1]", "lines[1].ramp[2]"]
    assert str(second.total) == "USD 620.00"


def test_free_days_cost_nothing_and_stand_there_only_when_asked() -> None:
    free = {"free": [{"start": "2026-01-01", "end": "2026-02-14"}]}
    # 14 of 28 days of February
    assert amounts(bill(terms(SEATS | free)))[:3] == ["2026-01-01 0.00", "2026-02-01 1,200.00", "2026-03-01 2,400.00"]
    assert next(bill(terms(SEATS | free))).lines == ()
    (line,) = next(bill(terms(SEATS | free | {"when_zero": "show"}))).lines
    assert (line.description, line.amount, line.words) == ("Seats, free", Money.zero("USD"), ("free of charge",))


def test_discounts_are_lines_of_their_own_and_never_more_than_the_price() -> None:
    off = {"discounts": [{"pct": "10", "end": "2026-01-15"}, {"amount": "100"}, {"pct": "100", "start": "2026-03-01"}]}
    first, second, third, *_ = bill(terms(SEATS | off))
    # 10% of 15 of 31 days of 2,400 = 116.129…
    assert [(line.key, str(line.amount)) for line in first.lines] == [
        ("seats@2026-01-01", "USD 2,400.00"),
        ("seats/discount1@2026-01-01", "USD -116.13"),
        ("seats/discount2@2026-01-01", "USD -100.00"),
    ]
    assert first.lines[1].words == (
        "10% of 1,161.290323… (15 of 31 days) = 116.129032…",
        "116.129032… rounded to 116.13",
    )
    assert (str(second.total), str(third.total)) == ("USD 2,300.00", "USD 0.00")
    assert third.lines[2].words[-1] == "no more than the price: 2,300.00"


def test_prices_rise_by_the_escalator_up_to_its_cap_and_by_the_uplift_at_each_renewal() -> None:
    rising = SEATS | {"quantity": 1, "escalator": {"pct": "10", "cap_pct": "20"}}
    annual = {"frequency": "annual"}
    assert amounts(bill(terms(rising, end="2029-12-31", billing=annual))) == [
        "2026-01-01 60.00",
        "2027-01-01 66.00",
        "2028-01-01 72.00",
        "2029-01-01 72.00",
    ]
    renewed = terms(SEATS | {"quantity": 1}, billing=annual, renewal={"kind": "fixed", "months": 12, "uplift_pct": "5"})
    assert amounts(bill(renewed, horizon=date(2028, 1, 1)))[1:] == ["2027-01-01 63.00", "2028-01-01 66.15"]
    forever = terms(
        SEATS | {"quantity": 1}, billing=annual, renewal={"kind": "evergreen", "months": 12, "uplift_pct": "5"}
    )
    assert amounts(bill(forever, horizon=date(2028, 1, 1)))[1:] == ["2027-01-01 63.00", "2028-01-01 66.15"]


def test_a_raised_unit_price_is_rounded_where_the_terms_say_so() -> None:
    rising = SEATS | {"quantity": 1000, "price": {"model": "standard", "unit_price": "0.125"}}
    line = rising | {"escalator": {"pct": "3", "round_to": 2}}
    assert amounts(bill(terms(line, end="2027-12-31", billing={"frequency": "annual"})))[1] == "2027-01-01 130.00"


def test_usage_is_billed_after_its_period_with_the_arithmetic() -> None:
    invoices = list(bill(terms(CALLS), by_start(d2026_01_01="1200")))
    assert [invoice.key for invoice in invoices][:2] == ["2026-02-01", "2026-03-01"]
    (line,) = invoices[0].lines
    assert line.words == ("1,200 calls: first 1,000 at 0.10 = 100.00; next 200 at 0.08 = 16.00",)
    assert line.description == "API calls (1,200 calls)" and line.quantity == 1 and line.unit_price == 116
    assert line.measured == 1200 and line.unit == "call"
    assert invoices[1].lines == ()


def test_usage_that_nobody_added_up_is_not_taken_for_none() -> None:
    with pytest.raises(UsageMissing, match="There is no total of api_calls for 1 Jan 2026 to 31 Jan 2026"):
        rate(terms(CALLS), plan(terms(CALLS), horizon=date(2026, 2, 1))[0])


@pytest.mark.parametrize(
    "price",
    [
        CALLS["price"],
        CALLS["price"] | {"model": "volume", "free_units": 100},
        {"model": "package", "package_size": 10, "package_price": 1},
    ],
)
def test_corrections_that_are_more_than_the_usage_are_looked_at_before_they_are_billed(price: dict[str, Any]) -> None:
    contract, corrected = terms(CALLS | {"price": price}, end="2026-03-31"), by_start(d2026_01_01="-7")
    with pytest.raises(BelowZero, match=r"The period comes to -7 calls, and a .* price starts at 0"):
        list(bill(contract, corrected))
    per_unit = terms(CALLS | {"price": {"model": "standard", "unit_price": "0.50"}}, end="2026-03-31")
    assert amounts(bill(per_unit, corrected))[0] == "2026-02-01 -3.50"


def test_a_volume_price_of_the_term_bills_nothing_of_corrections_until_its_end() -> None:
    price = CALLS["price"] | {"model": "volume"}
    contract = terms(CALLS | {"price": price, "accumulate": "term"}, end="2026-02-28")

    def used(meter: str, days: Period) -> Used:
        return Used(Decimal(-7 if days.end == date(2026, 1, 31) else 100))

    assert amounts(bill(contract, used)) == ["2026-02-01 0.00", "2026-03-01 10.00"]


def test_late_usage_comes_on_the_next_invoice_and_names_its_period() -> None:
    totals = {date(2026, 1, 1): "900", date(2026, 2, 1): "10"}

    def used(meter: str, days: Period) -> Used:
        return Used(Decimal(totals.get(days.start, "0")), sources=(f"usage.csv, line {days.start.month}",))

    invoices = bill(terms(CALLS), used)
    assert str(next(invoices).total) == "USD 90.00"
    totals[date(2026, 1, 1)] = "1200"  # 300 more arrive after January was billed
    late, own = next(invoices).lines
    assert late.description == "API calls, late usage of 1 Jan 2026 to 31 Jan 2026 (300 calls)"
    assert (str(late.amount), late.key, late.period) == (
        "USD 26.00",
        "calls@2026-01-01",
        Period(date(2026, 1, 1), date(2026, 1, 31)),
    )
    assert late.words[-1] == "less 90.00 already billed"
    assert late.provenance.usage == ("usage.csv, line 1",)
    assert str(own.amount) == "USD 1.00"
    totals[date(2026, 1, 1)] = "0"  # and all of it was a mistake
    (back, *_) = next(invoices).lines
    assert str(back.amount) == "USD -116.00"


def test_tiers_can_run_on_through_the_term() -> None:
    cumulative: dict[date, str] = {date(2026, 1, 31): "700", date(2026, 2, 28): "1200", date(2026, 3, 31): "1300"}
    contract = terms(CALLS | {"accumulate": "term"}, end="2026-03-31")
    invoices = list(bill(contract, lambda meter, days: Used(Decimal(cumulative[days.end]))))
    assert [str(invoice.total) for invoice in invoices] == ["USD 70.00", "USD 46.00", "USD 8.00"]
    assert [invoice.lines[0].period for invoice in invoices][1] == Period(date(2026, 2, 1), date(2026, 2, 28))


def test_milestones_split_their_total_to_the_cent() -> None:
    thirds = [
        {"id": f"part{n}", "description": "Part", "pct": pct, "date": f"2026-0{n}-01"}
        for n, pct in ((1, "33.33"), (2, "33.33"), (3, "33.34"))
    ]
    contract = terms(lines=None, milestone_total="100.01", milestones=thirds)
    assert amounts(bill(contract)) == ["2026-01-01 33.33", "2026-02-01 33.33", "2026-03-01 33.35"]


def _exact_total(contract: Terms) -> tuple[Fraction, int]:
    """What the agreed lines come to day by day, in fractions, and how many rounded lines that is at most."""
    exact, lines = Fraction(0), 0
    for invoice in plan(contract, horizon=last_invoice_date(contract) or contract.start):
        for charge in invoice.charges:
            if charge.when is None:
                continue
            line, share = contract.lines[charge.number], charge.when.share
            per = Fraction(
                contract.months(line), (line.price_per or line.frequency or contract.billing.frequency).months
            )
            rises = {share.period.start, *rises_until(contract, line, share.period.end)}
            factor, unit = Fraction(1), Fraction(line.price.model_dump()["unit_price"])
            day = share.period.start
            while day <= share.period.end:
                free = any(free.start <= day <= free.end for free in line.free)
                segment = next((part for part in reversed(line.ramp) if part.start <= day), None)
                quantity = (segment.quantity if segment else None) or (line.quantity if segment is None else 0) or 0
                factor = Fraction(price_factor(contract, line, day)) if day in rises else factor
                price = Fraction(quantity) * unit * factor
                exact += 0 if free else price * per / share.full_days
                day += DAY
            lines += 8
    return exact, lines


@thorough
@given(contracts(metered=False, endless=False))
def test_the_invoices_come_to_what_every_day_costs(contract: Terms) -> None:
    """By actual days: what the invoices say is what the days cost, but for the rounding of each line."""
    contract = contract.model_copy(
        update={
            "billing": contract.billing.model_copy(update={"proration": Proration.ACTUAL_DAYS}),
            "lines": tuple(line.model_copy(update={"discounts": ()}) for line in contract.lines),
        }
    )
    exact, lines = _exact_total(contract)
    fees = sum(Fraction(fee.amount) for fee in contract.fees)
    coin = {"USD": Fraction(1, 100), "JPY": Fraction(1), "KWD": Fraction(1, 1000)}[contract.currency]
    total = Fraction(billed(bill(contract), contract.currency).amount)
    assert abs(total - exact - fees) <= coin / 2 * (lines + 1)


@thorough
@given(st.data())
def test_a_fixed_price_comes_to_the_contracts_total_exactly(data: st.DataObject) -> None:
    """Whole periods, a price in cents: 12 x price x quantity, to the cent, whatever the rhythm."""
    frequency = data.draw(st.sampled_from(["monthly", "quarterly", "semiannual", "annual"]))
    cents, seats = data.draw(st.integers(0, 10**7)), data.draw(st.integers(1, 500))
    start = data.draw(st.dates(date(2023, 12, 1), date(2028, 3, 31)))
    years = data.draw(st.integers(1, 5))
    end = add_months(start, 12 * years) - DAY
    line = SEATS | {"price": {"model": "standard", "unit_price": Decimal(cents) / 100}, "quantity": seats}
    contract = terms(
        line | {"price_per": "monthly"},
        start=start,
        end=end,
        billing={"frequency": frequency, "timing": data.draw(st.sampled_from(["advance", "arrears"]))},
    )
    assert billed(bill(contract), "USD").minor == 12 * years * cents * seats


@thorough
@given(metered_lines("calls"), st.lists(st.integers(0, 2000), min_size=2, max_size=5), st.data())
def test_late_usage_comes_to_the_same_as_usage_in_time(
    line: dict[str, Any], used: list[int], data: st.DataObject
) -> None:
    """Whatever part of each month arrives a month late, all invoices together are the same to the cent."""
    contract = terms(line, end="2026-06-30")
    late = [data.draw(st.integers(0, quantity)) for quantity in used]

    def in_time(meter: str, days: Period) -> Used:
        return Used(Decimal(used[days.start.month - 1]) if days.start.month <= len(used) else Decimal(0))

    expected = billed(bill(contract, in_time), "USD")
    facts, total = Facts(), Money.zero("USD")
    for planned in plan(contract, horizon=date(2026, 7, 1)):
        now = planned.invoice_date
        totals = {
            ("meter-calls", Period(date(2026, month, 1), date(2026, month + 1, 1) - DAY)): Used(
                Decimal(quantity - (late[month - 1] if month == now.month - 1 and month <= len(late) else 0))
            )
            for month, quantity in enumerate([*used, 0, 0, 0, 0, 0, 0][:6], start=1)
        }
        rated = rate(contract, planned, Facts(totals, facts.billed))
        facts, total = facts.after(rated.lines), total + rated.total
    assert total == expected


@thorough
@given(contracts(), st.integers(0, 600))
def test_quantity_times_unit_price_is_the_amount_of_every_line(contract: Terms, quantity: int) -> None:
    horizon = min(last_invoice_date(contract) or date.max, date(contract.start.year + 2, 6, 1))
    for invoice in bill(contract, lambda meter, days: Used(Decimal(quantity)), horizon=horizon):
        assert len({line.key for line in invoice.lines}) == len(invoice.lines)
        for line in invoice.lines:
            assert Money.rounded(line.quantity * line.unit_price, contract.currency) == line.amount
            assert line.words
