"""The version of fazhi."""

__version__ = "0.1.0"
