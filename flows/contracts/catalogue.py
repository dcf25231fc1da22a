"""The product catalogue: how each product is billed and booked, beyond what a deal says. A TOML file, or CSV beside it.

Every mistake is told at once, with its file and line.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, get_args

from pydantic import TypeAdapter, ValidationError

from flows.contracts.conventions import NONE, Conventions, named, read_contract, read_conventions
from flows.contracts.product_list import read_list
from flows.contracts.product_parts import PART_NAMES, Parts, read_parts
from flows.errors import ConfigurationError
from flows.policy.places import Places
from flows.policy.reading import Fault, Section, written
from flows.schedule import Frequency, Timing
from flows.terms.lines import Aggregation
from flows.terms.price import FlatPrice, PriceModel

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_PRICE: Final[TypeAdapter[Any]] = TypeAdapter(PriceModel)
_OF_A_LINE: Final = (
    *("meter", "price", "allowance", "frequency", "timing", "price_per", "ramp", "free"),
    *("renewal", "alignment", "anchor_day", "fiscal_year_start_month", "arrears_on", "proration"),
)
NOTHING: Final = Parts()
_SYNTAX: Final = re.compile(r"(.*) \(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class Product:
    """How one product is billed. What is None is as the deal says: its price, its frequency, in advance.

    With a `meter` it is billed after each period for what was used. `account` None: as the policy says. `price_per` is
    what a price is for (None: one billing period), and `conventions` are what its contracts go by.
    """

    code: str
    account: str | None = None
    tax_code: str | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    frequency: Frequency | None = None
    timing: Timing | None = None
    price_per: Frequency | None = None
    conventions: Conventions = NONE
    meter: str | None = None
    aggregation: Aggregation = "sum"
    accumulate: Literal["period", "term"] = "period"
    unit: str = "unit"
    allowance: Decimal | None = None  # how much of the meter is expected in a period; shares of it are told of
    price: Any = None  # a flows.terms.price.PriceModel
    parts: Parts = NOTHING


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The products by their code. `version` is the first 12 characters of the SHA-256 of the files' text.

    `contract` is what every contract goes by where its products do not say otherwise.
    """

    products: Mapping[str, Product]
    version: str = ""
    contract: Conventions = NONE


class CatalogueError(ConfigurationError):
    """The product catalogue cannot be used. `faults` are all its mistakes, each with its file, in their order."""

    code = "configuration.catalogue"

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def load_catalogue(path: Path) -> Catalogue:
    """Return the catalogue in a TOML file and in the CSV file that it names. Raises CatalogueError."""
    text = _text_of(path)
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX.match(str(error))
        where = f"{path.name} line {found[2] if found else 1}"
        raise CatalogueError([f"{where}: {(found[1] if found else str(error))}."]) from None
    faults: list[Fault] = []
    root = Section(raw, (), Places(text), faults)
    read = root.section("products", required=False)
    contract = root.section("contract", required=False)
    usual = read_contract(contract, lambda problem: _fault_at(contract, problem.path, problem.message))
    contract.finish()
    products = dict(_products(read, usual))
    listed = root.optional_text("csv")
    root.finish()
    told: list[str] = []
    rows = _text_of(path.parent / listed) if listed else ""
    for product in _listed(rows, listed or "", usual, told):
        if product.code in products:
            told.append(f"{listed}: the product {product.code} stands in {path.name} too; keep one of them.")
        products[product.code] = product
    _check_named(read, products)
    told[:0] = [f"{path.name} line {fault.line}: {fault.message}" for fault in sorted(faults)]
    if told:
        raise CatalogueError(told)
    return Catalogue(products, hashlib.sha256((text + rows).encode()).hexdigest()[:12], usual)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError([f"The product catalogue {path} cannot be read: {error}."]) from None


def _products(products: Section, usual: Conventions) -> Iterator[tuple[str, Product]]:
    for code in products.table:
        one = products.section(code)
        yield code, _product(code, one, usual)
        one.finish()


def _product(code: str, one: Section, usual: Conventions) -> Product:
    meter = _id(one, "meter")
    price = _price(one)
    if meter and isinstance(price, FlatPrice):
        one.fault("price", "is one amount a period, which no meter changes; remove the meter, or price its units.")
    parts = _parts(one)
    _check_parts(one, parts, is_priced=price is not None)
    timing = _timing(one, meter)
    conventions = read_conventions(one, parts.renewal, usual)
    if conventions.arrears_on and meter is None and timing is not Timing.ARREARS:
        one.fault("arrears_on", 'is for what is billed after its period; write timing = "arrears", or remove it.')
    return Product(
        code=code,
        account=one.optional_text("account"),
        tax_code=one.optional_text("tax_code"),
        dimensions=_dimensions(one),
        frequency=named(one, "frequency", Frequency),
        timing=timing,
        price_per=named(one, "price_per", Frequency),
        conventions=conventions,
        meter=meter,
        aggregation=_one_of(one, "aggregation", get_args(Aggregation), "sum"),
        accumulate=_one_of(one, "accumulate", ("period", "term"), "period"),
        unit=one.text("unit", default="unit", example="seat"),
        allowance=_allowance(one, meter),
        price=price,
        parts=parts,
    )


