#!/usr/bin/env bash
# The test suite, set-up included:
#   tests/run.sh [-c Debug|Release] [dotnet test options, such as --filter NAME]    everything
#   tests/run.sh --fast [-c Debug|Release]    what needs no package from Debian and no local chain
# Ends with the line "N passed, N failed", followed by ", N skipped" when the machine refused what some tests need (each is printed with its reason),
# and exit code 0 when nothing failed, 1 when something did, 130 or 143 when interrupted. Before it: the seconds of installing, building and testing.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../deploy/setup.sh"
cd "$root" || exit 1

configuration=Release # as it is run elsewhere: most of the time of the tests is that of the gateways
fast=
while [ $# -gt 0 ]; do
  case "$1" in
    --fast) fast=1; shift ;;
    -c) configuration=${2:?"-c needs Debug or Release"}; shift 2 ;;
    *) break ;;
  esac
done
[ -z "$fast" ] || [ $# -eq 0 ] || die "--fast takes no further options"

results=$root/artifacts/test-results
files=
clean_up() {
  stop_group
  [ -z "$files" ] || rm -rf "$files"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Compilers and tests live for too short a time to earn back what counting for a better second compilation costs: a fifth of the CPU.
export DOTNET_TieredPGO=0

started=$SECONDS
need_dotnet
targets=(tests/SnetGateway.Tests tests/SnetGateway.FunctionalTests)
if [ -z "$fast" ]; then
  targets=(SnetGateway.sln)
  need_node
  need_debian etcd-server etcd-client haproxy nginx-light redis-server python3 python3-grpcio python3-protobuf protobuf-compiler gcc libc6-dev golang-go golang-google-grpc-dev chromium-headless-shell pebble prometheus python3-aiosmtpd
  need_npm tests/devchain tests/ipfs tests/clients/node tests/clients/snet-sdk tests/clients/snet-sdk-web tests/clients/axe tests/backends/node samples/echo-node
fi
for target in "${targets[@]}"; do need_restore "$target"; done
installed=$SECONDS
for target in "${targets[@]}"; do need_build "$target" -c "$configuration" --no-restore; done
if [ -z "$fast" ] && [ $# -eq 0 ]; then
  # Hundreds of gateways are started: compiled ahead, each takes a third less of the processor.
  need_published artifacts/gateway
  export SNET_TEST_GATEWAY=$root/artifacts/gateway/snet-gateway
fi
built=$SECONDS

passed=0 failed=0 skipped=0
count() { passed=$((passed + $1)); failed=$((failed + $2)); skipped=$((skipped + ${3:-0})); }

# skips_of TRX: each skipped test, with its reason.
skips_of() {
  sed -n -e '/<UnitTestResult .*outcome="NotExecuted"/ { s/.*testName="\([^"]*\)".*/\1/; h; }' \
    -e '/<Message>/ { s/ *<Message>\(.*\)/\1/; s/<\/Message>.*//; x; /./ { G; s/\n/: /; p; s/.*//; x; }; }' "$1"
}

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

# run_dotnet PROJECT [options]: one test project; a run that breaks off counts as one failure, however many passed before. When no test has begun
# or ended for five minutes, it is ended and the tests that ran are named.
run_dotnet() {
  local name=$1 trx=$results/$1.trx code=0 counters ok bad skips line
  shift
  say "testing $name"
  run_in_group dotnet test "tests/$name" --no-build --nologo -c "$configuration" \
    --results-directory "$results" --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
    --blame-hang-timeout 5m --blame-hang-dump-type none "$@" \
    -- "xUnit.MaxParallelThreads=$threads" || code=$?
  counters=$(grep -o '<Counters [^>]*>' "$trx" 2>/dev/null | head -n 1)
  ok=$(sed -n 's/.* passed="\([0-9]*\)".*/\1/p' <<<"$counters")
  bad=$(sed -n 's/.* failed="\([0-9]*\)".*/\1/p' <<<"$counters")
  if [ "$code" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; then
    say "FAILED: $name broke off with exit code $code"
    bad=1
  fi
  skips=$(grep -c '<UnitTestResult .*outcome="NotExecuted"' "$trx" 2>/dev/null)
  count "${ok:-0}" "${bad:-0}" "${skips:-0}"
  say "$name: ${ok:-0} passed, ${bad:-0} failed, ${skips:-0} skipped"
  [ "${skips:-0}" -eq 0 ] || skips_of "$trx" | while read -r line; do say "skipped: $line"; done
}

# What the tests write is kept in memory where there is room: they end processes, never the machine, and a disk that hangs for seconds because of others
# makes a gateway log an error, rightly, in the middle of any test. (Other tests have ledgers on a disk that is full or hangs.)
if [ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -gt 4194304 ] 2>/dev/null && files=$(mktemp -d /dev/shm/snet-tests.XXXXXX); then
  export TMPDIR=$files
fi

# As many test threads as cores leave a fifth of the CPU idle: tests wait for processes.
threads=$(($(nproc) * 3 / 2))

rm -rf "$results"
mkdir -p "$results"
if [ -n "$fast" ]; then
  # Tests that need more say so: [Trait("Needs", ...)]. With this variable one that does not say so fails.
  export SNET_TEST_FAST=1
  set -- --filter "Needs!=etcd&Needs!=redis&Needs!=python3&Needs!=chain&Needs!=pebble&Needs!=prometheus&Needs!=smtp&Needs!=time"
elif [ $# -eq 0 ]; then
  run_selftest
fi
run_dotnet SnetGateway.Tests "$@"
run_dotnet SnetGateway.FunctionalTests "$@"
say "installing $((installed - started)) s, building $((built - installed)) s, testing $((SECONDS - built)) s"

summary="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" -eq 0 ]
