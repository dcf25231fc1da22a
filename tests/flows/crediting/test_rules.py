"""How much of an invoice may be given back: what is known, and what always holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.crediting.answers import read_amounts, read_reason
from flows.crediting.memos import Left, Owed, memos_for
from flows.crediting.modals import BY_LINE, SCOPE, WHOLE
from flows.crediting.refusals import (
    BadAmount,
    ChangedMeanwhile,
    NoReason,
    NothingLeft,
    NotOut,
    TooMuch,
    VoidUnderWay,
    WasCredited,
    WasPaid,
)
from flows.crediting.rules import (
    BilledLine,
    Creditable,
    check_same,
    check_void,
    credit,
    read_amount,
)
from flows.errors import Refused
from flows.values.money import Money, total
from tests.thorough import thorough


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def line(seq: int, billed: str, credited: str = "0", amended: str = "0") -> BilledLine:
    return BilledLine(seq, f"Service {seq}", usd(billed), usd(credited), usd(amended))


def invoice(*lines: BilledLine, state: str = "issued", void_asked: bool = False) -> Creditable:
    return Creditable("INV-1", state, "USD", lines or (line(1, "1000"), line(2, "200")), void_asked)


def test_the_whole_is_what_is_left_of_each_line() -> None:
    assert credit(invoice(line(1, "1000", "400"), line(2, "200", "200")), None) == {1: usd("600")}


def test_a_discount_goes_back_with_the_whole() -> None:
    assert credit(invoice(line(1, "1000"), line(2, "-100")), None) == {1: usd("1000"), 2: usd("-100")}


def test_lines_of_nothing_are_left_out() -> None:
    assert credit(invoice(), {1: usd("0"), 2: usd("50")}) == {2: usd("50")}


@pytest.mark.parametrize(
    ("state", "wanted", "refusal"),
    [
        (invoice(), {1: usd("1000.01")}, TooMuch),
        (invoice(line(1, "1000", "999")), {1: usd("1.01")}, TooMuch),
        (invoice(line(1, "1000"), line(2, "-100")), {1: usd("950")}, TooMuch),  # 900 is left of the whole
        (invoice(line(1, "1000"), line(2, "-100")), {2: usd("-50")}, NothingLeft),  # that would bill more
        (invoice(), {1: usd("-1")}, BadAmount),
        (invoice(), {3: usd("1")}, BadAmount),
        (invoice(), {1: Money(Decimal(1), "EUR")}, BadAmount),
        (invoice(), {}, NothingLeft),
        (invoice(line(1, "1000", "1000")), None, NothingLeft),
        (invoice(state="draft"), None, NotOut),
        (invoice(state="credited"), None, NotOut),
        (invoice(void_asked=True), None, VoidUnderWay),
    ],
)
def test_a_credit_that_is_refused(
    state: Creditable, wanted: Mapping[int, Money] | None, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        credit(state, wanted)


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (invoice(state="paid"), WasPaid),
        (invoice(state="part paid"), WasPaid),
        (invoice(state="void"), NotOut),
        (invoice(void_asked=True), VoidUnderWay),
        (invoice(line(1, "1000", "1")), WasCredited),
    ],
)
def test_a_voiding_that_is_refused(state: Creditable, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        check_void(state)


def test_an_issued_invoice_may_be_voided() -> None:
    check_void(invoice())


def test_a_form_that_shows_another_amount_is_refused() -> None:
    check_same(invoice(), usd("1200"))
    with pytest.raises(ChangedMeanwhile):
        check_same(invoice(line(1, "1000", "1")), usd("1000"))


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        *(("1,000.00", "1000"), (" USD 12.5 ", "12.50"), ("", "0"), ("0", "0"), ("999.999", None), ("1e3", "1000")),
        *(("much", None), ("NaN", None), ("1000.01", None), ("-5", None), ("1" * 30, None)),
    ],
)
def test_what_people_type(typed: str, amount: str | None) -> None:
    if amount is None:
        with pytest.raises(Refused):
            read_amount(typed, line(1, "1000"))
    else:
        assert read_amount(typed, line(1, "1000")) == usd(amount)


def test_a_changed_amount_is_not_taken_for_the_whole() -> None:
    typed = {"line_1": {"a": {"value": "10"}}, "line_2": {"a": {"value": "200.00"}}}
    assert SCOPE in read_amounts(typed | scope(WHOLE), invoice())[1]
    assert read_amounts(typed | scope(BY_LINE), invoice()) == ({1: usd("10"), 2: usd("200")}, {})
    as_shown = {"line_1": {"a": {"value": "1,000.00"}}, "line_2": {"a": {"value": "200.00"}}}
    assert read_amounts(as_shown | scope(WHOLE), invoice()) == (None, {})


def scope(value: str) -> dict[str, object]:
    return {SCOPE: {"a": {"selected_option": {"value": value}}}}


def test_a_reason_must_be_given() -> None:
    with pytest.raises(NoReason):
        read_reason({"reason_choice": {"a": {"selected_option": {"value": "other"}}}})


def test_charges_are_taken_off_the_memo_that_gives_back() -> None:
    left = [Left("seats@2026-01-01", "inv_1", 1, 2_000, 2_000), Left("seats@2026-02-01", "inv_2", 1, 3_000, 3_000)]
    wanted = [Owed("a", "seats@2026-01-01", -1_500), Owed("b", "seats@2026-02-01", -2_500), Owed("c", None, 1_600)]
    (memo,) = memos_for(wanted, left, {"inv_1": 2_000, "inv_2": 3_000})
    assert (memo.invoice_id, memo.amounts, memo.settles) == (
        "inv_2",
        {1: 2_400},
        {"a": -1_500, "b": -2_500, "c": 1_600},
    )


charges = st.sampled_from(["seats@2026-01-01", "seats@2026-02-01", "support@2026-01-01"])
owes = st.builds(Owed, st.uuids().map(str), charges, st.integers(-9_000, -1))
charged = st.builds(Owed, st.uuids().map(str), st.none(), st.integers(1, 9_000))
lefts = st.builds(
    lambda charge, invoice, seq, minor, more: Left(charge, invoice, seq, minor, minor + more),
    charges,
    st.sampled_from(["inv_1", "inv_2"]),
    st.integers(1, 3),
    st.integers(0, 9_000),
    st.integers(0, 5_000),
)
remaining = st.fixed_dictionaries({"inv_1": st.integers(0, 20_000), "inv_2": st.integers(0, 20_000)})


@thorough
@given(
    st.lists(st.one_of(owes, charged), max_size=8),
    st.lists(lefts, max_size=6, unique_by=lambda x: (x.invoice_id, x.seq)),
    remaining,
)
def test_a_memo_settles_to_the_cent_what_it_gives_back(
    wanted: list[Owed], left: list[Left], remains: dict[str, int]
) -> None:
    memos = memos_for(wanted, left, remains)
    room = {(line.invoice_id, line.seq): line.gross for line in left}
    settled: Counter[str] = Counter()
    for memo in memos:
        settled.update(memo.settles)
        assert all(0 < minor <= room[memo.invoice_id, seq] for seq, minor in memo.amounts.items())
        assert 0 < sum(memo.amounts.values()) <= remains[memo.invoice_id]
    given_back = sum(sum(memo.amounts.values()) for memo in memos)
    assert sum(settled.values()) == -given_back
    for one in wanted:
        low, high = sorted((0, one.minor))
        assert low <= settled[one.path] <= high
    grosses = {name: sum(line.gross for line in left if line.invoice_id == name) for name in remains}
    to_be_had = sum(min(remains[name], gross) for name, gross in grosses.items())
    assert given_back == max(0, min(-sum(one.minor for one in wanted), to_be_had)), "all that can be, is given back"


amounts = st.integers(-10_000, 100_000).map(lambda minor: Money.of_minor(minor, "USD"))


@thorough
@given(st.lists(amounts, min_size=1, max_size=5), st.lists(st.dictionaries(st.integers(1, 5), amounts), max_size=6))
def test_never_more_is_given_back_than_was_billed(billed: list[Money], asked: list[dict[int, Money]]) -> None:
    state = invoice(*(BilledLine(seq, "", money, usd("0"), usd("0")) for seq, money in enumerate(billed, start=1)))
    for wanted in [*asked, None, None]:
        try:
            given_back = credit(state, wanted)
        except Refused:
            continue
        state = replace(
            state,
            lines=tuple(replace(one, credited=one.credited + given_back.get(one.seq, usd("0"))) for one in state.lines),
        )
        for one in state.lines:
            low, high = sorted((0, one.billed.minor))
            assert low <= one.credited.minor <= high
        assert total(given_back.values(), "USD").minor > 0
        assert state.credited <= state.billed
