#!/bin/sh
# Brings a Debian or Ubuntu machine with Python 3.11+, git and make to where `make demo` and
# `make test` run. Every step is skipped when its result is already there.
#   scripts/setup.sh lint   the Python packages alone
#   scripts/setup.sh demo   what the program itself needs
#   scripts/setup.sh test   and what the tests start: browser, soft token, PDF tools, database
# Tried on Debian 12 and 13. Ubuntu 24.04 has no package chromium-headless-shell; it is not tried by us.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-demo}

python=""
for candidate in python3 python3.13 python3.12 python3.11; do
  if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    python=$candidate
    break
  fi
done

# apt-get cannot mend this: the system's Python is what it is (Ubuntu 22.04: 3.10)
if [ -z "$python" ] && command -v python3 >/dev/null; then
  found=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  echo "本机的 Python 是 $found，本程序需要 3.11、3.12 或 3.13。请换用 Debian 12 以上的系统，或另装 python3.11 后重试。" >&2
  echo "This machine has Python $found; 3.11, 3.12 or 3.13 is needed. Use Debian 12 or newer, or install python3.11 beside it." >&2
  exit 7
fi

wanted="" before=""
want() { wanted="$wanted $1"; }
has_font() { command -v fc-list >/dev/null && fc-list : family | grep -q "$1"; }

[ -n "$python" ] || want "python3 python3-venv"
[ -n "$python" ] && { "$python" -c 'import ensurepip' 2>/dev/null || want python3-venv; }
if [ "$purpose" != lint ]; then
  command -v soffice >/dev/null || want libreoffice-writer-nogui
  command -v fc-list >/dev/null || want fontconfig
  has_font 'Noto Serif CJK SC' || want fonts-noto-cjk
  has_font 'AR PL UMing CN' || want fonts-arphic-uming
  has_font 'AR PL UKai CN' || want fonts-arphic-ukai
  has_font 'DejaVu Sans' || want fonts-dejavu-core
  command -v openssl >/dev/null || want openssl
fi
if [ "$purpose" = test ]; then
  command -v pdfsig >/dev/null || want poppler-utils
  command -v qpdf >/dev/null || want qpdf
  command -v node >/dev/null || want nodejs # runs the unit tests of the telephone's scripts
  command -v softhsm2-util >/dev/null || want softhsm2
  command -v chromium-headless-shell >/dev/null || want chromium-headless-shell
  ls /usr/lib/*/libatomic.so.1 >/dev/null 2>&1 || want libatomic1 # of the node that drives it
  command -v clamd >/dev/null || [ -x /usr/sbin/clamd ] || want clamav-daemon
  command -v systemd-analyze >/dev/null || want systemd
  command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || want nginx
  command -v dovecot >/dev/null || [ -x /usr/sbin/dovecot ] || want dovecot-imapd
  if ! command -v slapd >/dev/null && [ ! -x /usr/sbin/slapd ]; then
    # without a configuration of its own the package starts no service; the tests start theirs
    before="echo slapd slapd/no_configuration boolean true | debconf-set-selections && "
    want slapd
  fi
  command -v ldapadd >/dev/null || want ldap-utils
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || want postgresql
fi

if [ -n "$wanted" ]; then
  command="${before}apt-get update && apt-get install -y --no-install-recommends$wanted"
  if [ "$(id -u)" = 0 ]; then
    as_root="sh -c"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo -n sh -c"
  else
    as_root=""
  fi
  if [ -z "$as_root" ] || ! command -v apt-get >/dev/null; then
    echo "缺少系统软件包，且本账户无权安装。请管理员运行下面这一条命令，然后重试：" >&2
    echo "System packages are missing and this account may not install them. Have an administrator run:" >&2
    echo "  sudo sh -c '$command'" >&2
    exit 7
  fi
  echo "安装系统软件包 / installing system packages:$wanted"
  if ! DEBIAN_FRONTEND=noninteractive $as_root "$command" >/tmp/evidence-apt.$$ 2>&1; then
    tail -n 20 /tmp/evidence-apt.$$ >&2
    echo "系统软件包安装失败，请管理员运行 / installation failed, please run:" >&2
    echo "  sudo sh -c '$command'" >&2
    rm -f /tmp/evidence-apt.$$
    exit 7
  fi
  rm -f /tmp/evidence-apt.$$
  [ -n "$python" ] || python=python3
fi

# the archives' validator pins libraries that are not ours: it lives in an environment of its own
install_validator() {
  lock=tests/data/eark/requirements.txt
  made=.venv-eark/.installed
  known=$(sha256sum < "$lock")
  if [ ! -f "$made" ] || [ "$(cat "$made")" != "$known" ]; then
    "$python" -m venv --clear --without-pip .venv-eark
    VIRTUAL_ENV="$PWD/.venv-eark" .venv/bin/uv pip install --quiet --no-deps --require-hashes -r "$lock"
    echo "$known" > "$made"
  fi
}

stamp=.venv/.installed
now=$(cat requirements.lock pyproject.toml scripts/setup.sh | sha256sum)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$now" ]; then
  echo "安装 Python 软件包 / installing Python packages (.venv)"
  [ -x .venv/bin/pip ] || "$python" -m venv --clear .venv
  # uv's own lines of the lock go through pip, everything else through uv, several times faster
  awk '/^[a-z]/ { ours = /^uv==/ } ours' requirements.lock > .venv/uv.lock
  .venv/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes -r .venv/uv.lock
  export VIRTUAL_ENV="$PWD/.venv"
  .venv/bin/uv pip sync --quiet --compile-bytecode --require-hashes requirements.lock
  .venv/bin/uv pip install --quiet --no-deps --no-build-isolation -e .
  .venv/bin/python -m compileall -q evidence
  echo "$now" > "$stamp"
fi
[ "$purpose" != test ] || install_validator
