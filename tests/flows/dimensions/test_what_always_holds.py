"""What holds for every configuration and every line."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from flows.dimensions import Coding, DimensionConfig, LineCoding, check, next_open_date
from flows.dimensions.model import PeriodStatus
from flows.dimensions.near import NearMisses
from flows.dimensions.rules import Posting, errors_of_value, period_of, with_value
from flows.dimensions.suggestions import fitting
from tests.flows.dimensions.configs import DAYS, NAMES, configs, lines, postings
from tests.thorough import thorough


def checked(config: DimensionConfig, line: LineCoding, posting: Posting) -> Coding:
    return check(
        config,
        line,
        posting_date=posting.date,
        subsidiary=posting.subsidiary,
        customer=posting.customer,
        currency=posting.currency,
    )


def filled(line: LineCoding, coding: Coding) -> LineCoding:
    return LineCoding(line.account, {**line.dimensions, **coding.autofilled})


@thorough
@given(configs(), lines(), postings())
def test_a_suggestion_that_is_taken_leaves_its_field_without_error(
    config: DimensionConfig, line: LineCoding, posting: Posting
) -> None:
    for error in checked(config, line, posting).errors:
        if error.suggestion is not None:
            after = checked(config, with_value(line, error.field, error.suggestion), posting)
            assert not [each for each in after.errors if each.field == error.field]


@thorough
@given(configs(), lines(), postings())
def test_filling_in_never_changes_what_is_written(config: DimensionConfig, line: LineCoding, posting: Posting) -> None:
    written = {name for name, value in line.dimensions.items() if value.strip()}
    assert written.isdisjoint(checked(config, line, posting).autofilled)


@thorough
@given(configs(), lines(), postings())
def test_checking_the_filled_line_again_says_the_same(
    config: DimensionConfig, line: LineCoding, posting: Posting
) -> None:
    first = checked(config, line, posting)
    again = checked(config, filled(line, first), posting)
    codes = [(error.field, error.code) for error in first.errors]
    assert (codes, {}) == ([(error.field, error.code) for error in again.errors], again.autofilled)


@thorough
@given(configs(), lines(), postings())
def test_the_order_in_which_dimensions_are_written_does_not_matter(
    config: DimensionConfig, line: LineCoding, posting: Posting
) -> None:
    turned = LineCoding(line.account, dict(reversed(list(line.dimensions.items()))))
    assert asdict(checked(config, turned, posting)) == asdict(checked(config, line, posting))


@thorough
@given(configs(), lines(), postings(), st.sampled_from(NAMES))
def test_what_a_select_offers_is_right_by_itself_and_there_is_no_more(
    config: DimensionConfig, line: LineCoding, posting: Posting, name: str
) -> None:
    offered = fitting(config, line, name, posting)
    known = config.dimensions[name].values if name in config.dimensions else {}
    right = {code for code in known if not errors_of_value(config, name, code, posting)}
    assert set(offered) <= right and bool(offered) == bool(right)


@thorough
@given(configs(), DAYS)
def test_the_next_open_date_lies_in_an_open_period_and_no_day_before_it_does(
    config: DimensionConfig, day: date
) -> None:
    found = next_open_date(config, day)
    end = found or max((period.end for period in config.periods), default=day)
    days = [date.fromordinal(number) for number in range(day.toordinal(), end.toordinal() + 1)]
    open_days = [each for each in days if (at := period_of(config, each)) and at.status is PeriodStatus.OPEN]
    assert open_days[:1] == ([found] if found else [])


WORDS = st.text("ab-1", max_size=5)


@thorough
@given(st.lists(WORDS, unique=True, max_size=12), WORDS)
def test_the_filed_codes_find_what_comparing_with_each_would_find(codes: list[str], word: str) -> None:
    near = [code for code in codes if _edits(word, code) == 1]
    expected = word if word in codes else near[0] if len(near) == 1 else None
    assert NearMisses(codes, ignore_case=False).only(word) == expected


def _edits(one: str, other: str) -> int:
    """Count insertions, deletions and replacements from one word to the other, as the textbook does."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, right in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
    return row[-1]


@thorough
@given(configs(), lines(), postings())
def test_a_line_with_an_error_is_never_valid_and_errors_come_sorted(
    config: DimensionConfig, line: LineCoding, posting: Posting
) -> None:
    coding = checked(config, line, posting)
    keys = [(error.field, error.code) for error in coding.errors]
    assert keys == sorted(keys) and coding.valid is (keys == [])


@thorough
@given(configs(), lines(), postings())
def test_what_is_not_known_is_always_said(config: DimensionConfig, line: LineCoding, posting: Posting) -> None:
    coding = checked(config, line, posting)
    wrong = {error.field for error in coding.errors}
    for name, value in filled(line, coding).dimensions.items():
        assert name in wrong or not value.strip() or value in config.dimensions[name].values
