"""Local stand-ins for Stripe and Salesforce, on real sockets, strict about what they accept.

`mount` gives the routes for a server that runs anyway ; `BesideTheDemo` is that for the demo workspace, and
`running` starts a server of its own on a
free port, for tests.
"""

from bot.sandbox.vendors.beside_the_demo import BesideTheDemo
from bot.sandbox.vendors.mount import Vendors, mount
from bot.sandbox.vendors.settings import VendorSettings
from bot.sandbox.vendors.standalone import RunningVendors, running

__all__ = ["BesideTheDemo", "RunningVendors", "VendorSettings", "Vendors", "mount", "running"]
