"""Salesforce: the CRM port, and reading its outbound messages. Import the module that you need."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Final

_METADATA: Final = "simple_salesforce.metadata"


class _NoMetadataApi:
    """Stands where simple_salesforce has its client for the Metadata API, which Dunwell never calls."""

    def __init__(self, **_: Any) -> None:
        raise NotImplementedError("The Metadata API of Salesforce is left out of this program.")


def _leave_out_soap() -> None:
    """Keep simple_salesforce from loading a SOAP library for the Metadata API: six megabytes, and half a second."""
    if _METADATA not in sys.modules:
        module = ModuleType(_METADATA)
        module.SfdcMetadataApi = _NoMetadataApi  # type: ignore[attr-defined]
        sys.modules[_METADATA] = module


_leave_out_soap()
