"""The part of SOQL that the simulator answers; everything else is refused with Salesforce's error codes."""

from bot.sandbox.vendors.salesforce.soql.parser import parse
from bot.sandbox.vendors.salesforce.soql.run import run

__all__ = ["parse", "run"]
