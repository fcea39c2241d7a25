#!/bin/sh
# Builds the sdist and wheel of HEAD twice, in two folders of their own, and keeps them only if both are the same to the
# byte. dist/SHA256SUMS travels to whoever installs by another channel than the files (telephone, letter, signed mail).
set -eu
cd "$(dirname "$0")/.."
builder=$PWD/.venv/bin/hatchling
[ -x "$builder" ] || { echo "run scripts/setup.sh test first" >&2; exit 7; }
[ -z "$(git status --porcelain --untracked-files=no)" ] || { echo "commit first: a release is built from a commit" >&2; exit 2; }
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for turn in first second; do
  mkdir -p "$work/$turn/source"
  git archive HEAD | tar -x -C "$work/$turn/source"
  (cd "$work/$turn/source" && "$builder" build -t sdist -t wheel -d "$work/$turn/dist" >/dev/null)
done
diff -r "$work/first/dist" "$work/second/dist" || { echo "the two builds differ: no release" >&2; exit 1; }
rm -rf dist
cp -r "$work/first/dist" dist
(cd dist && sha256sum -- *.tar.gz *.whl > SHA256SUMS && cat SHA256SUMS)
