#!/bin/sh
# Tries what the documents promise on a machine that has nothing: a bare Debian root made by mmdebstrap. Needs root,
# mmdebstrap, some 6 GB of disk.
#   scripts/fresh-machine.sh SUITE [PYTEST ARGUMENTS]   a clean checkout of HEAD: `make demo`, then `make test`
#   scripts/fresh-machine.sh SUITE server               the wheel of HEAD by scripts/container/install.sh, then the server
#                                                       commands of the administrator's guide, word for word
#   scripts/fresh-machine.sh trixie
#   scripts/fresh-machine.sh bookworm tests/unit/bundles -k instructions
# How this machine reaches its registries (apt options, pip configuration, certificates, local wheels) goes
# along. Environment: MIRROR another Debian mirror; ROOT the folder (default below /var/tmp); KEEP=1 leaves
# it there and uses it again.
set -eu
cd "$(dirname "$0")/.."
suite=${1:?"usage: scripts/fresh-machine.sh SUITE [PYTEST ARGUMENTS]"}
shift
root=${ROOT:-/var/tmp/evidence-fresh-$suite}
home=/root/evidence

say() { echo "== $*" >&2; }
[ "$(id -u)" = 0 ] || { say "run this as root: mounting and chroot need it"; exit 7; }
command -v mmdebstrap >/dev/null || { say "apt-get install mmdebstrap"; exit 7; }

mirror() {
  [ -n "${MIRROR:-}" ] && { echo "$MIRROR"; return; }
  apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1
}

make_root() {
  say "bare $suite in $root"
  set --
  for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
    if [ -f "$file" ] && grep -qi '^ *acquire' "$file"; then set -- "$@" --aptopt="$file"; fi
  done
  from=$(mirror)
  mmdebstrap --variant=minbase --include=ca-certificates,git,make "$@" "$suite" "$root" "${from:-http://deb.debian.org/debian}"
}

# Files by which this machine reaches its registries, in the same places.
pass_on() {
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  # certificates of a local authority stand in the bundle only; apt-get install would write it anew
  [ -d /usr/local/share/ca-certificates ] && cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
  for file in /etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf" /etc/uv/uv.toml "$HOME/.config/uv/uv.toml"; do
    if [ -f "$file" ]; then mkdir -p "$root$(dirname "$file")" && cp -L "$file" "$root$file"; fi
  done
}

# Local folders that the pip configuration names: wheels and indexes, an index with the files beside it.
local_folders() {
  { cat /etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf" 2>/dev/null || true
    env | grep -E '^(PIP|UV)_' || true; } |
    grep -v -i -E 'cert|cache' | grep -oE '(file://)?/[^ =,:]+' | sed -e 's|^file://||' -e 's|/simple/*$||' | sort -u |
    while read -r folder; do if [ -d "$folder" ]; then echo "$folder"; fi; done
}

if [ "${_INSIDE:-}" != yes ]; then
  [ -d "$root/usr" ] || make_root
  pass_on
  rm -rf "${root:?}$home" "${root:?}/root/delivered"
  if [ "${1:-}" = server ]; then
    make --no-print-directory release
    mkdir -p "$root/root/delivered"
    cp dist/* scripts/container/install.sh "$root/root/delivered/"
    scripts/container/guide.sh > "$root/root/delivered/guide.sh"
  fi
  git clone --quiet --depth 1 "file://$(git rev-parse --show-toplevel)" "$root$home"
  result=0
  # mounts in a namespace of their own: nothing is left mounted, whatever happens
  _INSIDE=yes ROOT=$root unshare --mount --pid --fork --kill-child "$0" "$suite" "$@" || result=$?
  if [ "${KEEP:-}" = 1 ]; then say "left in $root"; else rm -rf --one-file-system "$root"; fi
  exit "$result"
fi

mount --make-rprivate /
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
local_folders | while read -r folder; do
  mkdir -p "$root$folder" && mount --bind -o ro "$folder" "$root$folder"
done
inside() { chroot "$root" /usr/bin/env HOME=/root LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "$@"; }
if [ "${1:-}" = server ]; then
  mkdir -p "$root/mnt/backup" && mount -t tmpfs backup "$root/mnt/backup" # another disk than the workspace's
  say "scripts/container/install.sh"
  inside sh -c "cd /root/delivered && ./install.sh"
  say "the administrator's guide"
  inside sh -e /root/delivered/guide.sh
  exit 0
fi
say "make demo"
inside make -C "$home" demo
say "make test $*"
arguments=""
for each in "$@"; do arguments="$arguments '$each'"; done
inside make -C "$home" test "ARGS=$arguments"
