# Two commands on a fresh Debian or Ubuntu machine: `make demo` and `make test`.

# A program compiled anew in each of the tests' thousands of processes doubles their time.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: demo test quick coverage docs docs-check mutate lint bench lock release setup clean pictures forms-pictures

demo:
	@scripts/setup.sh demo
	@.venv/bin/evidence demo $(ARGS)

setup:
	@scripts/setup.sh test

# Wherever Python 3.11, 3.12 or 3.13 is; arguments for pytest in ARGS.
test: setup
	.venv/bin/python -m pytest -n 2 --dist loadfile $(ARGS)

# What most changes can break, in a few minutes: no browser, no office program, no package of a whole week.
QUICK = tests/unit tests/property tests/contract tests/contract_scenarios
quick: setup
	.venv/bin/python -m pytest -n 2 --dist loadfile $(QUICK) $(ARGS)

# Which lines and branches the quick tests never reach. Apart, since measuring doubles the time of the rules' tests.
coverage: setup
	.venv/bin/python -m pytest -n 2 --dist loadfile $(QUICK) --cov --cov-report=term:skip-covered $(ARGS)

# The documents against the program: links, commands, settings, generated pages, words, pictures.
docs-check: setup
	.venv/bin/python -m pytest -n 2 tests/docs $(ARGS)

# Every page that the program writes about itself, anew.
docs: setup
	.venv/bin/python -m scripts.reference

# Which wrong changes to the deciding code no test notices: a seeded sample, an hour at most, never in CI.
mutate: setup
	.venv/bin/python scripts/mutate.py $(ARGS)

# Format, lint, strict types, floors, declared dependencies, templates: pinned to Python 3.11 and one set of stubs.
lint:
	@scripts/setup.sh lint
	@scripts/lint.sh

bench: setup
	.venv/bin/python -m bench $(ARGS)

# Every picture of the documents anew: the desk, the telephone, a dossier from a demonstration; then the forms.
pictures: setup forms-pictures
	rm -rf pictures-workspace
	.venv/bin/evidence demo pictures-workspace
	.venv/bin/python -m scripts.desk_pictures write pictures-workspace
	.venv/bin/python -m scripts.page_pictures write pictures-workspace
	.venv/bin/python -m scripts.site_pictures write
	rm -rf pictures-workspace

# Every form rendered anew for docs/forms: shortest, longest, blank.
forms-pictures: setup
	.venv/bin/python -m scripts.forms_pictures write

# Resolve pyproject.toml anew into requirements.lock (hashes for every platform).
lock:
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --all-extras --group dev --no-header -o requirements.lock pyproject.toml

# sdist and wheel of HEAD, built twice and compared, with their SHA-256 in dist/.
release: setup
	@scripts/release.sh

clean:
	rm -rf .venv .venv-lint .venv-eark demo-workspace bench/out
