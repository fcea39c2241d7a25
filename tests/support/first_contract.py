"""The settings of the first contract, as the repository's own evidence.toml states them."""

from pathlib import Path

from evidence.settings import load_settings

FIRST_CONTRACT = load_settings(Path(__file__).parents[2] / "evidence.toml")
SETTINGS_TEXT = (Path(__file__).parents[2] / "evidence.toml").read_text(encoding="utf-8")
"""Of that evidence.toml, for workspaces that print forms."""
