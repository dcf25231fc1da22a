"""Does a configuration fit together? What names something else must find it; what may contradict itself must not.

Every fault is noted at the section that the reader kept for it, so that it is told by file and line.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise

from flows.dimensions.model import ACCOUNT, CUSTOMER, SUBSIDIARY, DimensionConfig, Relationship
from flows.dimensions.near import NearMisses
from flows.policy.reading import Section
from flows.values.currency import MINOR_UNITS

Sections = Mapping[tuple[str | int, ...], Section]


def look_through(config: DimensionConfig, places: Sections) -> None:
    """Note everything in the configuration that does not fit together."""
    _accounts(config, places)
    _dimensions(config, places)
    _relationships(config, places)
    _subsidiaries(config, places)
    _periods(config, places)
    for name in config.required_always:
        _known(places[()], "required_always", name, config.dimensions, "dimension")
    if not config.accounts:
        places[()].fault(None, 'there is no account; write [accounts.4000] or accounts_csv = "accounts.csv"')


def _accounts(config: DimensionConfig, places: Sections) -> None:
    for code, account in config.accounts.items():
        section = places["accounts", code]
        for name in account.requires:
            _known(section, "requires", name, config.dimensions, "dimension")
        if account.currency is not None and account.currency not in MINOR_UNITS:
            section.fault("currency", f'is "{account.currency}", which is not an ISO 4217 currency such as USD.')
        _successor(section, account.replaced_by, config.accounts, "account")


def _dimensions(config: DimensionConfig, places: Sections) -> None:
    for name, dimension in config.dimensions.items():
        if name in {ACCOUNT, "posting_date", "dimensions"}:
            places["dimensions", name].fault(
                None, "is a name that the checks use themselves; call the dimension otherwise."
            )
        for code, value in dimension.values.items():
            section = places["dimensions", name, "values", code]
            _successor(section, value.replaced_by, dimension.values, f"value of {name}")
            if value.valid_from and value.valid_to and value.valid_to < value.valid_from:
                section.fault("valid_to", f"is {value.valid_to}, before valid_from {value.valid_from}; swap them.")
        for customer, usual in dimension.defaults.items():
            section = places["dimensions", name, "defaults", customer]
            key = customer if customer in section.table else "value"
            _known(section, key, usual, dimension.values, f"value of {name}")


def _relationships(config: DimensionConfig, places: Sections) -> None:
    for number, each in enumerate(config.relationships):
        section = places["relationships", number]
        if not each.autofill and not each.restrict:
            section.fault(None, "does nothing; write autofill = true, restrict = true, or both.")
        sources = {*config.dimensions, ACCOUNT, CUSTOMER, SUBSIDIARY}
        _known(section, "from", each.source, sources, "dimension")
        _known(section, "to", each.target, config.dimensions, "dimension")
        _mapped(config, places, number)
        _in_order(config.relationships, number, section)


def _mapped(config: DimensionConfig, places: Sections, number: int) -> None:
    each = config.relationships[number]
    sources = _codes_of(config, each.source)
    targets = config.dimensions[each.target].values if each.target in config.dimensions else None
    for source, allowed in each.allowed.items():
        for target in allowed:
            row = places.get(("relationships", number, source, target))
            section = row or places["relationships", number]
            if sources is not None:
                _known(section, "from" if row else "map", source, sources, each.source)
            if targets is not None:
                _known(section, "to" if row else "map", target, targets, each.target)


def _codes_of(config: DimensionConfig, source: str) -> Collection[str] | None:
    """Return what a relationship may start from; None where anything is right, as a customer is."""
    if source in config.dimensions:
        return config.dimensions[source].values
    known = {ACCOUNT: config.accounts, SUBSIDIARY: config.subsidiaries}
    return known.get(source) or None


def _subsidiaries(config: DimensionConfig, places: Sections) -> None:
    """Hold every subsidiary that is named against the table of them, where there is one; a customer has only one."""
    if config.subsidiaries and config.subsidiary is not None:
        _known(places[()], "subsidiary", config.subsidiary, config.subsidiaries, "subsidiary")
    for name, dimension in config.dimensions.items():
        for code, value in dimension.values.items() if config.subsidiaries else ():
            for owner in value.subsidiaries:
                section = places["dimensions", name, "values", code]
                _known(section, "subsidiaries", owner, config.subsidiaries, "subsidiary")
    first: dict[str, str] = {}
    for code, subsidiary in config.subsidiaries.items():
        for customer in subsidiary.customers:
            other = first.setdefault(customer, code)
            if other != code:
                row = places.get(("subsidiaries", code, "customers", customer))
                section, key = (row, "customer") if row else (places["subsidiaries", code], "customers")
                section.fault(key, f'names "{customer}", a customer of {other} already; keep one of the two.')


def _in_order(relationships: tuple[Relationship, ...], number: int, section: Section) -> None:
    """Note a relationship that stands before the one that fills its source: the result would need a second run."""
    this = relationships[number]
    for later, other in enumerate(relationships[number + 1 :], start=number + 2):
        fills = this.autofill and other.autofill and other.target == this.source
        if fills and other.source != this.target:
            section.fault(
                None,
                f"fills {this.target} from {this.source}, which relationships[{later}] fills only after it; "
                f"move this one below.",
            )


def _periods(config: DimensionConfig, places: Sections) -> None:
    if not config.periods:
        places[()].fault(None, 'there is no accounting period; write [[periods]] or periods_csv = "periods.csv"')
    owners = {*config.subsidiaries, config.subsidiary} - {None}
    for number, period in enumerate(config.periods):
        if period.subsidiary is not None:
            _known(places["periods", number], "subsidiary", period.subsidiary, owners, "subsidiary")  # type: ignore[arg-type]
    inorder = sorted(enumerate(config.periods), key=lambda each: (each[1].subsidiary or "", each[1].start, each[1].end))
    for (_, before), (number, period) in pairwise(inorder):
        if period.subsidiary == before.subsidiary and period.start <= before.end:
            places["periods", number].fault(
                "start", f"is {period.start}, but the period that begins on {before.start} ends only on {before.end}."
            )


def _successor(section: Section, code: str | None, known: Mapping[str, object], kind: str) -> None:
    if code is not None:
        _known(section, "replaced_by", code, known, kind)


def _known(section: Section, key: str, code: str, known: Collection[str], kind: str) -> None:
    if code == "?" or code in known:
        return
    near = NearMisses(known, ignore_case=True).only(code)
    section.fault(key, f'names "{code}", which is no {kind} here' + (f'; did you mean "{near}"?' if near else "."))
