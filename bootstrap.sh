#!/bin/sh
# Takes a fresh clone to a finished job on Linux or macOS. Needs only npm, or only curl.
# Writes nothing outside this folder, except in the temporary folder.
set -eu

DENO_VERSION=2.9.6
LLAMA_VERSION=3.21.1
# SHA-256 of the program itself, so that it holds for npm and for the release archive alike.
# Where it is empty, npm's integrity or the release's own checksum file is what is checked.
DENO_SHA256_LINUX_X64=bceb5b6a6239b0b010418406d8c77a508f67cf4337d94288f1c19fe71304aab0
CUDA_INTEGRITY=sha512-idsE55VoD/FbvLhnBC9krUJaUoC0XnebseAAnCpm/brKf61HEbu+idgbb5eN6mxkjLSrHtILprJ0nDcUJjVrFg==
CUDA_EXT_INTEGRITY=sha512-1PuURowccBcks3CCoMe1mTHh5vD0V5bFHMUEgtbI/OSDjpP+Pdbn+lf42CGUrepTzR8kCH1HovQ7d8q6/vuIKA==
VULKAN_INTEGRITY=sha512-flEeSzONQ6OIm5bYKLQf4eEnBzcC5WugFbyPUwkCqyyOFZ8pH0H9ulQ7ZNDLSIczeKneMRJornlyY1Hq7d3GDA==

usage() {
  cat <<'TEXT'
Usage: ./bootstrap.sh [--no-stack]     prepare this machine; bring up the Docker stack if an engine answers
       ./bootstrap.sh eval [options]   prepare, then run an evaluation: deno task eval [options]
       ./bootstrap.sh test [options]   prepare, then run every check and test: deno task ok [options]

Environment: ARGUS_GPU=auto|cuda|vulkan|none   which inference binaries to add (Linux x64; default auto)
             DENO_DIR                          where Deno caches (default .deno/cache in this folder)
TEXT
}

say() { printf '%s\n' "$@" >&2; }
fail() {
  say "bootstrap: $1"
  shift
  for line in "$@"; do say "           $line"; done
  exit 3
}
has() { command -v "$1" >/dev/null 2>&1; }

CWD=$PWD
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || fail "Cannot find the folder of '$0'"
WORK=
trap '[ -z "$WORK" ] || rm -rf "$WORK"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The scratch folder lies inside .deno/, so that moving what it holds is a rename.
scratch() {
  [ -n "$WORK" ] || WORK=$(mktemp -d "$ROOT/.deno/work.XXXXXX") ||
    fail "Cannot make a scratch folder in '$ROOT/.deno'" "Check that the disk is not full and that you own the folder"
}

check_platform() {
  SYSTEM=$(uname -s) MACHINE=$(uname -m)
  # An x64 shell under Rosetta reports x86_64 on Apple Silicon, where only the arm64 build has Metal.
  if [ "$SYSTEM" = Darwin ] && [ "$(sysctl -n hw.optional.arm64 2>/dev/null || echo 0)" = 1 ]; then
    MACHINE=arm64
  fi
  DENO_SHA256=
  case "$SYSTEM-$MACHINE" in
    Linux-x86_64 | Linux-amd64)
      NPM_NAME=linux-x64-glibc RELEASE=x86_64-unknown-linux-gnu DENO_SHA256=$DENO_SHA256_LINUX_X64
      ;;
    Linux-aarch64 | Linux-arm64) NPM_NAME=linux-arm64-glibc RELEASE=aarch64-unknown-linux-gnu ;;
    Darwin-arm64) NPM_NAME=darwin-arm64 RELEASE=aarch64-apple-darwin ;;
    Darwin-x86_64) NPM_NAME=darwin-x64 RELEASE=x86_64-apple-darwin ;;
    MINGW* | MSYS* | CYGWIN*) fail "Windows is not supported directly" "Run this in WSL 2 with Debian or Ubuntu" ;;
    *) fail "No Deno build exists for '$SYSTEM $MACHINE'" "Use Linux (x64, arm64) or macOS" ;;
  esac
  if [ "$SYSTEM" = Linux ] && [ ! -e /lib64/ld-linux-x86-64.so.2 ] && [ ! -e /lib/ld-linux-aarch64.so.1 ]; then
    for loader in /lib/ld-musl-*; do
      if [ -e "$loader" ]; then
        fail "Deno needs glibc, and this system has musl" "Use a Debian, Ubuntu or Fedora image"
      fi
    done
  fi
  if ! mkdir -p "$ROOT/.deno/bin" 2>/dev/null || [ ! -w "$ROOT/.deno" ]; then
    fail "Cannot write in '$ROOT'" "Clone the repository into a folder that you own"
  fi
}

