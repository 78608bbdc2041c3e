# shellcheck shell=bash
#
# What scripts/run and scripts/test have in common. To be sourced, not run.

# Paths in the scripts are relative to the top of the tree.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

# Built files live here; git ignores the folder.
BUILD_DIR=.build

say() { printf '%s\n' "$*"; }

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# need_go: Go on the PATH, also where it was unpacked but the PATH not extended.
need_go() {
  local dir
  for dir in /usr/local/go/bin /usr/lib/go/bin; do
    if ! command -v go >/dev/null && [ -x "$dir/go" ]; then PATH=$PATH:$dir; fi
  done
  command -v go >/dev/null || die "Go is missing; install Go $(sed -n 's/^go //p' go.mod) or newer and put it on the PATH."
  # Without a home (some CI runners) Go and its tools have no place for their caches.
  if [ -z "${HOME:-}" ]; then
    mkdir -p "$BUILD_DIR/home"
    export HOME=$PWD/$BUILD_DIR/home
  fi
}

# build: the binary, into the folder for built files.
build() {
  mkdir -p "$BUILD_DIR"
  go build -trimpath -o "$BUILD_DIR/countersign" ./server/cmd/countersign
}

# missing_packages: reads lines "PACKAGE…: TEST" from standard input and prints the
# packages of every line whose test fails, on one line.
missing_packages() {
  local packages check missing=()
  while IFS=: read -r packages check; do
    # shellcheck disable=SC2206 # package names hold no blanks: splitting is meant
    if [ -n "$check" ] && ! bash -c "$check" >/dev/null 2>&1 </dev/null; then missing+=($packages); fi
  done
  say "${missing[*]}"
}

# install_packages PACKAGE…: with apt-get, as root or through sudo, without a question.
install_packages() {
  local as_root=() log=$BUILD_DIR/apt.log
  [ "$#" -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    die "this is no Debian, so please install what these Debian packages hold: $*"
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      die "neither root nor sudo without a password; please run: apt-get install --no-install-recommends $*"
    fi
    as_root=(sudo -n)
  fi
  say "installing: $*"
  # The package lists of a fresh container are empty, those of an old one out of date.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null ||
    say 'the package lists could not be brought up to date; going on with those at hand'
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" </dev/null >"$log" 2>&1 ||
    die "apt-get could not install $* ($(tail -n 1 "$log"); more in $log)"
}
