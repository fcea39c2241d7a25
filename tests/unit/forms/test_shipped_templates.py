"""An installed package finds its templates where the build puts them."""

import tomllib
from pathlib import Path

import evidence
from evidence.config import shipped
from evidence.forms.catalogue import SHIPPED, shipped_templates

ROOT = Path(evidence.__file__).parents[1]


def test_the_build_puts_the_templates_where_the_program_looks():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    target = build["targets"]["wheel"]["force-include"]["templates"]
    assert ROOT / target == SHIPPED


def test_forms_and_new_workspaces_take_the_same_templates():
    assert shipped_templates() == shipped("templates")
