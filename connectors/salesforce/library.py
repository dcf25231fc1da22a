"""simple_salesforce, less what it loads for ways that Dunwell never goes: a dozen megabytes of every process.

The SOAP library is for the Metadata API. The cryptography is for logging in with a certificate: Dunwell asks for its
token by itself (`connectors.salesforce.session.fetch_token`).
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Final


class _LeftOut:
    """Stands where simple_salesforce has what is not loaded."""

    def __init__(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError("This part of simple_salesforce is left out of this program.")


_LEFT_OUT: Final = {"simple_salesforce.metadata": "SfdcMetadataApi", "simple_salesforce.login": "SalesforceLogin"}

for _name, _part in _LEFT_OUT.items():
    if _name not in sys.modules:
        _module = ModuleType(_name)
        setattr(_module, _part, _LeftOut)
        sys.modules[_name] = _module

from simple_salesforce.api import Salesforce  # noqa: E402  what it imports must be in place before it
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession  # noqa: E402
from simple_salesforce.format import format_soql  # noqa: E402

__all__ = ["Salesforce", "SalesforceError", "SalesforceExpiredSession", "format_soql"]
