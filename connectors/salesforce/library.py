"""simple_salesforce, less the SOAP library that it loads for an API which Dunwell never calls: four megabytes."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Final

_METADATA: Final = "simple_salesforce.metadata"


class _NoMetadataApi:
    """Stands where simple_salesforce has its client for the Metadata API."""

    def __init__(self, **_: Any) -> None:
        raise NotImplementedError("The Metadata API of Salesforce is left out of this program.")


if _METADATA not in sys.modules:
    _module = ModuleType(_METADATA)
    _module.SfdcMetadataApi = _NoMetadataApi  # type: ignore[attr-defined]
    sys.modules[_METADATA] = _module

from simple_salesforce.api import Salesforce  # noqa: E402  what it imports must be in place before it
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession  # noqa: E402
from simple_salesforce.format import format_soql  # noqa: E402

__all__ = ["Salesforce", "SalesforceError", "SalesforceExpiredSession", "format_soql"]
