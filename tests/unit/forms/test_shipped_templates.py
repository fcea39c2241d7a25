"""An installed package finds its templates where the build puts them."""

import tomllib
from pathlib import Path

import evidence
from evidence.forms.catalogue import SHIPPED, Catalogue, shipped_templates
from evidence.new_workspace import shipped
from evidence.rules.parameters import Parameters
from tests.support.first_contract import FIRST_CONTRACT

ROOT = Path(evidence.__file__).parents[1]


def test_the_build_puts_the_templates_where_the_program_looks():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    target = build["targets"]["wheel"]["force-include"]["templates"]
    assert ROOT / target == SHIPPED


def test_forms_declare_the_retention_that_the_register_of_disposal_keeps() -> None:
    declared = {form.id: form.retention_years for form in Catalogue.load(shipped_templates())}
    assert set(declared.values()) == {Parameters().record_retention_years}, declared


def test_every_form_declares_its_clauses_signers_and_copies() -> None:
    for form in Catalogue.load(shipped_templates(), FIRST_CONTRACT.form_texts):
        assert form.clauses, form.id
        assert form.signers, form.id
        assert form.paper_copies >= 1, form.id


def test_forms_and_new_workspaces_take_the_same_templates():
    assert shipped_templates() == shipped("templates")
