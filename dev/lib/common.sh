# shellcheck shell=bash
# Shared by the scripts in dev/: where things are, what is installed, how long a step took. Sourced, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
export CCACHE_DIR=${CCACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/openirsa/ccache}
# Precompiled headers need the first; the others let one cache serve every clone of the repository.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
export CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-5G}
export jobs
jobs=${OPENIRSA_JOBS:-$(nproc)}

# The tools of one LLVM release, so that formatting and findings do not differ from machine to machine.
export llvm=19

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# install_packages LIST: what is missing of the Debian packages named in dev/packages/LIST.
install_packages() {
  local list=$root/dev/packages/$1 missing
  missing=$(sed 's/#.*//' "$list" | while read -r package; do
    [ -n "$package" ] || continue
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done)
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || die "these Debian packages are missing, and there is no apt-get here: $missing"
  local sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo)
  say "installing $(echo "$missing" | wc -w) Debian packages ($1)"
  "${sudo[@]}" apt-get update -qq >&2
  # shellcheck disable=SC2086  # one word a package
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends $missing >&2
}