version_of() { "$1" --version 2>/dev/null | awk 'NR == 1 { print $2 }'; }

# Sets DENO to a program of the pinned version, and puts its folder first on PATH. The permission
# sets name the program by that folder, so a launcher or a symlink on PATH is followed to it.
find_deno() {
  DENO=$ROOT/.deno/bin/deno
  if [ -x "$DENO" ] && [ "$(version_of "$DENO")" = "$DENO_VERSION" ]; then
    :
  elif has deno && [ "$(version_of deno)" = "$DENO_VERSION" ]; then
    DENO=$(deno eval --no-config --no-lock 'console.log(Deno.execPath())')
    [ "$(basename "$DENO")" = deno ] || install_deno
  else
    has deno && say "Found Deno $(version_of deno); this project pins $DENO_VERSION"
    install_deno
  fi
  PATH=$(dirname "$DENO"):$PATH
  export PATH
}

install_deno() {
  DENO=$ROOT/.deno/bin/deno
  scratch
  say "Installing Deno $DENO_VERSION into .deno/bin (about 42 MB)"
  if has npm && from_npm; then
    :
  elif has curl; then
    from_release
  elif has npm; then
    fail "npm could not fetch '@deno/$NPM_NAME@$DENO_VERSION'" "$(tail -n 3 "$WORK/npm.log")" \
      "Check the network and npm's registry setting, or install curl, then run this again"
  else
    fail "Neither Deno $DENO_VERSION, npm nor curl was found" \
      "Install one: Debian and Ubuntu 'apt-get install curl unzip'; macOS has curl"
  fi
  check_sum "$WORK/deno" "$DENO_SHA256" || fail "The checksum of Deno $DENO_VERSION does not match" \
    "The download is damaged or was tampered with: run this again, and on another network if it persists"
  chmod 755 "$WORK/deno"
  found=$(version_of "$WORK/deno")
  [ "$found" = "$DENO_VERSION" ] || fail "The installed Deno does not start on this system" \
    "It says: $("$WORK/deno" --version 2>&1 | head -n 2 | tr '\n' ' ')" "Deno needs glibc 2.27 or macOS 11, or newer"
  mv -f "$WORK/deno" "$DENO"
}

from_npm() {
  # A cache of its own: HOME may be missing or read-only. npm checks the registry's sha512.
  (cd "$WORK" && npm_config_cache=$WORK/npm npm_config_update_notifier=false \
    npm pack --silent "@deno/$NPM_NAME@$DENO_VERSION") >"$WORK/npm.log" 2>&1 || return 1
  tar -xzf "$WORK"/deno-*.tgz -C "$WORK" package/deno && mv "$WORK/package/deno" "$WORK/deno"
}

from_release() {
  archive=deno-$RELEASE.zip
  url=https://github.com/denoland/deno/releases/download/v$DENO_VERSION/$archive
  if ! curl -fsSL --retry 3 --connect-timeout 20 -o "$WORK/deno.zip" "$url"; then
    url=https://dl.deno.land/release/v$DENO_VERSION/$archive
    curl -fsSL --retry 3 --connect-timeout 20 -o "$WORK/deno.zip" "$url" ||
      fail "Cannot download '$url'" "Check the network, or put Deno $DENO_VERSION on PATH by hand"
  fi
  if [ -z "$DENO_SHA256" ]; then
    curl -fsSL --retry 3 --connect-timeout 20 -o "$WORK/deno.sum" "$url.sha256sum" ||
      fail "Cannot download '$url.sha256sum'" "Check the network, or put Deno $DENO_VERSION on PATH by hand"
    sum=$(grep -oiE '[0-9a-f]{64}' "$WORK/deno.sum" | head -n 1 | tr 'A-F' 'a-f')
    if [ -z "$sum" ] || ! check_sum "$WORK/deno.zip" "$sum"; then
      fail "The checksum of '$archive' does not match" "Run this again, and on another network if it persists"
    fi
  fi
  # The tar of macOS reads zip archives.
  if has unzip; then
    unzip -qo "$WORK/deno.zip" -d "$WORK"
  elif has bsdtar; then
    bsdtar -xf "$WORK/deno.zip" -C "$WORK"
  elif has python3; then
    python3 -m zipfile -e "$WORK/deno.zip" "$WORK"
  elif [ "$SYSTEM" = Darwin ]; then
    tar -xf "$WORK/deno.zip" -C "$WORK"
  else
    fail "Nothing here unpacks a zip archive" "Install unzip: 'apt-get install unzip' or 'dnf install unzip'"
  fi
  [ -f "$WORK/deno" ] || fail "'$archive' holds no file 'deno'" "Run this again"
}

