"""Payment terms as people write them in a CRM, read into structured terms where they are plain, refused where not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from pydantic import ValidationError

from flows.schedule.conventions import Remainder
from flows.schedule.payment_terms import (
    DayOfMonth,
    EarlyDiscount,
    EndOfMonth,
    Instalment,
    Instalments,
    Net,
    PaymentTerms,
    SingleDue,
    ordinal,
)
from flows.values.terms import UnknownTerms, parse_terms

_EXAMPLES: Final = (
    '"Net 30", "Due on receipt", "30 days after the end of the month", "15th of the next month", "2/10 net 30" or '
    '"2 instalments: 50 % due on receipt; 50 % net 30"'
)
_MONTH_END: Final = r"(?:eom|month end|(?:the )?end of (?:the )?month)"
_DAYS: Final = r"(?P<days>[0-9]{1,3})(?: ?d| ?days?)?"
_NEXT: Final = (
    r"(?:(?:the )?(?:next|following) month|(?:the )?month following(?: (?:the )?(?:date of )?invoice(?: date)?)?)"
)
_DUE: Final = r"(?:payment |payable |due |on )*(?:the )?"

_END_OF_MONTH: Final = (
    re.compile(rf"(?:net )?(?:payment |payable |due |at |by )*(?:{_MONTH_END}|(?:the )?last day of (?:the )?month)"),
    re.compile(rf"{_MONTH_END} ?(?:\+|plus)? ?{_DAYS}"),
    re.compile(rf"(?:net|n) ?/? ?{_DAYS} eom"),
    re.compile(rf"(?:net )?{_DAYS} (?:after|from|past) {_MONTH_END}"),
)
_DAY_OF_MONTH: Final = re.compile(
    rf"{_DUE}(?:(?P<day>[0-9]{{1,2}})(?P<suffix>st|nd|rd|th)?(?: day)?|(?P<last>last day|end)) of "
    rf"(?:(?P<next>{_NEXT})|(?P<same>the same month)|the month (?P<months>[0-9]{{1,2}}) months later)"
    r"(?:, or a month later when that is fewer than (?P<min>[0-9]{1,3}) days? away)?"
)
_PROXIMO: Final = re.compile(r"(?:net )?(?P<day>[0-9]{1,2})(?P<suffix>st|nd|rd|th)? (?:prox(?:imo)?|mfi)")
_PERCENT: Final = r"(?P<percent>[0-9]{1,2}(?:\.[0-9]{1,6})?)"
_NET: Final = r"(?:net|n) ?/? ?(?P<days>[0-9]{1,3})(?: ?d| ?days?)?"
_DISCOUNTS: Final = (
    re.compile(rf"{_PERCENT} ?%? ?/ ?(?P<within>[0-9]{{1,3}})(?: ?d| ?days?)?,? ?{_NET}"),
    re.compile(
        rf"{_PERCENT} ?%(?: discount)?(?: if paid)?(?: within| in)? (?P<within>[0-9]{{1,3}})(?: ?d| ?days?)?,? "
        rf"?(?:else |otherwise |or )?{_NET}"
    ),
)
_INSTALMENTS: Final = re.compile(
    r"(?P<count>[0-9]{1,2}) (?P<equal>equal )?instal{1,2}ments(?P<first>, the first takes what rounding leaves)?: "
    r"?(?P<parts>.+)"
)
_PART: Final = re.compile(r"(?:(?P<percent>[0-9]{1,3}(?:\.[0-9]{1,6})?) ?% )?(?P<due>.+)")
_LAST_DAY: Final = 31


def read_payment_terms(text: str) -> PaymentTerms:
    """Return the terms that `text` says: "Net 30", "2/10 net 30", "EOM + 30", "Net 30 EOM", "15th of next month".

    "Net 30 EOM" is 30 days after the end of the month. What can be meant in two ways ("30 days end of month" may count
    from the month's end or to it), and what says more than is understood, is refused. Raises UnknownTerms.
    """
    plain = _plain(text)
    try:
        terms = _instalments(plain) or _discount(plain) or _single(plain)
    except ValidationError:  # such as a discount that ends after the money is due
        terms = None
    if terms is None:
        raise UnknownTerms(text, _EXAMPLES)
    return terms


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().strip().rstrip(".")
    plain = re.sub(r"(?<=[a-z])[-_](?=[a-z0-9])|(?<=[0-9])-(?=[a-z])", " ", plain)
    return re.sub(r"\s+", " ", plain)


def _single(plain: str) -> SingleDue | None:
    readers: Sequence[Callable[[str], SingleDue | None]] = (_net, _end_of_month, _day_of_month, _proximo)
    return next((terms for reader in readers if (terms := reader(plain)) is not None), None)


def _net(plain: str) -> Net | None:
    try:
        return Net(days=parse_terms(plain))
    except UnknownTerms:
        return None


def _end_of_month(plain: str) -> EndOfMonth | None:
    for pattern in _END_OF_MONTH:
        if found := pattern.fullmatch(plain):
            return EndOfMonth(days=int(found.groupdict().get("days") or 0))
    return None


def _day_of_month(plain: str) -> DayOfMonth | None:
    found = _DAY_OF_MONTH.fullmatch(plain)
    if found is None or not _is_ordinal(found):
        return None
    day = _LAST_DAY if found["last"] else int(found["day"])
    months = 1 if found["next"] else 0 if found["same"] else int(found["months"])
    return DayOfMonth(day=day, months=months, min_days=int(found["min"] or 0))


def _proximo(plain: str) -> DayOfMonth | None:
    found = _PROXIMO.fullmatch(plain)
    return DayOfMonth(day=int(found["day"])) if found and _is_ordinal(found) else None


def _is_ordinal(found: re.Match[str]) -> bool:
    """Tell whether the ending fits the number: 1st and 22nd do, 1th does not; none at all is well."""
    return not found["suffix"] or found["suffix"] == ordinal(int(found["day"]))


def _discount(plain: str) -> EarlyDiscount | None:
    for pattern in _DISCOUNTS:
        if found := pattern.fullmatch(plain):
            return EarlyDiscount(
                days=int(found["days"]), discount_days=int(found["within"]), discount_pct=Decimal(found["percent"])
            )
    return None


def _instalments(plain: str) -> Instalments | None:
    found = _INSTALMENTS.fullmatch(plain)
    if found is None:
        return None
    parts = [_instalment(part.strip()) for part in found["parts"].split(";")]
    read = tuple(part for part in parts if part is not None)
    percents = [part.percent is not None for part in read]
    if len(read) != len(parts) or len(parts) != int(found["count"]) or any(percents) == bool(found["equal"]):
        return None
    return Instalments(parts=read, remainder=Remainder.FIRST if found["first"] else Remainder.LAST)


def _instalment(plain: str) -> Instalment | None:
    found = _PART.fullmatch(plain)
    due = _single(found["due"]) if found else None
    if found is None or due is None:
        return None
    return Instalment(due=due, percent=Decimal(found["percent"]) if found["percent"] else None)
