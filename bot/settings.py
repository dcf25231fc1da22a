"""Settings: what stands in the environment or in `.env`; docs/settings.md tells each. Secrets are never printed.

Everything wrong is reported at once, each with its mend, as one ConfigurationError.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from flows.errors import ConfigurationError
from flows.values.clock import Clock, ShiftedClock, SystemClock
from flows.values.currency import MINOR_UNITS

Process = Literal["http", "socket", "worker", "scheduler"]


def _address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", text):
        raise ValueError("must be an address that starts with https:// (or http:// for a local one)")
    return text


def _with_slash(text: str) -> str:
    return _address(text).rstrip("/") + "/"


def _without_slash(text: str) -> str:
    return _address(text).rstrip("/")


def _secret_matching(pattern: str, mend: str) -> Callable[[SecretStr], SecretStr]:
    def check(secret: SecretStr) -> SecretStr:
        if not re.fullmatch(pattern, secret.get_secret_value()):
            raise ValueError(mend)
        return secret

    return check


def _seconds(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",")]
    if not all(part.isdigit() and int(part) > 0 for part in parts):
        raise ValueError('must be whole seconds with commas between, such as "1,2,5,15,60"')
    return tuple(int(part) for part in parts)


def _keys(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _encryption_keys(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if not all(re.fullmatch(r"[A-Za-z0-9_-]{43}=", key.get_secret_value()) for key in keys):
        raise ValueError(f"must be 32 random bytes in URL-safe base 64; make one with: {MAKE_KEY}")
    return keys


def _organisation(text: str) -> str:
    if not re.fullmatch(r"00D[A-Za-z0-9]{12}([A-Za-z0-9]{3})?", text):
        raise ValueError("must be the organisation's id, 15 or 18 characters from 00D (Setup, Company Information)")
    return text


def _currency(text: str) -> str:
    if text not in MINOR_UNITS:
        raise ValueError("must be an ISO 4217 code such as USD")
    return text


MAKE_KEY = "openssl rand -base64 32 | tr '+/' '-_'"

_BotToken = Annotated[
    SecretStr,
    AfterValidator(_secret_matching(r"xox[be][-.]\S+", "must be the bot token, which starts with xoxb- (OAuth page)")),
]
_AppToken = Annotated[
    SecretStr,
    AfterValidator(_secret_matching(r"xapp-\S+", "must be an app-level token, which starts with xapp- (Basic page)")),
]
_StripeKey = Annotated[
    SecretStr,
    AfterValidator(
        _secret_matching(r"(sk|rk)_\S+", "must be a secret or restricted key, which starts with sk_ or rk_")
    ),
]
_PathSecret = Annotated[
    SecretStr,
    AfterValidator(
        _secret_matching(r"[A-Za-z0-9_-]{12,}", "becomes part of an address: 12 or more of A-Z a-z 0-9 - _ only")
    ),
]
_Keys = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_keys), AfterValidator(_encryption_keys)]


def _named(name: str, default: Any = None, **extra: Any) -> Any:
    return Field(default=default, validation_alias=name, **extra)


class Settings(BaseSettings):
    """The settings in force. `Settings()` reads the environment and `.env`; `_env_file=None` leaves `.env` out.

    Raises ConfigurationError with every wrong setting and its mend.
    """

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=False,
    )

    data: Path = _named("DUNWELL_DATA", Path(".dunwell"))
    database_address: SecretStr | None = _named("DUNWELL_DATABASE_URL")
    policy: Path = _named("DUNWELL_POLICY", Path("policy.toml"))
    dimensions: Path | None = _named("DUNWELL_DIMENSIONS")
    catalogue: Path | None = _named("DUNWELL_CATALOGUE")
    crm_fields: Path | None = _named("DUNWELL_CRM_FIELDS")
    public_url: Annotated[str, AfterValidator(_without_slash)] | None = _named("DUNWELL_PUBLIC_URL")
    host: str = _named("HOST", "127.0.0.1")
    port: int = _named("PORT", 3000, ge=0, le=65535)
    web_threads: int = _named("WEB_THREADS", 50, ge=1, le=256)
    team_id: str | None = _named("DUNWELL_TEAM_ID", max_length=32)
    worker_id: str | None = _named("DUNWELL_WORKER_ID", max_length=128)
    worker_concurrency: int = _named("DUNWELL_WORKER_CONCURRENCY", 16, ge=1, le=256)
    retry_seconds: Annotated[tuple[int, ...], NoDecode, BeforeValidator(_seconds)] = _named(
        "DUNWELL_RETRY_SECONDS", (1, 2, 5, 15, 60, 300, 900)
    )
    clock_file: Path | None = _named("DUNWELL_CLOCK_FILE")
    encryption_key: _Keys = _named("DUNWELL_ENCRYPTION_KEY", ())
    older_encryption_keys: _Keys = _named("DUNWELL_ENCRYPTION_KEYS", ())

    slack_api_url: Annotated[str, AfterValidator(_with_slash)] = _named("SLACK_API_URL", "https://slack.com/api/")
    slack_bot_token: _BotToken | None = _named("SLACK_BOT_TOKEN")
    slack_app_token: _AppToken | None = _named("SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr | None = _named("SLACK_SIGNING_SECRET")
    slack_client_id: str | None = _named("SLACK_CLIENT_ID")
    slack_client_secret: SecretStr | None = _named("SLACK_CLIENT_SECRET")
    slack_posts_per_second: float = _named("SLACK_POSTS_PER_SECOND", 1.0, gt=0, le=100)
    slack_post_burst: int = _named("SLACK_POST_BURST", 5, ge=1, le=100)

    stripe_api_key: _StripeKey | None = _named("STRIPE_API_KEY")
    stripe_api_base: Annotated[str, AfterValidator(_without_slash)] | None = _named("STRIPE_API_BASE")
    stripe_webhook_secret: SecretStr | None = _named("STRIPE_WEBHOOK_SECRET")

    salesforce_login_url: Annotated[str, AfterValidator(_without_slash)] | None = _named("SALESFORCE_LOGIN_URL")
    salesforce_client_id: str | None = _named("SALESFORCE_CLIENT_ID")
    salesforce_client_secret: SecretStr | None = _named("SALESFORCE_CLIENT_SECRET")
    salesforce_org_id: Annotated[str, AfterValidator(_organisation)] | None = _named("SALESFORCE_ORG_ID")
    salesforce_webhook_secret: _PathSecret | None = _named("SALESFORCE_WEBHOOK_SECRET")
    salesforce_poll_seconds: int = _named("SALESFORCE_POLL_SECONDS", 60, ge=1, le=86400)

    salesforce_currency: Annotated[str, AfterValidator(_currency)] | None = _named("SALESFORCE_CURRENCY")

    deals_webhook_secret: SecretStr | None = _named("DEALS_WEBHOOK_SECRET")
    usage_webhook_secret: SecretStr | None = _named("USAGE_WEBHOOK_SECRET")

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)  # says for type checkers that `_env_file` may be given

    @model_validator(mode="wrap")
    @classmethod
    def _everything_at_once(cls, given: dict[str, Any], check: ModelWrapValidatorHandler[Self]) -> Self:
        wrong = _half_given({name for name, value in given.items() if value})
        try:
            settings = check(given)
        except ValidationError as refused:
            raise ConfigurationError(_in_words([*map(_sentence, refused.errors()), *wrong])) from None
        if wrong:
            raise ConfigurationError(_in_words(wrong))
        return settings

    @property
    def database_url(self) -> str:
        """Where the database is; an SQLite file in the data folder unless DUNWELL_DATABASE_URL says otherwise."""
        if self.database_address is not None:
            return self.database_address.get_secret_value()
        return f"sqlite:///{self.data / 'dunwell.sqlite3'}"

    @property
    def encryption_keys(self) -> tuple[str, ...]:
        """The keys for stored Slack tokens: the first encrypts, all decrypt."""
        keys = (*self.encryption_key, *self.older_encryption_keys)
        return tuple(dict.fromkeys(key.get_secret_value() for key in keys))

    @property
    def slack_mode(self) -> Literal["token", "oauth", "none"]:
        """How workspaces are reached: one by SLACK_BOT_TOKEN, which wins, or several by OAuth."""
        if self.slack_bot_token is not None:
            return "token"
        return "oauth" if self.slack_client_id else "none"

    @property
    def has_stripe(self) -> bool:
        """Whether invoices are also issued in Stripe."""
        return self.stripe_api_key is not None

    @property
    def has_salesforce(self) -> bool:
        """Whether deals are read from Salesforce."""
        return self.salesforce_client_id is not None

    def clock(self) -> Clock:
        """Return the clock of this process: the machine's, or the one that DUNWELL_CLOCK_FILE moves."""
        return ShiftedClock(self.clock_file) if self.clock_file else SystemClock()

    def require(self, process: Process) -> None:
        """Raise ConfigurationError naming everything that this process needs and that is not set."""
        wrong = _missing(self, process)
        if wrong:
            raise ConfigurationError(_in_words(wrong))

    def data_folder(self) -> Path:
        """Return the data folder, made when it is not there. Raises ConfigurationError when it cannot be written."""
        try:
            self.data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"DUNWELL_DATA: the folder {self.data} cannot be made ({error.strerror}); name one that you may write."
            ) from None
        if not os.access(self.data, os.W_OK | os.X_OK):
            raise ConfigurationError(f"DUNWELL_DATA: the folder {self.data} cannot be written; name one that can.")
        return self.data


