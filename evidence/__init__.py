"""Inspection records that hold: scans linked, contract checked, weekly handover signed and verifiable."""

__version__ = "1.0.0"
