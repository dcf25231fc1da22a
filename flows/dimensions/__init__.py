"""The chart of accounts, dimensions and accounting periods, and whether a line is coded as they ask."""

from flows.dimensions.load import DimensionsError, load_dimensions
from flows.dimensions.model import Coding, CodingError, DimensionConfig, LineCoding
from flows.dimensions.rules import check, next_open_date

__all__ = [
    "Coding",
    "CodingError",
    "DimensionConfig",
    "DimensionsError",
    "LineCoding",
    "check",
    "load_dimensions",
    "next_open_date",
]
