"""Run the app: over HTTP, over Socket Mode, as a worker, or as the scheduler alone; until it is told to stop."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.triggers.interval import IntervalTrigger
from waitress import create_server

from bot import wiring
from bot.footprint import settle
from bot.settings import Settings
from bot.slack_app import make_app
from bot.wiring import House
from flows.dimensions.looking import LOOK
from flows.inbox import InboxWriter
from flows.usage import Answer
from handlers.webhooks.routes import Wsgi, make_wsgi
from handlers.webhooks.sources import Sources, UsageDoor
from scheduler.clockwork import Clockwork
from scheduler.jobs import BILLING_RUN, Job, daily

log = structlog.get_logger()
SWITCH_SECONDS = 0.0005  # how long one thread computes while others wait: a tenth of Python's own, for short answers
LARGEST_REQUEST = 8 * 1024 * 1024  # the server reads no more, and keeps no more on its disk, whoever sends it
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # every scheduler counts the intervals from the same instant


def run_http(settings: Settings, with_worker: bool) -> None:
    """Serve Slack's requests and the webhooks over HTTP; with a worker, do the work in the same process."""
    settings.require("http")
    house = wiring.build(settings)
    with _working(house, "serve", with_worker), _inbox(house) as inbox:
        from slack_bolt.adapter.wsgi import SlackRequestHandler

        slack = SlackRequestHandler(make_app(settings, house.runtime.database, inbox), path="/slack/events")
        _serve(house, make_wsgi(slack, _sources(house, inbox), _health(house)))


def run_socket(settings: Settings, with_worker: bool) -> None:
    """Take Slack's requests over Socket Mode, for a machine without a public address; webhooks stay on HTTP."""
    settings.require("socket")
    house = wiring.build(settings)
    with _working(house, "socket", with_worker), _inbox(house) as inbox, _socket_mode(house, inbox):
        _serve(house, make_wsgi(None, _sources(house, inbox), _health(house)))


def run_worker(settings: Settings, scheduler: bool) -> None:
    """Work off the queues, with or without starting the scheduled jobs."""
    settings.require("worker")
    house = wiring.build(settings)
    with _working(house, "worker", True, scheduler=scheduler):
        _until_stopped()


def run_scheduler(settings: Settings) -> None:
    """Start the scheduled jobs, and leave the work to the workers."""
    settings.require("scheduler")
    house = wiring.build(settings)
    clockwork = Clockwork(jobs(house), None)
    clockwork.start()
    try:
        _until_stopped()
    finally:
        clockwork.stop()
        house.close()


def jobs(house: House) -> list[Job]:
    """Return the scheduled jobs of this installation."""
    team, every_day = house.runtime.crm_team, daily(house.runtime.policy.billing.zone)
    found = [
        Job(BILLING_RUN, every_day, BILLING_RUN, team),
        Job("take_over_deals", every_day, "take_over_deals", team),
    ]
    if house.runtime.crm is not None:
        every = IntervalTrigger(seconds=house.settings.salesforce_poll_seconds, start_date=EPOCH, timezone=UTC)
        found.append(Job("poll_crm", every, "poll_crm", team))
    if house.runtime.dimensions_file is not None:
        minute = IntervalTrigger(seconds=60, start_date=EPOCH, timezone=UTC)
        found.append(Job(LOOK, minute, LOOK, house.runtime.crm_team))
    return found


@contextmanager
def _working(house: House, process: str, with_worker: bool, *, scheduler: bool = True) -> Iterator[None]:
    """Work off the queues while the body runs."""
    if not with_worker:
        try:
            yield
        finally:
            house.close()
        return
    worker = wiring.worker_id(house.settings, process)
    clockwork = Clockwork(jobs(house) if scheduler else [], worker)
    clockwork.start()  # first: a worker that dies before it was ever seen alive would leave its work to nobody
    try:
        house.runtime.engine.launch(worker, concurrency=house.settings.worker_concurrency)
        yield
    finally:
        clockwork.stop()
        house.close()


@contextmanager
def _inbox(house: House) -> Iterator[InboxWriter]:
    runtime = house.runtime
    inbox = InboxWriter(runtime.database, runtime.engine, runtime.clock)
    try:
        yield inbox
    finally:
        inbox.close()


@contextmanager
def _socket_mode(house: House, inbox: InboxWriter) -> Iterator[None]:
    from slack_bolt.adapter.socket_mode import SocketModeHandler

    app = make_app(house.settings, house.runtime.database, inbox)
    connection = SocketModeHandler(app, _reveal(house.settings.slack_app_token))
    connection.connect()
    try:
        yield
    finally:
        connection.close()


def _serve(house: House, wsgi: Wsgi) -> None:
    settings = house.settings
    sys.setswitchinterval(SWITCH_SECONDS)
    polite = _going_first(house, wsgi)
    server = create_server(
        polite,
        host=settings.host,
        port=settings.port,
        threads=settings.web_threads,
        ident="dunwell",
        max_request_body_size=LARGEST_REQUEST,
    )
    log.info("listening", host=settings.host, port=server.effective_port)
    _stop_on_signal()
    settle()
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.close()


def _going_first(house: House, wsgi: Wsgi) -> Wsgi:
    """Let requests go before the work of this process: whoever clicked waits three seconds at most."""

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with house.runtime.database.right_of_way.urgent():
            return wsgi(environ, start_response)

    return serve


def _sources(house: House, inbox: InboxWriter) -> Sources:
    from connectors.salesforce.outbound import ACK, parse_outbound
    from connectors.webhooks import verify_hmac

    settings = house.settings

    def parse_stripe_event(body: bytes, signature: str, secret: str) -> dict[str, Any]:
        from connectors.stripe.events import parse_event

        return parse_event(body, signature, secret)

    return Sources(
        inbox=inbox,
        wall=house.runtime.wall,
        team=house.runtime.crm_team,
        salesforce_secret=_reveal(settings.salesforce_webhook_secret),
        salesforce_org=settings.salesforce_org_id,
        parse_outbound=parse_outbound,
        outbound_ack=ACK,
        deals_secret=_reveal(settings.deals_webhook_secret),
        verify_hmac=verify_hmac,
        stripe_secret=_reveal(settings.stripe_webhook_secret),
        parse_stripe_event=parse_stripe_event,
        usage=_usage_door(house),
    )


def _usage_door(house: House) -> UsageDoor | None:
    """Return how usage comes in, when there is a secret to check it with."""
    secret = _reveal(house.settings.usage_webhook_secret)
    if secret is None:
        return None
    from flows.usage.requests import receive

    runtime = house.runtime

    def take(team_id: str, signature: str, body: bytes) -> Sequence[Answer]:
        return receive(runtime.database, runtime.engine, runtime.clock, team_id=team_id, signature=signature, body=body)

    return UsageDoor(secret, take)


def _reveal(secret: Any) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def _health(house: House) -> Any:
    def health() -> dict[str, Any]:
        with house.runtime.database.read(None) as session:
            session.connection().exec_driver_sql("SELECT 1")
        return {"ok": True}

    return health


def _stop_on_signal() -> None:
    """Turn SIGTERM into the end of the main thread, as Ctrl-C is."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _until_stopped() -> None:
    _stop_on_signal()
    settle()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        log.info("stopping")
