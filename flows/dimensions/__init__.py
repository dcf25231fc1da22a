"""The chart of accounts, dimensions and accounting periods, and whether a line is coded as they ask."""

from flows.dimensions.coding import Coded, LineError, code_content
from flows.dimensions.in_force import DimensionsFile, version
from flows.dimensions.load import DimensionsError, load_dimensions
from flows.dimensions.model import Coding, CodingError, DimensionConfig, LineCoding
from flows.dimensions.rules import check, next_open_date
from flows.dimensions.service import ask_to_mend, closed_on, coded, errors_of, in_words

__all__ = [
    "Coded",
    "Coding",
    "CodingError",
    "DimensionConfig",
    "DimensionsError",
    "DimensionsFile",
    "LineCoding",
    "LineError",
    "ask_to_mend",
    "check",
    "closed_on",
    "code_content",
    "coded",
    "errors_of",
    "in_words",
    "load_dimensions",
    "next_open_date",
    "version",
]
