"""Usage events for tests: by hand, and any that hypothesis can think of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from flows.usage.event import UsageEvent, read_units

START = datetime(2026, 10, 1, tzinfo=UTC)
COLUMNS = ("key", "customer", "meter", "quantity", "occurred_at", "value", "corrects", "void")


def event(key: str, quantity: str = "1", at: str = "2026-11-05T12:00:00Z", **more: Any) -> UsageEvent:
    """Return an event of 001ACME's api_calls unless it says otherwise."""
    units, decimals = read_units(quantity)
    when = datetime.fromisoformat(at).astimezone(UTC)
    said = {"subject": "001ACME", "meter": "api_calls"} | more
    return UsageEvent(key=key, units=units, decimals=decimals, occurred_at=when, **said)


@st.composite
def event_lists(draw: st.DrawFn, *, most: int = 25) -> list[UsageEvent]:
    """Events with different keys over three months; some correct or void another one, each at most once, no circle."""
    count = draw(st.integers(0, most))
    found: list[UsageEvent] = []
    uncorrected = list(range(count))
    for number in range(count):
        older = [n for n in uncorrected if n < number]
        corrects = draw(st.sampled_from(older)) if older and draw(st.integers(0, 4)) == 0 else None
        if corrects is not None:
            uncorrected.remove(corrects)
        is_void = corrects is not None and draw(st.booleans())
        decimals = 0 if is_void else draw(st.integers(0, 4))
        units = 0 if is_void else draw(st.integers(0, 10_000))
        plain = str(Decimal(units).scaleb(-decimals))
        exact = read_units(f"{Decimal(plain):f}")
        found.append(
            UsageEvent(
                key=f"e{number}",
                subject="001ACME",
                meter=draw(st.sampled_from(("api_calls", "seats"))),
                units=exact[0],
                decimals=exact[1],
                occurred_at=START + timedelta(minutes=draw(st.integers(0, 60 * 24 * 92))),
                value=draw(st.sampled_from((None, "ann", "bob", "cy"))),
                corrects=None if corrects is None else f"e{corrects}",
                is_void=is_void,
                line=number + 2,
            )
        )
    return found


def as_csv(events: Iterable[UsageEvent], columns: tuple[str, ...] = COLUMNS) -> str:
    """Write events as a file of usage."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for one in events:
        cells = {
            "key": one.key,
            "customer": one.subject,
            "meter": one.meter,
            "quantity": "" if one.is_void else f"{one.quantity:f}",
            "occurred_at": one.occurred_at.isoformat().replace("+00:00", "Z"),
            "value": one.value or "",
            "corrects": one.corrects or "",
            "void": "true" if one.is_void else "",
        }
        writer.writerow([cells[column] for column in columns])
    return out.getvalue()


def written(path: Path, text: str | bytes) -> Path:
    """Write a file and return its path."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
