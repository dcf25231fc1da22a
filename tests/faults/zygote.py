"""The app as children that start in a blink: forked from one process that has imported everything.

The steps and effects are wrapped here, before the flows are imported, so that a child can be told to die at one of
their boundaries. The product knows nothing of it. The points, in the order of one step or effect:

    <module>.<step>:before      the step begins; nothing of it has happened
    <module>.<step>:after       it has committed, but the engine has not recorded it
    effect:<kind>:begun         the row says that the effect was begun; the far side has not been asked
    effect:<kind>:done          the far side has done it; no row of ours says so
    post:<kind>:claimed         a message is marked as being sent; Slack has not been asked
    post:<kind>:sent            Slack has it; the row does not say so
    inbox:<kind>:before, :after around the commit of a delivery that came alone
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from typing import Any, Literal

import flows.durable
from tests.faults.kills import Point

_armed: list[Point] = []


def _reached(name: str) -> None:
    for point in _armed:
        point.reached(name)


def _watching(make_step: Callable[..., Any]) -> Callable[..., Any]:
    def step(body: Callable[..., Any]) -> Any:
        name = f"{body.__module__.removeprefix('flows.')}.{body.__name__}"

        @functools.wraps(body)
        def watched(*args: Any, **kwargs: Any) -> Any:
            _reached(f"{name}:before")
            result = body(*args, **kwargs)
            _reached(f"{name}:after")
            return result

        return make_step(watched)

    return step


flows.durable.step = _watching(flows.durable.step)

import slack_bolt.adapter.wsgi  # noqa: E402, F401
from dbos._utils import GlobalParams  # noqa: E402

import bot.serve  # noqa: E402
import bot.wiring  # noqa: E402
import bot.workflows  # noqa: E402
import connectors.salesforce.crm  # noqa: E402
import connectors.stripe.processor  # noqa: E402, F401
import flows.effects  # noqa: E402
import flows.inbox  # noqa: E402
import flows.invoicing.credit_document  # noqa: E402
import flows.invoicing.document  # noqa: E402
import flows.posting.workflow  # noqa: E402
import storage.database  # noqa: E402
from bot.settings import Settings  # noqa: E402
from flows.runtime import RetryPlan  # noqa: E402
from scheduler import heartbeat  # noqa: E402

Role = Literal["app", "web", "worker"]


def _wrap(module: Any, name: str, around: Callable[..., Any]) -> None:
    setattr(module, name, functools.partial(around, getattr(module, name)))


def _begin(real: Any, team_id: str, effect: Any) -> Any:
    row = real(team_id, effect)
    _reached(f"effect:{effect.kind}:begun")
    return row


def _look_then_do(real: Any, team_id: str, effect: Any, row: Any) -> Any:
    far_id = real(team_id, effect, row)
    _reached(f"effect:{effect.kind}:done")
    return far_id


def _send(real: Any, slack: Any, claim: Any) -> Any:
    _reached(f"post:{claim.kind}:claimed")
    sent = real(slack, claim)
    _reached(f"post:{claim.kind}:sent")
    return sent


_write_for_real = flows.inbox.InboxWriter._write


def _write(writer: Any, batch: list[Any]) -> None:
    """Write a batch with the answers held back until the point after the commit has been passed."""
    for one in batch:
        _reached(f"inbox:{one.delivery.kind}:before")
    held = [flows.inbox._Waiting(one.delivery) for one in batch]
    _write_for_real(writer, held)
    for one, answered in zip(batch, held, strict=True):
        _reached(f"inbox:{one.delivery.kind}:after")
        try:
            one.settle(answered.wait(0))
        except Exception as error:  # noqa: BLE001  handed on as it is
            one.settle(error)


_wrap(flows.effects, "_begin", _begin)
_wrap(flows.effects, "_look_then_do", _look_then_do)
_wrap(flows.posting.workflow, "_send", _send)
flows.inbox.InboxWriter._write = _write  # type: ignore[method-assign, assignment]


def run(role: Role, environment: Mapping[str, str], points: list[Point]) -> None:
    """Be the app ("app"), its web half ("web") or a worker ("worker"), with a short patience, until killed."""
    os.setsid()
    os.environ.update(environment)
    _armed.extend(points)
    _lose_patience(environment)
    settings = Settings(_env_file=None)
    match role:
        case "app":
            bot.serve.run_http(settings, with_worker=True)
        case "web":
            bot.serve.run_http(settings, with_worker=False)
        case "worker":
            bot.serve.run_worker(settings, scheduler=False)


def _lose_patience(environment: Mapping[str, str]) -> None:
    """Take a worker for dead sooner than an installation would; be another release, if told to be."""
    if after := environment.get("TEST_DEAD_AFTER"):
        heartbeat.DEAD_AFTER, heartbeat.BEAT_SECONDS = float(after), float(environment["TEST_BEATS_EVERY"])
        storage.database.STANDSTILL_MS = 5_000
    if release := environment.get("TEST_RELEASE"):
        GlobalParams.dbos_version = release  # left alone, the engine makes the version of its work of this


def _hurry(build: Callable[..., Any]) -> Callable[..., Any]:
    """Wait less before further tries of an effect than an installation would."""

    def hurried(settings: Settings, **more: Any) -> Any:
        house = build(settings, **more)
        house.runtime.retry = RetryPlan((0.05, 0.1, 0.2, 0.4, 0.8))
        return house

    return hurried


bot.wiring.build = _hurry(bot.wiring.build)
