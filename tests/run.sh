#!/usr/bin/env bash
# The whole test suite, set-up included: tests/run.sh [-c Debug|Release] [dotnet test options, such as --filter NAME]
# Ends with the line "N passed, N failed" and exit code 0 when nothing failed, 1 when something did, 130 or 143 when interrupted.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"
cd "$root" || exit 1

configuration=Debug
if [ "${1:-}" = -c ]; then
  configuration=${2:?"-c needs Debug or Release"}
  shift 2
fi

results=$root/artifacts/test-results
trap 'stop_group; exit 130' INT
trap 'stop_group; exit 143' TERM HUP

need_dotnet
need_node
need_debian libsecp256k1-1 etcd-server etcd-client haproxy redis-server python3 python3-grpcio python3-protobuf protobuf-compiler gcc libc6-dev golang-go golang-google-grpc-dev chromium-headless-shell
need_npm tests/devchain tests/clients/node tests/clients/snet-sdk tests/backends/node samples/echo-node
need_build SnetGateway.sln -c "$configuration"

passed=0 failed=0
count() { passed=$((passed + $1)); failed=$((failed + $2)); }

# The local chain has a test program of its own.
run_selftest() {
  say "testing tests/devchain"
  local log=$results/devchain.log line
  run_in_group node tests/devchain/selftest.mjs >"$log" 2>&1
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
  if [ -z "$line" ]; then
    cat "$log"
    say "FAILED: tests/devchain ended without a result"
    count 0 1
    return
  fi
  grep -vE '^(ok |[0-9]+ passed)' "$log"
  count "$(cut -d' ' -f1 <<<"$line")" "$(cut -d' ' -f3 <<<"$line")"
  say "tests/devchain: $line"
}

# run_dotnet PROJECT [options]: one test project; a run that breaks off counts as one failure, however many passed before.
run_dotnet() {
  local name=$1 trx=$results/$1.trx code=0 counters ok bad
  shift
  say "testing $name"
  run_in_group dotnet test "tests/$name" --no-build --nologo -c "$configuration" \
    --results-directory "$results" --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" "$@" || code=$?
  counters=$(grep -o '<Counters [^>]*>' "$trx" 2>/dev/null | head -n 1)
  ok=$(sed -n 's/.* passed="\([0-9]*\)".*/\1/p' <<<"$counters")
  bad=$(sed -n 's/.* failed="\([0-9]*\)".*/\1/p' <<<"$counters")
  if [ "$code" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; then
    say "FAILED: $name broke off with exit code $code"
    bad=1
  fi
  count "${ok:-0}" "${bad:-0}"
  say "$name: ${ok:-0} passed, ${bad:-0} failed"
}

rm -rf "$results"
mkdir -p "$results"
[ $# -gt 0 ] || run_selftest
run_dotnet SnetGateway.Tests "$@"
run_dotnet SnetGateway.FunctionalTests "$@"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
