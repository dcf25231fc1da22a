"""A strict stand-in for one Salesforce organisation: REST API, sessions, limits, notices of won deals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.vendors.courier import Courier, loopback_client
from bot.sandbox.vendors.desk import Answer, Desk, Incoming
from bot.sandbox.vendors.faults import DUPLICATE, REQUEST_FAULTS, Fault, FaultBoard
from bot.sandbox.vendors.salesforce import notices, pages
from bot.sandbox.vendors.salesforce.api import Api
from bot.sandbox.vendors.salesforce.ids import record_id
from bot.sandbox.vendors.salesforce.records import Records
from bot.sandbox.vendors.salesforce.refusals import SalesforceRefusal, bad_session, not_found
from bot.sandbox.vendors.salesforce.schema import API_VERSION
from bot.sandbox.vendors.salesforce.sessions import Sessions
from bot.sandbox.vendors.settings import VendorSettings
from bot.sandbox.vendors.store import Record, Store
from flows.values.clock import Clock

DAILY_LIMIT: Final = 15_000
METHODS: Final = ("token", "query", "query_more", "describe", "retrieve", "create", "update", "delete")
_LOCKED = "lock"
_LATE = "slow_commit"
FAULTS: Final = {
    **REQUEST_FAULTS,
    _LOCKED: "refuses with UNABLE_TO_LOCK_ROW",
    _LATE: "commits with a SystemModstamp that lies `seconds` in the past",
    DUPLICATE: "delivers the next notice twice",
}
_BASE: Final = f"/services/data/v{API_VERSION}"
Way = str
OUTBOUND: Final[Way] = "outbound"
JSON: Final[Way] = "json"


class SalesforceSimulator:
    """One organisation. Mount `routes` anywhere; `outbound_url` and `deals_url` receive the notices of won deals.

    Every change of a won opportunity is told in the `ways` that are set, also a change through the API: an
    administrator's flow knows nothing of who changed what.
    """

    def __init__(self, path: Path, clock: Clock, settings: VendorSettings) -> None:
        self.store = Store(path)
        self.records = Records(self.store, clock)
        self.sessions = Sessions(self.store, clock, settings)
        self.outbound = Courier(
            self.store,
            self._send_outbound,
            kind=OUTBOUND,
            batch=notices.MOST_NOTIFICATIONS,
            delays=settings.retry_delays,
        )
        self.deal_notices = Courier(self.store, self._send_deal, kind="deal_notice", delays=settings.retry_delays)
        self.faults = FaultBoard(FAULTS, METHODS)
        self.outbound_url: str | None = None
        self.deals_url: str | None = None
        self.ways: frozenset[Way] = frozenset({OUTBOUND})
        self._org_id = settings.salesforce_org_id
        self._deals_secret = settings.deals_webhook_secret
        self._real_time = settings.real_time
        self._instance = "https://dunwell-demo.my.salesforce.com"
        self._api = Api(self.records, settings.page_size)
        refusals = {"429": _over_limit, "5xx": _unavailable, _LOCKED: _locked, "token_revoked": self._revoke}
        self._desk = Desk(self.store, clock, self.faults, refusals)
        self._client = loopback_client()

    @property
    def routes(self) -> list[BaseRoute]:
        """Return the routes below the simulator's own base address."""
        api, one = self._api, f"{_BASE}/sobjects/{{sobject}}/{{id}}"
        token = self._desk.endpoint("token", lambda incoming, _: self.sessions.token(incoming))
        offered: list[BaseRoute] = [
            Route("/services/oauth2/token", token, methods=["POST"]),
            *self._routes("query", "GET", f"{_BASE}/query", api.query),
            *self._routes("query_more", "GET", f"{_BASE}/query/{{locator}}", api.query_more),
            *self._routes("describe", "GET", f"{_BASE}/sobjects/{{sobject}}/describe", api.describe),
            *self._routes("retrieve", "GET", one, api.retrieve),
            *self._routes("update", "PATCH", one, api.update),
            *self._routes("delete", "DELETE", one, api.remove),
            *self._routes("create", "POST", f"{_BASE}/sobjects/{{sobject}}", api.create),
        ]
        offered.append(Route("/lightning/r/Opportunity/{id}/view", self._deal_page))
        unknown = self._desk.endpoint("unknown", self._work(_nowhere))
        offered.append(Route("/{anything:path}", unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]))
        return offered

    def set_fault(self, kind: str, method: str | None = None, count: int | None = 1, seconds: float = 5.0) -> None:
        """Let something go wrong for the next `count` requests (all while it is 0 or None), perhaps of one method."""
        self.faults.set(kind, method, count, seconds)

    @contextmanager
    def changing(self, ways: frozenset[Way] | None = None, late: timedelta = timedelta(0)) -> Iterator[Records]:
        """Change records in one transaction; won opportunities that changed are told when it has committed."""
        with self.store.transaction():
            self.records.touched.clear()
            self.records.late = late
            try:
                yield self.records
            finally:
                self.records.late = timedelta(0)
            self._tell(list(dict.fromkeys(self.records.touched)), self.ways if ways is None else ways)

    def requests(self, limit: int = -1) -> list[Record]:
        """Return the requests and answers, newest first."""
        return self._desk.exchanges(limit)

    def waiting(self) -> int:
        """Return how many notices are still to be delivered."""
        return self.outbound.waiting() + self.deal_notices.waiting()

    def wait_idle(self, timeout: float = 30.0) -> bool:
        """Wait until every notice is delivered or given up; False when that took longer than `timeout` seconds."""
        return self.outbound.wait_idle(timeout) and self.deal_notices.wait_idle(timeout)

    def snapshot(self) -> dict[str, Any]:
        """Return what the simulator's page in the demo workspace shows."""
        failed = [*self.outbound.failed(), *self.deal_notices.failed()]
        return pages.snapshot(self.records, self.requests(limit=200), self.faults.active(), failed)

    def close(self) -> None:
        """Stop delivering and close the file."""
        self.outbound.close()
        self.deal_notices.close()
        self._client.close()
        self.store.close()

    async def _deal_page(self, request: Request) -> Response:
        page = pages.deal_page(self.records, request.path_params["id"])
        return HTMLResponse(
            page or "<!doctype html><title>Salesforce</title><p>There is no such deal.", 200 if page else 404
        )

    def _routes(self, method: str, verb: str, path: str, act: Callable[[Incoming], Answer]) -> list[BaseRoute]:
        endpoint = self._desk.endpoint(method, self._work(act))
        return [Route(path + end, endpoint, methods=[verb]) for end in ("", "/")]

    def _work(self, act: Callable[[Incoming], Answer]) -> Callable[[Incoming, Fault | None], Answer]:
        """Return the work of a call with what all calls share: session, transaction, errors, the limit's header."""

        def work(incoming: Incoming, fault: Fault | None) -> Answer:
            late = timedelta(seconds=fault.seconds) if fault and fault.kind == _LATE else timedelta(0)
            try:
                self.sessions.check(incoming)
                with self.changing(late=late):
                    answer = act(incoming)
            except SalesforceRefusal as refusal:
                answer = Answer(refusal.status, refusal.body)
            used = self.store.next_number("api_usage")
            return Answer(answer.status, answer.body, {"Sforce-Limit-Info": f"api-usage={used}/{DAILY_LIMIT}"})

        return work

    def _tell(self, opportunities: Sequence[str], ways: frozenset[Way]) -> None:
        for opportunity in opportunities:
            record = self.store.get("Opportunity", opportunity)
            if record is None or not record["IsWon"]:
                continue
            parcel = {"id": record_id("04l", self.store.next_number("notification")), "opportunity": opportunity}
            if OUTBOUND in ways and self.outbound_url:
                self.outbound.post([parcel])
            if JSON in ways and self.deals_url:
                self.deal_notices.post([parcel])

    def _send_outbound(self, parcels: list[Record]) -> bool:
        """Send one SOAP message with all that is due; True when it was acknowledged."""
        pairs = [(one["id"], self.store.get("Opportunity", one["opportunity"])) for one in parcels]
        present = [(notice, record) for notice, record in pairs if record is not None]
        body = notices.envelope(self._org_id, record_id("04k", 1), self._instance, present)
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        return not present or self._posted(self.outbound_url, body, headers, notices.acknowledged)

    def _send_deal(self, parcels: list[Record]) -> bool:
        """Send the signed JSON notice of one deal; True when it was taken."""
        record = self.store.get("Opportunity", parcels[0]["opportunity"])
        if record is None:
            return True
        body, headers = notices.signed_deal(record, self._deals_secret, int(self._real_time()))
        return self._posted(self.deals_url, body, headers, lambda _: True)

    def _posted(self, url: str | None, body: bytes, headers: dict[str, str], taken: Callable[[bytes], bool]) -> bool:
        if url is None:
            return True
        times = 2 if self.faults.take("notices", [DUPLICATE]) else 1
        try:
            answers = [self._client.post(url, content=body, headers=headers) for _ in range(times)]
        except httpx.HTTPError:
            return False
        return all(answer.is_success and taken(answer.content) for answer in answers)

    def _revoke(self, _: Fault) -> Answer:
        self.sessions.end_all()
        refusal = bad_session()
        return Answer(refusal.status, refusal.body)


def _nowhere(_: Incoming) -> Answer:
    raise not_found()


def _over_limit(_: Fault) -> Answer:
    body = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    return Answer(403, body, {"Sforce-Limit-Info": f"api-usage={DAILY_LIMIT}/{DAILY_LIMIT}"})


def _unavailable(_: Fault) -> Answer:
    return Answer(503, [{"message": "Server unavailable, try again later", "errorCode": "SERVER_UNAVAILABLE"}])


def _locked(_: Fault) -> Answer:
    words = "unable to obtain exclusive access to this record"
    return Answer(400, [{"message": words, "errorCode": "UNABLE_TO_LOCK_ROW", "fields": []}])
