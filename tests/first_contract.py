"""The settings of the first contract, as the repository's own evidence.toml states them."""

from pathlib import Path

from evidence.settings import load_settings

FIRST_CONTRACT = load_settings(Path(__file__).parents[1] / "evidence.toml")
