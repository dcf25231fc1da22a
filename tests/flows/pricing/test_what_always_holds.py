"""What holds of every price and every quantity."""

from __future__ import annotations

from decimal import Decimal, getcontext, localcontext
from fractions import Fraction
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from flows.pricing import (
    Priced,
    amount_off,
    percent_off,
    price,
    price_buckets,
    subtotal,
    taxes,
    true_up,
)
from flows.terms.price import (
    GraduatedPrice,
    PackagePrice,
    PercentagePrice,
    PriceModel,
    StandardPrice,
    VolumePrice,
    read_price,
)
from flows.values.currency import minor_units
from tests.flows.pricing.adding_up import added_up
from tests.flows.pricing.prices import (
    AMOUNTS,
    CURRENCIES,
    CUTS,
    EVENTS,
    FLAT,
    METERED_PRICES,
    PERCENTAGES,
    QUANTITIES,
    TIERS,
    exact,
    of,
    or_nothing,
)
from tests.thorough import thorough

BILLED = or_nothing(exact("-500", "5000", 2))
PLAIN_TIERS = of("graduated", {}, tiers=TIERS)


def adds_up(priced: Priced) -> bool:
    return added_up(priced.words) == Fraction(priced.exact)


@thorough
@given(METERED_PRICES, QUANTITIES, QUANTITIES, BILLED, st.booleans(), CURRENCIES)
def test_the_words_of_a_quantity_add_up(
    model: PriceModel, quantity: Decimal, prior: Decimal, billed: Decimal | None, final: bool, currency: str
) -> None:
    assert adds_up(
        price(
            model,
            quantity,
            currency,
            prior_quantity=prior,
            previously_billed=billed,
            is_final_line=final,
            unit="call",
        )
    )


@thorough
@given(PERCENTAGES | FLAT, EVENTS, BILLED, CURRENCIES)
def test_the_words_of_events_and_flat_prices_add_up(
    model: PriceModel, events: list[Decimal], billed: Decimal | None, currency: str
) -> None:
    assert adds_up(price(model, Decimal(1), currency, events=events, previously_billed=billed))


@thorough
@given(METERED_PRICES, st.lists(QUANTITIES, max_size=9), CURRENCIES)
def test_the_words_of_buckets_add_up(model: PriceModel, buckets: list[Decimal], currency: str) -> None:
    assert adds_up(price_buckets(model, buckets, currency))


@thorough
@given(METERED_PRICES, CUTS)
def test_the_sum_does_not_depend_on_how_the_period_is_cut(model: PriceModel, cuts: list[Decimal]) -> None:
    last = len(cuts) - 1
    before = [Decimal(0), *accumulate(cuts)]
    lines = [
        price(model, cut, "USD", prior_quantity=before[number], is_final_line=number == last)
        for number, cut in enumerate(cuts)
        if cut or number == last
    ]
    whole = price(model, sum(cuts, Decimal(0)), "USD")
    assert sum((Fraction(line.exact) for line in lines), Fraction(0)) == Fraction(whole.exact)


@thorough
@given(METERED_PRICES, CUTS, CURRENCIES)
def test_what_was_invoiced_sums_to_the_rounded_whole(model: PriceModel, cuts: list[Decimal], currency: str) -> None:
    invoiced, used = Decimal(0), Decimal(0)
    for number, cut in enumerate(cuts, start=1):
        line = price(
            model,
            cut,
            currency,
            prior_quantity=used,
            previously_billed=invoiced,
            is_final_line=number == len(cuts),
        )
        invoiced += line.amount.amount
        used += cut
    assert invoiced == price(model, used, currency).amount.amount


@thorough
@given(PERCENTAGES, EVENTS, st.lists(st.integers(0, 8), max_size=4), CURRENCIES)
def test_events_that_are_invoiced_bit_by_bit_sum_to_what_they_cost_at_once(
    model: PercentagePrice, events: list[Decimal], cuts: list[int], currency: str
) -> None:
    invoiced, before = Decimal(0), 0
    ends = [*sorted(min(cut, len(events)) for cut in cuts), len(events)]
    for number, end in enumerate(ends, start=1):
        line = price(
            model,
            sum(events[before:end], Decimal(0)),
            currency,
            events=events[:end],
            prior_quantity=sum(events[:before], Decimal(0)),
            previously_billed=invoiced,
            is_final_line=number == len(ends),
        )
        invoiced, before = invoiced + line.amount.amount, end
    assert invoiced == price(model, sum(events, Decimal(0)), currency, events=events).amount.amount


@thorough
@given(METERED_PRICES, QUANTITIES, QUANTITIES)
def test_a_correction_takes_back_exactly_what_it_cost(model: PriceModel, quantity: Decimal, more: Decimal) -> None:
    charged = price(model, more, "USD", prior_quantity=quantity, previously_billed=Decimal(7))
    both = price(model, -more, "USD", prior_quantity=quantity + more, previously_billed=charged.exact + 7)
    kept = price(model, quantity, "USD")
    assert charged.exact + 7 + both.exact == kept.exact


