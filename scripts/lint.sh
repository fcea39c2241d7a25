#!/bin/sh
# Format, lint, types, floors, declared dependencies, templates: always on Python 3.11 with the stubs that
# requirements.lock holds for it, so that the answer does not depend on the machine. The tests run wherever 3.11,
# 3.12 or 3.13 is (make test).
set -eu
cd "$(dirname "$0")/.."
only=3.11
environment=.venv
if ! "$environment/bin/python" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$only')"; then
  environment=.venv-lint
  stamp=$environment/.installed
  now=$(cat requirements.lock pyproject.toml scripts/lint.sh | sha256sum)
  if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$now" ]; then
    if ! .venv/bin/uv venv --quiet --clear --python "$only" "$environment"; then
      echo "代码检查固定使用 Python $only，本机没有，也下载不到。测试不受影响：make test" >&2
      echo "Linting is pinned to Python $only, which is neither here nor downloadable. Tests do not need it." >&2
      exit 7
    fi
    export VIRTUAL_ENV="$PWD/$environment"
    .venv/bin/uv pip sync --quiet --require-hashes requirements.lock
    .venv/bin/uv pip install --quiet --no-deps --no-build-isolation -e .
    echo "$now" > "$stamp"
  fi
fi
"$environment/bin/ruff" check .
"$environment/bin/ruff" format --check .
"$environment/bin/mypy" --python-executable "$environment/bin/python"
"$environment/bin/lint-imports"
"$environment/bin/deptry" evidence
"$environment/bin/djlint" --quiet --lint evidence/web/templates
