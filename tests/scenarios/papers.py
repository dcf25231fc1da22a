"""What the far sides hold: Stripe's invoices, Salesforce's records, and what is printed on a PDF."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pypdf import PdfReader

from tests.scenarios.house import House
from tests.scenarios.words import Json

_STRIPE = {"Authorization": "Bearer sk_test_demo", "Stripe-Version": "2026-05-27.dahlia"}


def pdf_text(content: bytes) -> str:
    """Return what is written on a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


class Stripe:
    """The demo's Stripe account, as somebody at its dashboard sees and changes it."""

    def __init__(self, house: House) -> None:
        self._house = house

    def invoices(self) -> list[Json]:
        """Return the newest invoices, newest first."""
        answer = self._house.vendor("GET", "stripe/v1/invoices?limit=100", headers=_STRIPE)
        assert answer.status_code == 200, answer.text
        found: list[Json] = answer.json()["data"]
        return found

    def customers(self, email: str) -> list[Json]:
        """Return the customers with that address."""
        answer = self._house.vendor("GET", "stripe/v1/customers", params={"email": email}, headers=_STRIPE)
        found: list[Json] = answer.json()["data"]
        return found

    def draft_for(self, email: str) -> Json | None:
        """Return the draft for the customer with that address, if there is one."""
        known = {one["id"] for one in self.customers(email)}
        drafts = (one for one in self.invoices() if one["status"] == "draft" and one["customer"] in known)
        return next(drafts, None)

    def add_line(self, invoice: Json, amount: int) -> Json:
        """Add a line to a draft by hand."""
        form = {"customer": invoice["customer"], "invoice": invoice["id"], "currency": invoice["currency"]}
        answer = self._house.vendor(
            "POST", "stripe/v1/invoiceitems", headers=_STRIPE, data={**form, "amount": str(amount)}
        )
        assert answer.status_code == 200, answer.text
        added: Json = answer.json()
        return added

    def remove_line(self, line: Json) -> None:
        """Take a line off a draft by hand."""
        answer = self._house.vendor("DELETE", f"stripe/v1/invoiceitems/{line['id']}", headers=_STRIPE)
        assert answer.status_code == 200, answer.text


class Salesforce:
    """The demo's Salesforce, as an administrator sees and changes it."""

    def __init__(self, house: House) -> None:
        self._house = house
        answer = house.vendor(
            "POST",
            "salesforce/services/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": "demo-connected-app",
                "client_secret": "demo-connected-secret",
            },
        )
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def opportunity(self, deal: Json) -> Json:
        """Return the deal's record."""
        return self._ask("GET", f"Opportunity/{deal['id']}")

    def hand_over(self, deal: Json, *, to: str) -> None:
        """Make somebody the owner of a deal, which is announced, adding whom Salesforce does not know."""
        email = f"{to}@demo.example"
        user = self._ask("POST", "User", json={"Username": email, "Email": email, "IsActive": True})
        self._house.change_deal(deal, OwnerId=user["id"])

    def _ask(self, method: str, path: str, **request: Any) -> Json:
        base = "salesforce/services/data/v66.0/sobjects"
        answer = self._house.vendor(method, f"{base}/{path}", headers=self._headers, **request)
        assert answer.is_success, answer.text
        return dict(answer.json()) if answer.content else {}
