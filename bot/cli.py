"""The `dunwell` command. Every command imports what it needs when it runs, so that `--help` answers at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from flows.errors import DunwellError


class _Telling(TyperGroup):
    """Ends a command that was refused with a sentence and exit code 1, never with a stack trace."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except DunwellError as refused:
            typer.echo(str(refused), err=True)
            raise typer.Exit(1) from None


class Mode(StrEnum):
    """How the demo's app is reached."""

    HTTP = "http"
    SOCKET = "socket"


class FileFormat(StrEnum):
    """What an export looks like."""

    CSV = "csv"
    JSONL = "jsonl"


app = typer.Typer(
    cls=_Telling,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Dunwell turns closed deals into approved, issued invoices, in Slack.\n\n"
    "Try it without any account:  dunwell demo\n\n"
    "Settings are read from the environment and from .env; docs/settings.md lists them. "
    "Exit codes: 0 done, 1 refused or broken, 2 wrong usage.",
)
audit_app = typer.Typer(
    no_args_is_help=True,
    short_help="Verify or export the audit trail.",
    rich_markup_mode=None,
    help="Verify or export the audit trail: who did what, when, why, and on what evidence.",
)
app.add_typer(audit_app, name="audit")
usage_app = typer.Typer(
    no_args_is_help=True,
    short_help="Import what customers have used.",
    rich_markup_mode=None,
    help="Import what customers have used: metered prices are billed from it.",
)
app.add_typer(usage_app, name="usage")

WithWorker = Annotated[
    bool,
    typer.Option("--with-worker/--no-worker", help="Also do the work here, so that one program is enough."),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a machine.")]


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"dunwell {version('dunwell')}")
        raise typer.Exit


