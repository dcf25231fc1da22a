"""Local stand-ins for Stripe and Salesforce, on real sockets, strict about what they accept.

`mount` gives the routes for a server that runs anyway (the demo workspace); `running` starts a server of its own on a
free port, for tests.
"""

from bot.sandbox.vendors.mount import Vendors, mount
from bot.sandbox.vendors.settings import VendorSettings
from bot.sandbox.vendors.standalone import RunningVendors, running

__all__ = ["RunningVendors", "VendorSettings", "Vendors", "mount", "running"]