NUMBERS: Final = {"int_parsing": "a whole number", "int_from_float": "a whole number", "float_parsing": "a number"}


def setting_names() -> tuple[str, ...]:
    """Return the name of every setting, in the order in which they are documented."""
    return tuple(str(field.validation_alias) for field in Settings.model_fields.values())


def _half_given(given: set[str]) -> list[str]:
    wrong = []
    if len(given & {"SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"}) == 1:
        wrong.append("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET belong together; set both, or neither.")
    several_workspaces = "SLACK_CLIENT_ID" in given and "SLACK_BOT_TOKEN" not in given
    if several_workspaces and not given & {"DUNWELL_ENCRYPTION_KEY", "DUNWELL_ENCRYPTION_KEYS"}:
        wrong.append(f"DUNWELL_ENCRYPTION_KEY: is needed to keep the workspaces' tokens; make one with: {MAKE_KEY}")
    salesforce = ("SALESFORCE_LOGIN_URL", "SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET")
    absent = [name for name in salesforce if name not in given]
    if 0 < len(absent) < len(salesforce):
        are = "is" if len(absent) == 1 else "are"
        wrong.append(f"{', '.join(absent)}: {are} not set; Salesforce needs all of {', '.join(salesforce)}, or none.")
    if "SALESFORCE_WEBHOOK_SECRET" in given and "SALESFORCE_ORG_ID" not in given:
        wrong.append(
            "SALESFORCE_ORG_ID: is needed with SALESFORCE_WEBHOOK_SECRET, to know whose messages are accepted; "
            "copy it from Setup, Company Information."
        )
    return wrong


