"""A session with Salesforce: the token, its renewal, and calls whose numbers are exact."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, TypeVar
from urllib.parse import quote

import requests

from connectors.salesforce.errors import SYSTEM, broken, is_for_later, translate
from connectors.salesforce.library import Salesforce, SalesforceError, SalesforceExpiredSession
from connectors.sessions import CONNECT_SECONDS, READ_SECONDS, Timeout, request_never_sent, timed_session
from connectors.transport import Gate, open_gate, short, untrusted
from flows.errors import Rejected, TryAgain

API_VERSION: Final = "66.0"
_MOST_PAGES: Final = 1000

Record = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Login:
    """The connected app that Dunwell logs in as, by OAuth client credentials."""

    login_url: str
    client_id: str
    client_secret: str = field(repr=False)
    timeout: Timeout = (CONNECT_SECONDS, READ_SECONDS)


class SalesforceSession:
    """Makes calls under one token, which is fetched at the first call and renewed once when it has run out."""

    def __init__(self, login: Login, version: str = API_VERSION, gate: Gate = open_gate) -> None:
        self._login, self._gate = login, gate
        self._version = version
        self._lock = threading.Lock()
        self._open: Salesforce | None = None
        self.instance_url = ""

    def query(self, soql: str) -> list[Record]:
        """Return every record of a query, from all pages."""
        return list(self.rest(self.call(lambda salesforce: salesforce.query(soql))))

    def rest(self, page: Mapping[str, Any] | None) -> Iterator[Record]:
        """Yield the records of a result and of the pages after it; a sub-query without any comes as None."""
        for _ in range(_MOST_PAGES):
            if page is None:
                return
            yield from page["records"]
            page = None if page.get("done", True) else self._more(str(page["nextRecordsUrl"]))

    def describe(self, sobject: str) -> Mapping[str, str]:
        """Return the fields of an object that the integration user can see, by their names, each with its type."""
        answer = self.call(lambda salesforce: salesforce.restful(f"sobjects/{sobject}/describe"))
        return {str(field["name"]): str(field["type"]) for field in (answer or {}).get("fields", ())}

    def change(self, sobject: str, record_id: str, values: Mapping[str, str | None]) -> None:
        """Set fields of a record."""
        path = f"sobjects/{sobject}/{quote(record_id, safe='')}"
        body = json.dumps(dict(values))
        self.call(lambda salesforce: salesforce.restful(path, method="PATCH", data=body))

    def call(self, act: Callable[[Salesforce], T]) -> T:
        """Act with an open session, and once more with a fresh one when Salesforce has ended it."""
        used = self._session()
        try:
            return self._attempt(act, used)
        except SalesforceExpiredSession:
            fresh = self._session(instead_of=used)
        try:
            return self._attempt(act, fresh)
        except SalesforceExpiredSession as error:
            raise translate(error) from error

    def _attempt(self, act: Callable[[Salesforce], T], salesforce: Salesforce) -> T:
        try:
            return act(salesforce)
        except SalesforceExpiredSession:
            raise
        except SalesforceError as error:
            raise translate(error) from error
        except requests.JSONDecodeError as error:
            raise TryAgain(SYSTEM, "gave no answer that can be read; it is tried again shortly.") from error
        except requests.RequestException as error:
            raise broken(error) from error

    def _more(self, next_url: str) -> Mapping[str, Any]:
        """Return a further page. Its address is joined to our instance's, wherever that is served."""
        locator = next_url.rsplit("/", 1)[-1]
        page: Mapping[str, Any] = self.call(lambda salesforce: salesforce.query_more(locator))
        return page

    def _session(self, instead_of: Salesforce | None = None) -> Salesforce:
        with self._lock:
            if self._open is None or self._open is instead_of:
                self._open = self._log_in()
            return self._open

    def _log_in(self) -> Salesforce:
        token = fetch_token(self._login)
        self.instance_url = str(token["instance_url"]).rstrip("/")
        salesforce = Salesforce(
            session_id=str(token["access_token"]),
            instance_url=self.instance_url,
            version=self._version,
            session=timed_session(self._login.timeout, self._gate),
            parse_float=Decimal,
            object_pairs_hook=dict,
        )
        # The library insists on https and on the root of the host, where a simulator is not.
        salesforce.base_url = f"{self.instance_url}/services/data/v{self._version}/"
        return salesforce


def fetch_token(login: Login) -> Record:
    """Return the token endpoint's answer. Raises Rejected when the app is refused, TryAgain when nobody answers."""
    form = {
        "grant_type": "client_credentials",
        "client_id": login.client_id,
        "client_secret": login.client_secret,
    }
    try:
        with timed_session(login.timeout) as session:
            answer = session.post(f"{login.login_url}/services/oauth2/token", data=form, allow_redirects=False)
        body = answer.json()
    except requests.JSONDecodeError as error:
        raise TryAgain(SYSTEM, "gave no answer to the login that can be read; it is tried again shortly.") from error
    except requests.RequestException as error:
        if untrusted(error):
            raise broken(error) from error
        what = "cannot be reached" if request_never_sent(error) else "did not answer the login"
        raise TryAgain(SYSTEM, f"{what}; it is tried again shortly.") from error
    if answer.status_code >= 500 or answer.status_code == 429 or is_for_later(body):
        raise TryAgain(SYSTEM, f"answered {answer.status_code} to the login; it is tried again shortly.")
    if answer.status_code != 200 or not isinstance(body, dict) or "access_token" not in body:
        raise Rejected(SYSTEM, _refusal(body), code="salesforce.login")
    return body


def _refusal(body: object) -> str:
    facts = body if isinstance(body, dict) else {}
    why = short(str(facts.get("error_description") or facts.get("error") or "no reason given"))
    return (
        f"it refused the login ({why}); check SALESFORCE_LOGIN_URL (your My Domain address), SALESFORCE_CLIENT_ID and "
        "SALESFORCE_CLIENT_SECRET, and that the connected app allows client credentials with a run-as user."
    )