@thorough
@given(PLAIN_TIERS, QUANTITIES, QUANTITIES)
def test_graduated_never_falls_and_never_jumps_but_for_a_fee(
    model: GraduatedPrice, quantity: Decimal, more: Decimal
) -> None:
    less_fees = read_price(
        {"model": "graduated", "tiers": [{"up_to": t.up_to, "unit_price": t.unit_price} for t in model.tiers]}
    )
    rise = price(less_fees, quantity + more, "USD").exact - price(less_fees, quantity, "USD").exact
    prices = [tier.unit_price for tier in model.tiers]
    assert min(prices) * more <= rise <= max(prices) * more
    assert price(model, quantity + more, "USD").exact >= price(model, quantity, "USD").exact


@thorough
@given(of("volume", {}, tiers=TIERS), QUANTITIES.filter(bool))
def test_volume_prices_every_unit_by_one_tier(model: VolumePrice, quantity: Decimal) -> None:
    (tier,) = [
        tier
        for below, tier in zip([Decimal(0), *(t.up_to for t in model.tiers)], model.tiers, strict=False)
        if (below is None or below < quantity) and (tier.up_to is None or quantity <= tier.up_to)
    ]
    assert price(model, quantity, "USD").exact == tier.flat_fee + quantity * tier.unit_price


@thorough
@given(of("package", {}, package_size=exact("1", "90", 2), package_price=st.just(Decimal(1))), QUANTITIES)
def test_packages_hold_the_quantity_and_none_is_idle(model: PackagePrice, quantity: Decimal) -> None:
    packages = price(model, quantity, "USD").exact
    assert (packages - 1) * model.package_size < quantity <= packages * model.package_size


@thorough
@given(PERCENTAGES, EVENTS)
def test_events_cost_what_each_of_them_costs(model: PercentagePrice, events: list[Decimal]) -> None:
    bare = model.model_copy(update={"discount_pct": Decimal(0), "maximum_spend": None, "minimum_spend": None})
    due, free_amount = Decimal(0), model.free_amount
    for number, event in enumerate(events, start=1):
        may_be_free = model.free_events is not None or model.free_amount is not None
        within = model.free_events is None or number <= model.free_events
        free = Decimal(0)
        if may_be_free and within and (free_amount is None or free_amount > 0):
            free = event if free_amount is None else min(event, free_amount)
            free_amount = None if free_amount is None else free_amount - free
            if free == event:
                continue
        cost = (event - free) * model.rate_pct / 100 + model.fixed_per_event
        cost = cost if model.min_per_event is None else max(cost, model.min_per_event)
        due += cost if model.max_per_event is None else min(cost, model.max_per_event)
    assert price(bare, Decimal(0), "USD", events=events).exact == due


@thorough
@given(METERED_PRICES, QUANTITIES, st.booleans())
def test_an_amount_stays_within_its_limits(model: PriceModel, quantity: Decimal, final: bool) -> None:
    amount = price(model, quantity, "USD", is_final_line=final).exact
    floor = model.minimum_spend if final and model.minimum_spend is not None else Decimal(0)
    assert amount >= floor
    assert model.maximum_spend is None or amount <= max(model.maximum_spend, floor)


@thorough
@given(METERED_PRICES, QUANTITIES, CURRENCIES)
def test_the_amount_is_the_nearest_coin_and_a_half_goes_away_from_zero(
    model: PriceModel, quantity: Decimal, currency: str
) -> None:
    priced = price(model, quantity, currency)
    coin = Fraction(1, 10 ** minor_units(currency))
    gone = Fraction(priced.amount.amount) - Fraction(priced.exact)
    assert abs(gone) <= coin / 2
    assert abs(gone) < coin / 2 or (gone > 0) == (priced.exact > 0)


@thorough
@given(METERED_PRICES, QUANTITIES)
def test_the_precision_around_makes_no_difference(model: PriceModel, quantity: Decimal) -> None:
    with localcontext() as context:
        context.prec = 3
        narrow = price(model, quantity, "USD")
    assert narrow == price(model, quantity, "USD")
    assert getcontext().prec == 28


@thorough
@given(METERED_PRICES | PERCENTAGES | FLAT)
def test_a_price_is_read_back_as_it_was_written(model: PriceModel) -> None:
    assert read_price(model.model_dump(mode="json")) == model


@thorough
@given(st.lists(exact("-99", "99", 3), max_size=9), AMOUNTS, CURRENCIES)
def test_a_true_up_reaches_the_commitment_and_no_more(
    billed: list[Decimal], commitment: Decimal, currency: str
) -> None:
    promised = subtotal([commitment], currency)
    so_far = subtotal([sum(billed, Decimal(0))], currency)
    reached = so_far + true_up(promised.amount, billed, currency)
    assert reached == max(promised, so_far)


@thorough
@given(AMOUNTS, AMOUNTS, exact("0", "100", 2), CURRENCIES)
def test_a_discount_and_what_is_left_are_the_price(
    full: Decimal, off: Decimal, percent: Decimal, currency: str
) -> None:
    for taken in (amount_off(full, off, currency), percent_off(full, percent, currency)):
        assert taken.final >= 0
        assert taken.final == max(Decimal(0), full - taken.discount.amount)


@thorough
@given(AMOUNTS, st.lists(exact("0", "30", 3), max_size=4), CURRENCIES)
def test_taxes_are_the_taxes_of_each_rate(taxable: Decimal, rates: list[Decimal], currency: str) -> None:
    due = taxes(taxable, rates, currency)
    assert due.total == subtotal([tax.amount for tax in due.taxes], currency)
    assert due.taxes == tuple(
        price(StandardPrice(unit_price=rate), taxable * Decimal("0.01"), currency).amount for rate in rates
    )
