# What the campaigns share. Sourced: . "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../../deploy/setup.sh"
cd "$root" || exit 1

configuration=Release
trap 'stop_group; exit 130' INT
trap 'stop_group; exit 143' TERM HUP

# read_options --OPTION=VARIABLE... -- ARGUMENT...: sets the variable of each option that has a value among the arguments; -c is the
# configuration. --help and anything else print the comment at the beginning of the script, and end it.
read_options() {
  local -A variables=([-c]=configuration)
  while [ "$1" != -- ]; do
    variables[${1%%=*}]=${1#*=}
    shift
  done
  shift
  while [ $# -gt 0 ]; do
    [ "$1" != --help ] || { print_usage; exit 0; }
    [ -n "${variables[$1]:-}" ] && [ $# -ge 2 ] || { print_usage >&2; exit 2; }
    printf -v "${variables[$1]}" %s "$2"
    shift 2
  done
}

print_usage() { sed -n '2,/^[^#]/ s/^# \{0,1\}//p' "$0"; }

# run_tests PROJECT FILTER: runs the tests that a campaign consists of, with all that they print. Their exit code is the campaign's.
run_tests() {
  run_in_group dotnet test "tests/$1" --no-build --nologo -c "$configuration" --filter "FullyQualifiedName~$2" \
    --logger "console;verbosity=detailed"
}

# need_gateway: the gateway as it is run elsewhere, compiled ahead, for tests that start it as a process.
need_gateway() {
  [ "$configuration" = Release ] || return 0
  need_published artifacts/gateway
  export SNET_TEST_GATEWAY=$root/artifacts/gateway/snet-gateway
  export DOTNET_TieredPGO=1 DOTNET_TC_CallCounting=1 # as it runs elsewhere; tests of the suite end before that pays
}

# run_benchmark VERB ARGUMENT...: a report of the benchmarks on the gateway as it is published for a release, compiled ahead unless $ahead
# is false. Its exit code is the campaign's.
run_benchmark() {
  work=$(mktemp -d)
  trap 'stop_group; rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  need_dotnet
  need_build tests/SnetGateway.Benchmarks -c Release
  need_published "$work/gateway" -p:PublishReadyToRun="${ahead:-true}"
  run_in_group dotnet tests/SnetGateway.Benchmarks/bin/Release/net10.0/SnetGateway.Benchmarks.dll "$1" \
    --folder "$work" --gateway "$work/gateway/snet-gateway.dll" "${@:2}"
}
