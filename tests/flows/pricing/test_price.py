"""What quantities cost, reckoned by hand, and the words that an approver reads."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flows.errors import UnknownCurrency
from flows.pricing import BelowZero, BeyondLastTier, CannotPrice, Priced, price, price_buckets
from flows.terms.price import read_price

TIERS = [{"up_to": "1000", "unit_price": "0.10"}, {"up_to": None, "unit_price": "0.08"}]
CLOSED = [{"up_to": "5", "flat_fee": "100"}, {"up_to": "10", "flat_fee": "50", "unit_price": "1"}]


def calls(quantity: str, currency: str = "USD", *, unit: str = "call", **fields: Any) -> Priced:
    """Price a quantity; fields of the call stand among those of the price."""
    at_the_call: dict[str, Any] = {
        name: Decimal(fields.pop(name)) for name in ("prior_quantity", "previously_billed") if name in fields
    }
    if "is_final_line" in fields:
        at_the_call["is_final_line"] = fields.pop("is_final_line")
    if "events" in fields:
        at_the_call["events"] = [Decimal(event) for event in fields.pop("events")]
    return price(read_price(fields), Decimal(quantity), currency, unit=unit, **at_the_call)


def amount(quantity: str, currency: str = "USD", **fields: Any) -> str:
    return str(calls(quantity, currency, **fields).amount.amount)


def words(quantity: str, currency: str = "USD", **fields: Any) -> list[str]:
    return list(calls(quantity, currency, **fields).words)


def test_the_words_of_the_common_cases() -> None:
    assert words("1200", model="graduated", tiers=TIERS) == [
        "1,200 calls: first 1,000 at 0.10 = 100.00; next 200 at 0.08 = 16.00"
    ]
    assert words("1", model="standard", unit_price="0.0125") == ["1 call at 0.0125 = 0.0125", "0.0125 rounded to 0.01"]
    assert words("1", "JPY", model="flat", unit_price="5000") == ["fixed price of 5,000"]
    assert words("250", model="package", package_size="100", package_price="1.5") == [
        "250 calls in packages of 100: 3 packages at 1.50 = 4.50"
    ]
    assert words("210", model="volume", tiers=[{"up_to": "200", "unit_price": "1"}, {"unit_price": "0.5"}]) == [
        "210 calls at 0.50 = 105.00"
    ]
    assert words("80.5", unit="GB", model="dynamic", multiplier="1.2") == ["80.5 GB × 1.2 = 96.60"]
    assert words("12", model="graduated_percentage", tiers=[{"up_to": "10", "rate_pct": "1"}, {"rate_pct": "2"}]) == [
        "12.00 in all: first 10.00 at 1% = 0.10; next 2.00 at 2% = 0.04"
    ]


def test_the_words_of_events() -> None:
    fees = {"model": "percentage", "rate_pct": "2.9", "fixed_per_event": "0.30"}
    assert words("0", unit="payment", events=["100", "20"], **fees) == [
        "2 payments of 120.00: 2.9% of 120.00 = 3.48; 2 payments at 0.30 = 0.60"
    ]
    assert words("0", unit="payment", events=["100", "20"], free_events=1, **fees) == [
        "2 payments of 120.00, 100.00 free: 2.9% of 20.00 = 0.58; 1 payment at 0.30 = 0.30"
    ]
    assert words("0", unit="payment", events=["100", "2"], min_per_event="1", max_per_event="3", **fees) == [
        (
            "2 payments of 102.00: 2.9% of 102.00 = 2.958; 2 payments at 0.30 = 0.60; "
            "at least 1.00 each adds 0.642; at most 3.00 each saves 0.20"
        )
    ]


def test_every_modifier_is_named_in_its_order() -> None:
    priced = calls(
        "1250",
        model="standard",
        unit_price="10",
        transform={"divide_by": "100", "round": "up"},
        usage_discount="1",
        free_units="2",
        discount_pct="10",
        maximum_spend="80",
        minimum_spend="85",
        prior_quantity="250",
        previously_billed="20",
    )
    assert list(priced.words) == [
        "250 earlier and 1,250 now = 1,500 calls",
        "1,500 calls / 100 rounded up = 15 blocks",
        "15 blocks less 1 discounted = 14",
        "14 blocks less 2 free = 12",
        "12 blocks at 10.00 = 120.00",
        "less 10% of 120.00 = 12.00",
        "maximum 80.00 applies instead of 108.00",
        "minimum 85.00 applies instead of 80.00",
        "less 20.00 already billed",
    ]
    assert priced.exact == 65


@pytest.mark.parametrize(
    ("quantity", "graduated", "volume"),
    [
        ("0", "100.00", "100.00"),
        ("0.001", "100.00", "100.00"),
        ("5", "100.00", "100.00"),
        ("5.001", "150.00", "55.00"),
        ("10", "155.00", "60.00"),
    ],
)
def test_a_tier_ends_with_its_up_to_and_bills_its_fee_once(quantity: str, graduated: str, volume: str) -> None:
    assert amount(quantity, model="graduated", tiers=CLOSED) == graduated
    assert amount(quantity, model="volume", tiers=CLOSED) == volume


@pytest.mark.parametrize("model", ["graduated", "volume"])
def test_what_the_tiers_do_not_cover_is_refused(model: str) -> None:
    with pytest.raises(BeyondLastTier, match=r"end at 10, and there are 10\.5 calls\. Add a tier"):
        amount("10.5", model=model, tiers=CLOSED)


@pytest.mark.parametrize("model", ["graduated", "volume"])
def test_no_tier_holds_less_than_nothing(model: str) -> None:
    assert words("-2.5", model=model, tiers=CLOSED) == ["-2.5 calls, which no tier holds: no charge"]
    assert amount("-2.5", model=model, tiers=CLOSED, minimum_spend="3") == "3.00"
    assert amount("-4", model=model, tiers=CLOSED, prior_quantity="3", previously_billed="100") == "-100.00"


@pytest.mark.parametrize("model", ["graduated", "volume", "graduated_percentage"])
@pytest.mark.parametrize(("zero_usage", "due"), [("charge_first_flat", "7.00"), ("no_charge", "0.00")])
def test_what_is_due_when_nothing_was_used(model: str, zero_usage: str, due: str) -> None:
    unit = {"rate_pct": "1"} if model == "graduated_percentage" else {"unit_price": "1"}
    tiers = [{"up_to": "5", "flat_fee": "7", **unit}, {"flat_fee": "9", **unit}]
    assert amount("0", model=model, tiers=tiers, zero_usage=zero_usage) == due
    assert amount("3", model=model, tiers=tiers, zero_usage=zero_usage, free_units="4") == due


def test_free_units_never_make_less_than_nothing() -> None:
    assert words("3", model="standard", unit_price="2", free_units="5") == [
        "3 calls, all within 5 free",
        "0 calls at 2.00 = 0.00",
    ]
    assert amount("7", model="standard", unit_price="2", free_units="5") == "4.00"
    assert amount("21", model="package", package_size="10", package_price="3", free_units="5") == "6.00"


@pytest.mark.parametrize(
    ("rounding", "quantity", "blocks"),
    [
        ("up", "101", "2"),
        ("up", "100", "1"),
        ("up", "-101", "-2"),
        ("down", "199", "1"),
        ("down", "-199", "-1"),
        ("nearest", "149.99", "1"),
        ("nearest", "150", "2"),
        ("nearest", "-150", "-2"),
        ("nearest", "-149", "-1"),
    ],
)
def test_a_transform_rounds_on_the_magnitude(rounding: str, quantity: str, blocks: str) -> None:
    fields = {"model": "standard", "unit_price": "1", "transform": {"divide_by": "100", "round": rounding}}
    assert amount(quantity, "JPY", **fields) == blocks


def test_a_transform_without_rounding_keeps_the_broken_number() -> None:
    assert words("1234", unit="token", model="standard", unit_price="2", transform={"divide_by": "1000"}) == [
        "1,234 tokens / 1,000 = 1.234 blocks",
        "1.234 blocks at 2.00 = 2.468",
        "2.468 rounded to 2.47",
    ]


def test_packages_are_rounded_up_or_down() -> None:
    package = {"model": "package", "package_size": "10", "package_price": "4"}
    assert [amount(quantity, **package) for quantity in ("0", "0.1", "10", "10.1")] == ["0.00", "4.00", "4.00", "8.00"]
    assert [amount(quantity, package_round="down", **package) for quantity in ("9.9", "10", "19")] == [
        "0.00",
        "4.00",
        "4.00",
    ]


def test_an_event_is_free_by_number_and_by_amount_and_crosses_in_part() -> None:
    fees = {"model": "percentage", "rate_pct": "10", "fixed_per_event": "1"}
    assert amount("0", events=["50", "60"], **fees) == "13.00"
    assert amount("0", events=["50", "60"], free_events=0, **fees) == "13.00"
    assert amount("0", events=["50", "60"], free_events=1, **fees) == "7.00"
    assert amount("0", events=["50", "60"], free_events=1, free_amount="500", **fees) == "7.00"
    assert amount("0", events=["50", "60"], free_amount="50", **fees) == "7.00"
    assert amount("0", events=["50", "60"], free_amount="80", **fees) == "4.00"
    assert amount("0", events=["50", "60"], free_amount="110", **fees) == "0.00"
    assert amount("0", events=["50", "60"], free_events=9, free_amount="0", **fees) == "13.00"
    assert amount("0", events=[], minimum_spend="5", **fees) == "5.00"


def test_limits_of_an_event_are_for_its_rate_and_its_fixed_part_together() -> None:
    fees = {"model": "percentage", "rate_pct": "10", "fixed_per_event": "1"}
    assert amount("0", events=["5"], min_per_event="2", **fees) == "2.00"
    assert amount("0", events=["100"], max_per_event="9", **fees) == "9.00"
    assert amount("0", events=["100", "100"], free_amount="195", min_per_event="2", **fees) == "2.00"


def test_an_event_below_zero_is_refused() -> None:
    with pytest.raises(CannotPrice, match=r"Event 2 is -20\.00; .* Correct the event that it takes back"):
        amount("0", model="percentage", rate_pct="1", events=["20", "-20"])
    for none in ("NaN", "Infinity"):
        with pytest.raises(CannotPrice, match="takes amounts of 0 and more"):
            amount("0", model="percentage", rate_pct="1", events=[none])


def test_the_discount_comes_before_the_limits_and_the_minimum_wins() -> None:
    fields = {"model": "standard", "unit_price": "1"}
    assert amount("200", discount_pct="50", maximum_spend="120", **fields) == "100.00"
    assert amount("200", discount_pct="50", minimum_spend="120", **fields) == "120.00"
    assert amount("200", maximum_spend="50", minimum_spend="80", **fields) == "80.00"
    assert amount("200", discount_pct="100", **fields) == "0.00"


def test_the_minimum_waits_for_the_final_line() -> None:
    fields = {"model": "standard", "unit_price": "1", "minimum_spend": "100"}
    assert amount("30", is_final_line=False, **fields) == "30.00"
    assert amount("20", prior_quantity="30", is_final_line=False, **fields) == "20.00"
    assert amount("20", prior_quantity="30", **fields) == "70.00"
    assert amount("0", prior_quantity="30", **fields) == "70.00"


def test_a_maximum_is_for_the_period_and_not_for_each_line() -> None:
    fields = {"model": "standard", "unit_price": "1", "maximum_spend": "100"}
    assert amount("80", is_final_line=False, **fields) == "80.00"
    assert amount("80", prior_quantity="80", **fields) == "20.00"
    assert amount("80", prior_quantity="160", **fields) == "0.00"


def test_volume_waits_for_the_final_line_and_bills_the_whole_then() -> None:
    fields: dict[str, Any] = {"model": "volume", "tiers": [{"up_to": "10", "unit_price": "2"}, {"unit_price": "1"}]}
    waiting = calls("8", is_final_line=False, **fields)
    assert waiting.exact == 0
    assert waiting.words == ("a volume price is billed when the period is complete: 0.00 now",)
    assert amount("8", prior_quantity="8", **fields) == "16.00"
    assert amount("8", prior_quantity="8", previously_billed="6", **fields) == "10.00"


def test_tiers_go_on_where_the_last_line_stopped() -> None:
    assert amount("300", model="graduated", tiers=TIERS, prior_quantity="900") == "26.00"
    assert amount("300", model="graduated", tiers=TIERS, prior_quantity="900", previously_billed="80") == "36.00"
    assert amount("-300", model="graduated", tiers=TIERS, prior_quantity="1200") == "-26.00"


def test_nothing_was_billed_of_a_period_without_earlier_usage() -> None:
    fee = [{"up_to": "5", "flat_fee": "7"}, {"unit_price": "1"}]
    assert amount("3", model="graduated", tiers=fee, prior_quantity="0") == "7.00"
    assert amount("3", model="graduated", tiers=fee, previously_billed="7") == "0.00"


def test_half_a_coin_is_not_rounded_away_again_by_a_later_line() -> None:
    fields = {"model": "standard", "unit_price": "0.0455"}
    assert amount("1", "KWD", is_final_line=False, **fields) == "0.046"
    later = calls("0", "KWD", prior_quantity="1", previously_billed="0.046", **fields)
    assert str(later.amount.amount) == "0.000"
    assert later.words[-2:] == ("less 0.046 already billed", "-0.0005 rounded to 0.000")


def test_what_was_billed_finer_than_a_coin_is_taken_off_before_rounding() -> None:
    assert amount("1", model="standard", unit_price="1.004", previously_billed="0.9971") == "0.01"


def test_corrections_of_a_price_per_unit_are_credits() -> None:
    assert words("-3", model="standard", unit_price="0.335") == [
        "-3 calls at 0.335 = -1.005",
        "-1.005 rounded to -1.01",
    ]
    assert amount("-3", "KWD", model="standard", unit_price="0.335") == "-1.005"
    with pytest.raises(BelowZero, match="a package price starts at 0"):
        amount("-3", model="package", package_size="10", package_price="1")


def test_huge_and_tiny_figures_keep_every_digit() -> None:
    priced = calls("999999999999999.999999999999", model="standard", unit_price="999999999999999.999999999999")
    assert str(priced.exact) == f"{10**30 - 2000}.{1:024}"
    assert str(priced.amount.amount) == f"{10**30 - 2000}.00"
    assert calls("0.000000000001", model="standard", unit_price="0.000000000001").exact == Decimal("1e-24")


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "1e24", "0." + "1" * 49])
def test_a_quantity_that_is_none_is_refused(quantity: str) -> None:
    with pytest.raises(CannotPrice, match="at most 24 digits"):
        amount(quantity, model="standard", unit_price="1")


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(UnknownCurrency):
        amount("1", "XXX", model="standard", unit_price="1")


def test_buckets_are_priced_one_by_one_and_limited_together() -> None:
    model = read_price({"model": "package", "package_size": "10", "package_price": "1", "maximum_spend": "4"})
    three = [Decimal(11), Decimal(0), Decimal(9)]
    priced = price_buckets(model, three, "USD", unit="GB")
    assert priced.exact == 3
    assert priced.words == (
        "11 GB in packages of 10: 2 packages at 1.00 = 2.00",
        "0 GB in packages of 10: 0 packages at 1.00 = 0.00",
        "9 GB in packages of 10: 1 package at 1.00 = 1.00",
    )
    many = price_buckets(model, three * 4, "USD", unit="GB", previously_billed=Decimal(1))
    assert many.exact == 3
    assert many.words == (
        "12 measurements of 80 GB in all, each priced on its own = 12.00",
        "maximum 4.00 applies instead of 12.00",
        "less 1.00 already billed",
    )
    assert price_buckets(model, [], "USD").words == ("nothing was measured: no charge",)


def test_what_has_no_quantity_has_no_buckets() -> None:
    with pytest.raises(CannotPrice, match="A flat price has no quantity"):
        price_buckets(read_price({"model": "flat", "unit_price": "1"}), [Decimal(1)], "USD")


def test_events_of_a_cut_period_need_what_was_billed() -> None:
    fees = {"model": "percentage", "rate_pct": "10"}
    with pytest.raises(CannotPrice, match="say what was billed before"):
        amount("1", prior_quantity="1", events=["10", "20"], **fees)
    assert amount("1", prior_quantity="1", previously_billed="1", events=["10", "20"], **fees) == "2.00"
