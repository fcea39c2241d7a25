#!/bin/sh
# Builds the image with buildah from a Debian root on this machine instead of a registry's base image. Needs root, buildah, the
# delivered wheel in dist/ (make release) and a root folder made by mmdebstrap, for example the one that
# `KEEP=1 scripts/fresh-machine.sh SUITE server` leaves behind. Where the kernel allows no namespaces it cannot run; then
# scripts/fresh-machine.sh has tried the same install.sh in the same root.
#   scripts/container/build.sh ROOT-FOLDER [BUILDAH OPTIONS]
# Local package folders go along with --volume, as in: --volume /opt/wheels:/opt/wheels:ro
set -eu
cd "$(dirname "$0")/../.."
root=${1:?"usage: scripts/container/build.sh ROOT-FOLDER [BUILDAH OPTIONS]"}
shift
[ "$(id -u)" = 0 ] || { echo "run this as root" >&2; exit 7; }
command -v buildah >/dev/null || { echo "apt-get install buildah" >&2; exit 7; }
ls dist/evidence_handover-*.whl >/dev/null || { echo "make release first" >&2; exit 7; }
base=$(buildah from scratch)
trap 'buildah rm "$base" >/dev/null' EXIT
place=$(buildah mount "$base")
cp -a "$root/." "$place/"
rm -rf "$place/root/delivered" "$place/srv/evidence" "$place/mnt/backup"
buildah umount "$base" >/dev/null
buildah commit --quiet "$base" localhost/evidence-base >/dev/null
buildah build --isolation chroot --network host --build-arg BASE=localhost/evidence-base "$@" \
  -f scripts/container/Containerfile -t evidence .
buildah inspect --type image --format '{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}}' evidence
