"""fpdf2, less the cryptography that it loads to encrypt and to sign documents, which ours are not: ten megabytes."""

from __future__ import annotations

import sys

_CRYPTOGRAPHY = "cryptography"
_hidden = _CRYPTOGRAPHY not in sys.modules
if _hidden:
    sys.modules[_CRYPTOGRAPHY] = None  # type: ignore[assignment]  # whoever imports it now finds it missing
try:
    from fpdf import FPDF
    from fpdf.enums import MethodReturnValue, WrapMode, XPos, YPos
finally:
    if _hidden:
        del sys.modules[_CRYPTOGRAPHY]

__all__ = ["FPDF", "MethodReturnValue", "WrapMode", "XPos", "YPos"]
