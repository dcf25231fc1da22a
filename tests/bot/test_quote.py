"""`dunwell quote`: the schedule and every invoice in words, for a person and for a machine."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import bot.cli

TERMS = """\
version: 1
contract: NW-17
customer: {name: Acme Ltd, email: ap@acme.example}
currency: USD
time_zone: America/New_York
start: 2026-01-01
end: 2026-03-31
payment: {type: net, days: 30}
lines:
  - id: calls
    description: API calls
    unit: call
    meter: api_calls
    account: "4020"
    price:
      model: graduated
      tiers:
        - {up_to: 1000, unit_price: 0.10}
        - {unit_price: 0.08}
milestones:
  - {id: live, description: Going live, amount: 500, event: accepted}
"""
USAGE = """\
key,customer,meter,quantity,occurred_at
e1,acme,api_calls,700,2026-01-05T12:00:00Z
e2,acme,api_calls,500,2026-02-01T04:59:00Z
e3,acme,api_calls,10,2026-02-10T12:00:00Z
e3,acme,api_calls,10,2026-02-10T12:00:00Z
e4,acme,storage,1,2026-02-10T12:00:00Z
e5,acme,api_calls,many,2026-02-10T12:00:00Z
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "terms.yaml").write_text(TERMS, encoding="utf-8")
    (tmp_path / "usage.csv").write_text(USAGE, encoding="utf-8")
    return tmp_path


def quote(folder: Path, *arguments: str, terms: str = "terms.yaml") -> Result:
    return CliRunner().invoke(bot.cli.app, ["quote", str(folder / terms), *arguments], env={"COLUMNS": "80"})


def test_every_invoice_is_shown_with_the_arithmetic_within_80_columns(folder: Path) -> None:
    answer = quote(folder, "--usage", str(folder / "usage.csv"), "--reached", "accepted=2026-02-15")
    assert answer.exit_code == 0
    shown = [line.rstrip() for line in answer.output.splitlines()]
    assert max(map(len, shown)) <= 80
    assert shown[:2] == [
        "Acme Ltd, contract NW-17",
        "1 Jan 2026 to 31 Mar 2026; billed monthly in advance; Net 30; USD",
    ]
    # 4:59 UTC on 1 February is still January in New York: 700 + 500
    assert "    1,200 calls: first 1,000 at 0.10 = 100.00; next 200 at 0.08 = 16.00" in shown
    assert "    from lines[1]; usage.csv, lines 2 to 3 (2 events)" in shown
    assert re.search(r"^2026-02-15  2026-03-17  once +1 +500\.00$", answer.output, re.MULTILINE)
    assert re.search(r"^Total +617\.00$", answer.output, re.MULTILINE)
    assert " ".join(shown[-4:]).startswith("Not counted, line 7: The quantity “many” is not a number")
    assert shown[-2:] == [
        "1 event counted once though sent again.",
        "No line has a price for storage: 1 event not billed.",
    ]


def test_a_machine_gets_json_with_every_digit(folder: Path) -> None:
    answer = json.loads(quote(folder, "--usage", str(folder / "usage.csv"), "--json").output)
    assert (answer["total"], answer["currency"], answer["from"], answer["to"]) == (
        "117.00",
        "USD",
        "2026-01-01",
        "2026-04-01",
    )
    first = answer["invoices"][0]
    assert (first["key"], first["due_date"], first["total"]) == ("2026-02-01", "2026-03-03", "116.00")
    assert (first["early_payment"], first["instalments"]) == (None, [{"due": "2026-03-03", "amount": "116.00"}])
    (line,) = first["lines"]
    assert (line["account"], line["terms_path"], line["key"]) == ("4020", "lines[1]", "calls@2026-01-01")
    assert line["usage"] == ["usage.csv, lines 2 to 3 (2 events)"]


def test_a_milestone_is_not_reached_before_the_contract_starts(folder: Path) -> None:
    answer = quote(folder, "--reached", "accepted=2025-12-31")
    assert "Not in it: accepted cannot be reached on 31 Dec 2025, before the contract starts on 1 Jan 2026." in re.sub(
        r"\s+", " ", answer.output
    )
    assert json.loads(quote(folder, "--reached", "accepted=2025-12-31", "--json").output)["total"] == "0.00"


def test_days_pick_invoices_and_change_none(folder: Path) -> None:
    usage = ("--usage", str(folder / "usage.csv"), "--json")
    february = json.loads(quote(folder, *usage, "--from", "2026-02-02", "--to", "2026-03-01").output)
    assert [invoice["key"] for invoice in february["invoices"]] == ["2026-03-01"]
    assert february["invoices"] == json.loads(quote(folder, *usage).output)["invoices"][1:]


def test_without_usage_it_says_that_none_was_counted(folder: Path) -> None:
    answer = quote(folder)
    assert "No usage was given: api_calls counted as 0. Add a file with --usage." in answer.output
    assert "Not in it: Going live, billed when accepted is reported." in answer.output


def test_mistakes_in_the_terms_are_told_with_line_and_mend_and_exit_code_2(folder: Path) -> None:
    (folder / "terms.yaml").write_text(
        TERMS.replace("USD", "usd").replace("unit: call", "units: call"), encoding="utf-8"
    )
    answer = quote(folder)
    assert answer.exit_code == 2
    assert answer.stderr.splitlines() == [
        "terms.yaml line 4: currency: “usd” is not an ISO 4217 currency; use a code such as USD or EUR.",
        "terms.yaml line 12: lines[1].units: is not known here; did you mean unit?",
    ]
    assert quote(folder, terms="absent.yaml").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--from", "2026-03-01", "--to", "2026-02-01"], 2, "--to is before --from"),
        (["--reached", "accepted"], 2, "such as accepted=2026-11-23"),
        (["--reached", "acepted=2026-02-01"], 0, "No milestone waits for acepted; the terms know: accepted."),
        (["--usage", "absent.csv"], 1, "absent.csv"),
    ],
)
def test_what_was_asked_wrongly_is_said(folder: Path, arguments: list[str], code: int, told: str) -> None:
    answer = quote(folder, *arguments)
    assert (answer.exit_code, told in " ".join(answer.output.split())) == (code, True)