# An empty sum passes: the caller has checked the file another way.
check_sum() {
  [ -n "$2" ] || return 0
  if has sha256sum; then
    actual=$(sha256sum "$1")
  elif has shasum; then
    actual=$(shasum -a 256 "$1")
  elif has openssl; then
    actual=$(openssl dgst -sha256 -r "$1")
  else
    fail "Cannot check a download: none of sha256sum, shasum, openssl was found" "Install one of them"
  fi
  [ "${actual%% *}" = "$2" ]
}

# deno.lock names no CUDA or Vulkan binary (0.6 GB), so this fetches what a CPU or Metal needs.
install_dependencies() {
  # A cache in the project works without HOME, and goes away with the folder.
  DENO_DIR=${DENO_DIR:-$ROOT/.deno/cache}
  # Behind a proxy that signs with its own certificate, the system's store knows it.
  DENO_TLS_CA_STORE=${DENO_TLS_CA_STORE:-mozilla,system}
  DENO_NO_UPDATE_CHECK=1
  export DENO_DIR DENO_TLS_CA_STORE DENO_NO_UPDATE_CHECK
  cd "$ROOT"
  [ -d node_modules ] || say "Installing the locked dependencies into node_modules (about 70 MB to fetch)"
  if ! "$DENO" install --frozen >"$ROOT/.deno/install.log" 2>&1; then
    grep -v '^Download' "$ROOT/.deno/install.log" | tail -n 20 >&2
    fail "The dependencies could not be installed; the whole log is '.deno/install.log'" \
      "If the lockfile is out of date, run 'deno task lock' and commit deno.lock" \
      "If a certificate is refused, set DENO_CERT to the file of your network's certificate" \
      "Otherwise check the network and run this again; what was fetched is kept"
  fi
}

has_vulkan() {
  # A loader without a render node is a software renderer, which is slower than the CPU path.
  for node in /dev/dri/renderD*; do [ -e "$node" ] || return 1; done
  for folder in /usr/lib/x86_64-linux-gnu /usr/lib64 /usr/lib /lib64; do
    [ -e "$folder/libvulkan.so.1" ] && return 0
  done
  return 1
}

choose_gpu() {
  GPU=none
  case "${ARGUS_GPU:-auto}" in
    auto)
      if [ "$SYSTEM-$NPM_NAME" = Linux-linux-x64-glibc ]; then
        if has nvidia-smi && nvidia-smi -L >/dev/null 2>&1; then
          GPU=cuda
        elif has_vulkan; then
          GPU=vulkan
        fi
      fi
      ;;
    cuda | vulkan)
      [ "$NPM_NAME" = linux-x64-glibc ] ||
        fail "ARGUS_GPU='$ARGUS_GPU' needs Linux x64" "Unset it: Apple Silicon uses Metal without a setting"
      GPU=$ARGUS_GPU
      ;;
    none) ;;
    *) fail "ARGUS_GPU must be auto, cuda, vulkan or none, not '$ARGUS_GPU'" ;;
  esac
  case $GPU in
    cuda)
      gpu_package linux-x64-cuda "$CUDA_INTEGRITY" 181
      gpu_package linux-x64-cuda-ext "$CUDA_EXT_INTEGRITY" 357
      ;;
    vulkan) gpu_package linux-x64-vulkan "$VULKAN_INTEGRITY" 81 ;;
  esac
}