def _parts(one: Section) -> Parts:
    for name in PART_NAMES:
        one.has(name)
    found = read_parts(_lists_as_tuples(one.table))
    if isinstance(found, Parts):
        return found
    for problem in found:
        _fault_at(one, problem.path, problem.message)
    return Parts()


def _check_parts(one: Section, parts: Parts, *, is_priced: bool) -> None:
    """Note the parts that cannot stand beside each other, or beside what the product itself is."""
    if instead := parts.stands_for_line:
        for key in _OF_A_LINE:
            if key in one.table:
                one.fault(key, f"is for a product with a price, and this one is nothing but its {instead}; remove it.")
        others = [name for name in ("milestones", "commitment", "credit") if name in one.table and name != instead]
        for name in others:
            one.fault(name, f"stands beside {instead}, which takes the place of the line; make two products of them.")
        return
    if parts.commitment and parts.commitment.amount is None and not is_priced:
        words = "has no amount; without a price of the product the deal says what a unit costs, not the minimum."
        one.fault("commitment", words)
    if parts.credit and parts.credit.amount is None:
        one.fault("credit", "has no amount; give it, or name the products that a bought credit pays for.")


def _check_named(products: Section, known: Mapping[str, Product]) -> None:
    """Note every product that a minimum or a credit is for and that is not in the catalogue."""
    for code in products.table:
        product = known.get(code)
        for path, other in product.parts.named if product else ():
            if other not in known:
                _fault_at(products, (code, *path), f'is "{other}", which is not in the catalogue.')


def _fault_at(one: Section, within: tuple[str | int, ...], message: str) -> None:
    path = (*one.path, *within)
    end = "" if message.endswith((".", "?", "]")) else "."
    one.faults.append(Fault(one.places.line(path), f"{written(path)} {message}{end}"))


def _timing(one: Section, meter: str | None) -> Timing | None:
    timing: Timing | None = named(one, "timing", Timing)
    if meter and timing is Timing.ADVANCE:
        one.fault("timing", "is advance, but what is measured can only be billed after its period; remove the line.")
    return timing


def _allowance(one: Section, meter: str | None) -> Decimal | None:
    allowance = one.amount("allowance")
    if allowance is not None and allowance <= 0:
        one.fault("allowance", "must be more than 0.")
    elif allowance is not None and meter is None:
        one.fault("allowance", "is of what a meter counts; name the meter, or remove the line.")
    return allowance


def _price(one: Section) -> Any:
    if not one.has("price"):
        return None
    try:
        return _PRICE.validate_python(_lists_as_tuples(one.table["price"]))
    except ValidationError as error:
        for entry in error.errors(include_url=False, include_context=False):
            place = ".".join(str(part) for part in entry["loc"][1:])
            one.fault("price", f"{place + ': ' if place else ''}{entry['msg']}.")
        return None


def _lists_as_tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lists_as_tuples(part) for name, part in value.items()}
    return tuple(_lists_as_tuples(part) for part in value) if isinstance(value, list) else value


def _dimensions(one: Section) -> dict[str, str]:
    table = one.section("dimensions", required=False)
    return {name: table.text(name, default="?", example="Product") for name in table.table}


def _id(one: Section, key: str) -> str | None:
    text = one.optional_text(key)
    if text is not None and not _ID.fullmatch(text):
        one.fault(key, "must be at most 64 letters, digits or - _ . characters, such as api-calls.")
    return text


def _one_of(one: Section, key: str, known: tuple[str, ...], usual: str) -> Any:
    text = one.optional_text(key)
    if text is not None and text not in known:
        one.fault(key, f'is "{text}", but must be one of {", ".join(known)}.')
    return text if text in known else usual


def _listed(text: str, name: str, usual: Conventions, told: list[str]) -> Iterator[Product]:
    """Give the products of a CSV file, one a row, each read as a table of the TOML file would be."""
    for row in read_list(text, name, told) if text else ():
        faults: list[Fault] = []
        product = _product(row.code, Section(row.table, (row.code,), Places(""), faults), usual)
        told.extend(f"{row.where}: {fault.message}" for fault in faults)
        yield product