@app.callback()
def _options(
    _show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


@app.command(short_help="Try Dunwell on this machine, without any account.")
def demo(
    port: Annotated[int, typer.Option(envvar="PORT", help="The page's port.", min=0, max=65535)] = 8700,
    data: Annotated[
        Path, typer.Option(envvar="DUNWELL_DATA", help="Folder for the demo's data; kept between starts.")
    ] = Path(".dunwell"),
    mode: Annotated[Mode, typer.Option(help="Reach the app over HTTP or over Socket Mode.")] = Mode.HTTP,
    database_url: Annotated[
        str | None, typer.Option(help="Use this PostgreSQL database instead of a file in the folder.")
    ] = None,
) -> None:
    """Try Dunwell on this machine: a demo Slack, Stripe and Salesforce in your browser; no account needed."""
    from bot.demo import Demo, run

    run(Demo(data=data, port=port, mode=mode.value, database_url=database_url))


def _program() -> ModuleType:
    from bot.footprint import load_plainly

    load_plainly()
    import structlog

    # beside what a command answers, so that `dunwell demo` prints its one line; looked up anew for each line
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    from bot import serve

    return serve


@app.command(short_help="Answer Slack and the webhooks over HTTP.")
def serve(with_worker: WithWorker = False) -> None:
    """Answer Slack and the webhooks over HTTP. Put it behind your HTTPS address; needs SLACK_SIGNING_SECRET."""
    from bot.settings import Settings

    _program().run_http(Settings(), with_worker)


@app.command(short_help="Connect to Slack without a public address.")
def socket(with_worker: WithWorker = False) -> None:
    """Connect to Slack over Socket Mode, without a public address; needs SLACK_APP_TOKEN."""
    from bot.settings import Settings

    _program().run_socket(Settings(), with_worker)


@app.command(short_help="Do the work: post cards, issue invoices.")
def worker(
    scheduler: Annotated[
        bool, typer.Option("--scheduler/--no-scheduler", help="Also start the timed jobs here.")
    ] = False,
) -> None:
    """Do the work: post cards, issue invoices, write back. Start as many as you like on PostgreSQL."""
    from bot.settings import Settings

    _program().run_worker(Settings(), scheduler)


@app.command(short_help="Start the timed jobs when they are due.")
def scheduler() -> None:
    """Start the timed jobs when they are due, such as asking the CRM for closed deals. The workers do them."""
    from bot.settings import Settings

    _program().run_scheduler(Settings())


@app.command(short_help="Make the database, or bring it up to date.")
def migrate(as_json: Json = False) -> None:
    """Make the database, or bring it up to date after an upgrade. Make a backup first; safe to repeat."""
    from bot.commands.migrate import run

    run(as_json=as_json)


@app.command(short_help="Check everything, and say how to mend it.")
def doctor(as_json: Json = False) -> None:
    """Check the settings, database, policy, Slack, Stripe and Salesforce, and say how to mend what is wrong."""
    from bot.commands.doctor import run

    if not run(as_json=as_json):
        raise typer.Exit(1)


@app.command("quote", short_help="Show what a contract's terms bill, and why.")
def quote_terms(
    terms: Annotated[Path, typer.Argument(help="The file with the terms, in YAML or JSON; see docs/terms.md.")],
    *,
    usage: Annotated[Path | None, typer.Option(help="A CSV file with what was used; see docs/usage.md.")] = None,
    subject: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose usage counts, in a file of several customers.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="Show invoices from this day on, such as 2026-11-01.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Show invoices up to this day, included.")
    ] = None,
    reached: Annotated[
        list[str] | None, typer.Option(metavar="EVENT=DAY", help="An event that a milestone waits for; repeatable.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the invoices that a contract's terms bill, with the arithmetic of every line. Nothing is stored."""
    first, last = _day("--from", since), _day("--to", until)
    if first and last and last < first:
        raise typer.BadParameter("--to is before --from; swap them.")
    events = dict(_event(text) for text in reached or ())
    from bot.commands.quote import run
    from flows.terms.reading import TermsRefused

    try:
        run(terms, usage=usage, subject=subject, since=first, until=last, reached=events, as_json=as_json)
    except TermsRefused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(2) from None


@app.command(short_help="Show what the next billing run drafts.")
def bill(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it only; the run itself starts every day.")] = False,
    on: Annotated[
        str | None, typer.Option("--date", metavar="DAY", help="Show the run of this day, such as 2026-12-01.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what the next billing run drafts, and its total. The scheduler starts the run itself every day."""
    if not dry_run:
        raise typer.BadParameter("The scheduler starts the run every day; add --dry-run to see what it drafts.")
    from bot.commands.bill import run

    run(on=_day("--date", on), as_json=as_json)


@audit_app.command()
def verify(
    anchor: Annotated[
        str | None,
        typer.Option(metavar="ROW:HASH", help="The last line of an earlier report; shows an end written anew."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say whether any event of the trail was changed, removed, inserted or moved."""
    parsed = _anchor(anchor) if anchor else None
    from bot.commands.audit import run_verify

    if not run_verify(anchor=parsed, as_json=as_json):
        raise typer.Exit(1)


@audit_app.command()
def export(
    since: Annotated[str | None, typer.Option(metavar="DAY", help="First day (UTC), such as 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Last day (UTC), included.")] = None,
    object_id: Annotated[
        str | None,
        typer.Option("--object", metavar="ID", help="An invoice's number, or the id of an invoice, deal or approval."),
    ] = None,
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only this Slack workspace (T…).")] = None,
    form: Annotated[
        FileFormat, typer.Option("--format", help="csv for a spreadsheet, jsonl to verify it elsewhere.")
    ] = FileFormat.CSV,
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of the terminal.")] = None,
) -> None:
    """Write the trail, or the part that you name, as CSV or JSON Lines."""
    first, last = _day("--since", since), _day("--until", until)
    if first and last and last < first:
        raise typer.BadParameter("--until is before --since; swap them.")
    from bot.commands.audit import run_export

    run_export(since=first, until=last, object_id=object_id, team=team, form=form.value, output=output)


@usage_app.command("import")
def import_usage(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV file with key, customer, meter, quantity and occurred_at.")
    ],
    *,
    customer: Annotated[
        str | None, typer.Option(metavar="ID", help="The customer or contract of every row, in place of a column.")
    ] = None,
    meter: Annotated[
        str | None, typer.Option(metavar="NAME", help="The meter of every row, in place of a column.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Time zone of times without one, such as Europe/Berlin.")
    ] = None,
    atomic: Annotated[bool, typer.Option("--atomic", help="Take nothing when any row cannot be taken.")] = False,
    refused: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where refused rows go; FILE.refused.csv beside the file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import a file of usage. Rows that cannot be taken are reported and kept out; the same file again does nothing."""
    _known_zone(zone)
    from bot.commands.usage import refused_rows_of, run_import
    from flows.usage.importing import FileOrder

    given = {part: said for part, said in (("subject", customer), ("meter", meter)) if said}
    refused_to = refused or refused_rows_of(file)
    if refused_to.resolve() == file.resolve():
        raise typer.BadParameter("--refused is the file itself; name another one.")
    order = FileOrder(file, given, zone, atomic, refused_to)
    if not run_import(order, as_json=as_json):
        raise typer.Exit(1)


def _known_zone(zone: str | None) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        raise typer.BadParameter(f"--zone must be a time zone such as Europe/Berlin, not {zone!r}.") from None


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{option} must be a day such as 2026-11-23, not {text!r}.") from None


def _event(text: str) -> tuple[str, date]:
    name, _, day = text.partition("=")
    reached = _day("--reached", day)
    if not name or reached is None:
        raise typer.BadParameter(f"--reached must be an event and its day, such as accepted=2026-11-23, not {text!r}.")
    return name, reached


def _anchor(text: str) -> tuple[int, str]:
    row, _, digest = text.partition(":")
    if not (row.isdigit() and len(digest) == 64 and set(digest) <= set("0123456789abcdef")):
        raise typer.BadParameter(
            "--anchor must be a row's number, a colon and its hash, as `audit verify` prints them."
        )
    return int(row), digest


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that was typed."""
    app(args=list(arguments) if arguments is not None else None, prog_name="dunwell")
