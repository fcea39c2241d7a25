"""Inspection records that hold: scans linked, contract checked, weekly handover signed and verifiable."""

__version__ = "0.1.0"
