#!/usr/bin/env bash
# A storm of 100,000 error events while a gateway serves calls: how many calls it serves with a hook and alerts, beside the same storm
# without them, and beside no storm. In turn, in one process with client and service. Does its own set-up.
#   tests/campaigns/storm.sh [--rounds 5] [--seconds 10] [-c Debug|Release]
# Exit code 0: the median of the rounds with a hook is at least 0.95 of those without, no event is missing from the deliveries, and the
# operator got an alert, and not many; and a destination that never responds leaves at most 16 MiB more in use after a storm.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

rounds=5
seconds=10
read_options --rounds=rounds --seconds=seconds -- "$@"

need_dotnet
need_build tests/SnetGateway.FunctionalTests -c "$configuration"
run_in_group dotnet "tests/SnetGateway.FunctionalTests/bin/$configuration/net10.0/SnetGateway.FunctionalTests.dll" storm "$rounds" "$seconds"
