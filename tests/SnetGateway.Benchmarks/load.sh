#!/usr/bin/env bash
# The load report: bare YARP, nginx and the gateway in turn, driven by the same clients. Does its own set-up.
#   load.sh [--rounds 5] [--seconds 8] [--clients 64] [--connections 64] [--message-bytes 64] [--ledger FOLDER] [--etcd URL] [--beside DLL]... [--json FILE]
#     [--check] [--quick] [--awake] [--limits]
#   load.sh translators [...]: services that speak JSON, beside bare YARP with the same JSON; --beside, --json and nginx are not for it.
#   load.sh kinds [...]: prepaid and free calls, and the control methods, beside escrow calls at one gateway; --beside, --json and nginx are not for it.
# --check: exit code 1, and a line for each, when a bar of docs/performance.md is missed. A single run can miss one: see there.
# --clients 1: one client at a time, with the bars of a lone client and the same gateway with its ledger in memory beside it.
# --quick: a short warm-up, only to see that the report works.
# --limits: the gateways of --beside have rates and budgets, which refuse no call, and send traces and metrics to a collector.
# --awake: no core falls asleep, so that the latency of one client shows without the time in which a virtual core wakes up.
# What is measured and how: docs/performance.md.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
folder=""
driver=""

say() { printf '%s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Ends what this run started, by the ids it wrote down, however the run ends.
clean_up() {
  local code=$?
  trap - EXIT INT TERM HUP
  if [ -n "$driver" ] && kill -0 "$driver" 2>/dev/null; then
    kill -TERM "$driver" 2>/dev/null || true
    wait "$driver" 2>/dev/null || true
  fi
  if [ -n "$folder" ]; then
    local file
    for file in "$folder"/*.pid; do
      if [ -e "$file" ]; then kill -TERM "$(cat "$file")" 2>/dev/null || true; fi
    done
    case "$code" in
      0 | 2 | 130 | 143) rm -rf "$folder" ;;
      *) say "what the servers wrote is in $folder" ;;
    esac
  fi
  exit "$code"
}

# nginx comes from Debian. RUNLEVEL=1 keeps Debian's nginx service from starting: the run has its own.
install_missing() {
  local missing=()
  command -v nginx >/dev/null || missing+=(nginx-light)
  if [ ${#missing[@]} -gt 0 ]; then
    say "installing ${missing[*]}"
    as_root apt-get update -qq
    as_root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
  fi
}

PATH="$PATH:/usr/sbin:/sbin"
command -v node >/dev/null || { say "Node.js 20 or newer is needed: the local chain runs on it"; exit 1; }
command -v dotnet >/dev/null || { say "The .NET SDK of global.json is needed: https://dotnet.microsoft.com/download"; exit 1; }
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

install_missing
root="$(cd "$here/../.." && pwd)"
if [ ! -d "$root/tests/devchain/node_modules" ]; then
  say "installing the local chain's packages"
  (cd "$root/tests/devchain" && npm ci --ignore-scripts --no-audit --no-fund >&2)
fi
folder="$(mktemp -d "${TMPDIR:-/tmp}/snet-gateway-load.XXXXXX")"
say "building"
for project in src/SnetGateway.Gateway tests/SnetGateway.Benchmarks; do
  dotnet build "$root/$project" -c Release -nologo -v quiet >"$folder/build.log" 2>&1 || { cat "$folder/build.log" >&2; exit 1; }
done
verb=load
case "${1:-}" in translators | kinds) verb="$1"; shift ;; esac
dotnet "$here/bin/Release/net10.0/SnetGateway.Benchmarks.dll" "$verb" --folder "$folder" --gateway "$root/src/SnetGateway.Gateway/bin/Release/net10.0/snet-gateway.dll" "$@" &
driver=$!
wait "$driver"
