#!/usr/bin/env bash
# Generated inputs, sound and damaged, through every parser of foreign bytes; what each makes of them is checked. Does its own set-up.
#   tests/campaigns/parsers.sh [--inputs 20000000] [--seed N] [-c Debug|Release]
# Prints how many each parser got. Exit code 0: none broke or hung; 1 names the parser and the seed that repeats the input.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../deploy/setup.sh"
cd "$root" || exit 1

inputs=20000000
seed=$((RANDOM * 32768 + RANDOM))
configuration=Release
while [ $# -gt 0 ]; do
  case "$1" in
    --inputs) inputs=${2:?"--inputs needs a number"} ;;
    --seed) seed=${2:?"--seed needs a number"} ;;
    -c) configuration=${2:?"-c needs Debug or Release"} ;;
    *) die "usage: tests/campaigns/parsers.sh [--inputs N] [--seed N] [-c Debug|Release]" ;;
  esac
  shift 2
done

trap 'stop_group; exit 130' INT
trap 'stop_group; exit 143' TERM HUP
need_dotnet
need_build tests/SnetGateway.Tests -c "$configuration"
run_in_group dotnet "tests/SnetGateway.Tests/bin/$configuration/net10.0/SnetGateway.Tests.dll" parsers "$inputs" "$seed"
