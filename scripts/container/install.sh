#!/bin/sh
# Installs the delivered wheel on a bare Debian or Ubuntu machine: what the administrator's guide does by hand, what the
# Containerfile does in an image, and what scripts/fresh-machine.sh tries. Run as root in the folder of the files.
#   scripts/container/install.sh [WHEEL]     default: dist/evidence_handover-*.whl or ./evidence_handover-*.whl
# Environment: EXTRAS (default agency,postgres); PREFIX (default /opt/evidence).
set -eu
wheel=${1:-}
for candidate in dist/evidence_handover-*.whl evidence_handover-*.whl; do
  if [ -z "$wheel" ] && [ -f "$candidate" ]; then wheel=$candidate; fi
done
[ -f "$wheel" ] || { echo "no wheel here: run make release, or name it" >&2; exit 7; }
[ "$(id -u)" = 0 ] || { echo "run this as root" >&2; exit 7; }
prefix=${PREFIX:-/opt/evidence}

# The digest came by another channel; where the list lies beside the wheel it must agree.
sums=$(dirname "$wheel")/SHA256SUMS
if [ -f "$sums" ]; then (cd "$(dirname "$wheel")" && sha256sum --check --ignore-missing --strict SHA256SUMS); fi

export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends python3 python3-venv ca-certificates openssl libreoffice-writer-nogui \
  fontconfig fonts-noto-cjk fonts-arphic-uming fonts-arphic-ukai fonts-dejavu-core
rm -rf /var/lib/apt/lists/*

python3 -m venv "$prefix"
"$prefix/bin/pip" install --no-cache-dir "$wheel[${EXTRAS:-agency,postgres}]"
ln -sf "$prefix/bin/evidence" /usr/local/bin/evidence
getent passwd evidence >/dev/null ||
  useradd --system --user-group --home-dir /var/lib/evidence --create-home --shell /usr/sbin/nologin evidence
evidence --version
