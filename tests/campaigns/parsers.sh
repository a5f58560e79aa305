#!/usr/bin/env bash
# Generated inputs, sound and damaged, through every parser of foreign bytes; what each makes of them is checked. Does its own set-up.
#   tests/campaigns/parsers.sh [--inputs 20000000] [--seed N] [-c Debug|Release]
# Prints how many each parser got. Exit code 0: none broke or hung; 1 names the parser and the seed that repeats the input.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

inputs=20000000
seed=$((RANDOM * 32768 + RANDOM))
read_options --inputs=inputs --seed=seed -- "$@"

need_dotnet
need_build tests/SnetGateway.Tests -c "$configuration"
run_in_group dotnet "tests/SnetGateway.Tests/bin/$configuration/net10.0/SnetGateway.Tests.dll" parsers "$inputs" "$seed"