def _missing(settings: Settings, process: Process) -> list[str]:
    wrong = []
    if settings.slack_mode == "none":
        wrong.append(
            "SLACK_BOT_TOKEN: is not set; copy the bot token from your Slack app's OAuth page "
            "(or set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET to install in several workspaces)."
        )
    if process == "http" and settings.slack_signing_secret is None:
        wrong.append("SLACK_SIGNING_SECRET: is not set; copy it from your Slack app's Basic Information page.")
    if process == "socket" and settings.slack_app_token is None:
        wrong.append(
            "SLACK_APP_TOKEN: is not set; make an app-level token with connections:write on your Slack app's "
            "Basic Information page."
        )
    return wrong


def _sentence(error: ErrorDetails) -> str:
    if error["type"] in NUMBERS:
        return f"{error['loc'][0]}: must be {NUMBERS[error['type']]}, not {str(error['input'])[:40]!r}."
    message = error["msg"].removeprefix("Value error, ")
    return f"{error['loc'][0]}: {message[0].lower()}{message[1:].rstrip('.')}."


def _in_words(wrong: list[str]) -> str:
    count = "One setting is wrong; mend it" if len(wrong) == 1 else f"{len(wrong)} settings are wrong; mend them"
    return f"{count} in the environment or in .env:\n" + "\n".join(f"- {line}" for line in wrong)
