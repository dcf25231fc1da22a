"""What an auditor finds a year later: every act with who, when, why and the evidence for it, in an unbroken chain."""

from __future__ import annotations

import json

from tests.scenarios.house import House
from tests.scenarios.words import Json

APPROVE = "approval.approve"


def test_the_export_has_every_act_of_an_invoice_with_its_evidence(house: House) -> None:
    deal = house.close_deal("per_unit", account="Oxbow Marine")
    house.click("gus", APPROVE, house.card_about("Oxbow Marine"))
    house.click("dana", APPROVE, house.card_about("Oxbow Marine"))
    house.change_deal(deal, quantity=41)
    for who in ("dana", "lee"):
        house.click(who, APPROVE, house.card_about("Oxbow Marine"))
    card = house.card_about("Oxbow Marine")
    number = card.files[0]["name"].removesuffix(".pdf")
    events = house.audit("--object", number)
    acts = [(one["action"], one["actor"]) for one in events]
    for act in (
        ("deal.read", "contracts"),
        ("invoice.drafted", "invoicing"),
        ("approval.asked", "approvals"),
        ("approval.refused", "U0GUS"),
        ("approval.approved", "U0DANA"),
        ("deal.changed", "contracts"),
        ("approval.voided", "approvals"),
        ("invoice.revised", "invoicing"),
        ("approval.approved", "U0LEE"),
        ("ledger.posted", "ledger"),
        ("invoice.issued", "invoicing"),
        ("deal.invoice_noted", "contracts"),
    ):
        assert act in acts, f"{act} is missing from {acts}"
    refused = next(one for one in events if one["action"] == "approval.refused")
    assert refused["reason"].startswith("Guests cannot decide on invoices. Nothing was changed.")
    _check_evidence(next(one for one in events if one["actor"] == "U0LEE"), card.ts)


def _check_evidence(event: Json, card_ts: str) -> None:
    evidence = json.loads(event["evidence"])
    assert evidence["channel"] == "C0APPROVALS" and evidence["message_ts"] == card_ts
    assert evidence["user_team"] == "T0DEMO"
    for name in ("action_ts", "request", "policy_version", "content_hash", "invoice_version"):
        assert evidence.get(name), f"{name} is missing from {evidence}"
    assert event["at"] and event["hash"] and event["prev_hash"]


def test_the_trail_verifies_and_says_how_many_events_it_has(house: House) -> None:
    house.close_deal("flat", account="Pelham Toys")
    verified = house.terminal("audit", "verify")
    assert verified.returncode == 0
    assert f"{len(house.audit()):,} events, none changed, missing, inserted or moved" in verified.stdout
