# shellcheck shell=bash
# Which real clients the lab knows and where each one lives once installed; sourced by `install` and `path`.
# A directory's name carries the pins that decide its contents, so a changed pin never meets an old build.

lab_clients=(awscli-debian eksctl awscli-2.36.12 awscli-2.17.56 awscli-2.12.1 awscli-1.46.3 awscli-1.27.160 boto3 moto)

lab_recipes="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
lab_root="${OPENIRSA_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/openirsa/lab}"

# Exit status of a client that cannot be had on this machine, told apart from a mistake in the scripts.
readonly not_to_be_had=3

refuse() {
  echo "${0##*/}: $1: $2" >&2
  exit "$not_to_be_had"
}

recipe_hash() {
  cat "$@" | sha256sum | cut -c1-12
}

# The directory that holds an installed client; Debian's own package has none.
client_directory() {
  case "$1" in
    eksctl) echo "$lab_root/eksctl-$(recipe_hash "$lab_recipes"/eksctl/go.{mod,sum})" ;;
    awscli-2.*) echo "$lab_root/$1" ;;
    awscli-1.* | boto3 | moto) echo "$lab_root/$1-$(recipe_hash "$lab_recipes/python/$1.txt")" ;;
  esac
}

client_executable() {
  case "$1" in
    awscli-debian) echo /usr/bin/aws ;;
    eksctl) echo "$(client_directory "$1")/eksctl" ;;
    awscli-2.*) echo "$(client_directory "$1")/dist/aws" ;;
    awscli-1.*) echo "$(client_directory "$1")/bin/aws" ;;
    boto3 | moto) echo "$(client_directory "$1")/bin/python" ;;
  esac
}

require_known() {
  local known
  for known in "${lab_clients[@]}"; do
    if [[ $1 == "$known" ]]; then return; fi
  done
  echo "${0##*/}: unknown client \`$1\`; known: ${lab_clients[*]}" >&2
  exit 2
}
