"""Every outside system, each behind a port of flows/ports.py.

Importing this package loads no vendor's library; each module loads the one it speaks through, and is imported only
where that system is configured.
"""
