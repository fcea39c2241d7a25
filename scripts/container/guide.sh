#!/bin/sh
# Prints the server commands of the administrator's guide as one script: its console blocks between the two marks, with a
# `sudo` of its own for machines that have none. scripts/fresh-machine.sh runs it.
set -eu
cd "$(dirname "$0")/../.."
cat <<'SUDO'
set -eu
cd /root/delivered
sudo() { if [ "$1" = -u ]; then account=$2; shift 2; runuser -u "$account" -- env HOME="$(getent passwd "$account" | cut -d: -f6)" "$@"; else "$@"; fi; }
set -x
SUDO
awk '/<!-- server: begin/ { on = 1 } /<!-- server: end/ { on = 0 }
     on && /^```console/ { block = 1; next } /^```/ { block = 0 } on && block' docs/administrator-guide.md