# Deno fetches the package by a lockfile made here, and checks its integrity; the folder is then
# moved to where node-llama-cpp looks for its optional packages.
gpu_package() {
  home=$ROOT/node_modules/.deno/node-llama-cpp@$LLAMA_VERSION/node_modules/@node-llama-cpp
  [ -f "$home/$1/package.json" ] && return 0
  [ -d "$home" ] || fail "node-llama-cpp $LLAMA_VERSION is not in node_modules" \
    "Set LLAMA_VERSION in bootstrap.sh to the version that deno.json pins"
  scratch
  say "Adding the $1 inference binaries ($3 MB on disk)"
  package=@node-llama-cpp/$1@$LLAMA_VERSION
  mkdir -p "$WORK/$1"
  printf '{"workspace":[],"nodeModulesDir":"auto","imports":{"gpu":"npm:%s"}}\n' "$package" >"$WORK/$1/deno.json"
  printf '{"version":"5","specifiers":{"npm:%s":"%s"},"npm":{"%s":{"integrity":"%s","os":["linux"],"cpu":["x64"]}},"workspace":{"dependencies":["npm:%s"]}}\n' \
    "$package" "$LLAMA_VERSION" "$package" "$2" "$package" >"$WORK/$1/deno.lock"
  (cd "$WORK/$1" && "$DENO" install --frozen) >"$ROOT/.deno/install.log" 2>&1 || {
    tail -n 5 "$ROOT/.deno/install.log" >&2
    fail "The $1 binaries could not be installed" \
      "Run this again, or go on without the GPU: ARGUS_GPU=none ./bootstrap.sh"
  }
  rm -rf "${home:?}/$1"
  mv "$WORK/$1/node_modules/.deno/@node-llama-cpp+$1@$LLAMA_VERSION/node_modules/@node-llama-cpp/$1" "$home/$1"
}

# Loads a model and generates a token once for each state of this machine and project.
verify_device() {
  [ -f "$ROOT/models/catalog.json" ] || return 0
  state=$(
    "$DENO" --version
    uname -a
    echo "$GPU"
    cksum "$ROOT/deno.lock"
  )
  if [ -f "$ROOT/.deno/verified" ] && [ "$(cat "$ROOT/.deno/verified")" = "$state" ] &&
    [ -z "$(find "$ROOT/models" -name '*.gguf' -newer "$ROOT/.deno/verified")" ]; then
    return 0
  fi
  say "Checking the inference device"
  if ! "$DENO" task --quiet model verify --device >&2; then
    [ "$GPU" = none ] || say "           Without the GPU: ARGUS_GPU=none ./bootstrap.sh"
    fail "The inference device failed its check (see above)" \
      "Run 'deno task model verify --device' by itself for the details"
  fi
  printf '%s\n' "$state" >"$ROOT/.deno/verified"
}

bring_up_stack() {
  status=0
  "$DENO" task --quiet stack up || status=$?
  case $status in
    0) ;;
    3) say "The Docker stack was left alone (see above): evaluations use the embedded services and do not need it" ;;
    *) exit "$status" ;;
  esac
}

next_steps() {
  case "$DENO" in
    "$ROOT"/*)
      say "" "Deno is in .deno/bin. For 'deno task' in this shell:"
      say "  export PATH=\"$ROOT/.deno/bin:\$PATH\""
      ;;
  esac
  say "" "Next:" "  ./bootstrap.sh eval          run both suites through the shipped model" \
    "  deno task quickstart         one request through the gateway" \
    "  deno task eval --help        every option" "  ./bootstrap.sh test          what CI runs"
}

job=
with_stack=yes
case "${1:-}" in
  eval | test)
    job=$1
    shift
    ;;
  -h | --help | help)
    usage
    exit 0
    ;;
  --no-stack)
    with_stack=no
    [ $# -eq 1 ] || { usage >&2; exit 2; }
    ;;
  '') ;;
  *)
    say "bootstrap: Unknown argument '$1'"
    usage >&2
    exit 2
    ;;
esac

check_platform
find_deno
install_dependencies
choose_gpu
verify_device
if [ -n "$WORK" ]; then
  rm -rf "$WORK"
  WORK=
fi

case $job in
  # The task runs in the project's folder; INIT_CWD tells it where relative paths begin.
  eval) cd "$CWD" && exec "$DENO" task --quiet --config "$ROOT/deno.json" eval "$@" ;;
  test) cd "$CWD" && exec "$DENO" task --quiet --config "$ROOT/deno.json" ok "$@" ;;
esac
if [ "$with_stack" = yes ]; then bring_up_stack; fi
next_steps
