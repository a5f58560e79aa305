#!/usr/bin/env bash
# Many paid calls on 24 channels of the real contract, and what the gateway holds in memory after a quarter of them and after all. Does its own
# set-up.
#   tests/campaigns/soak.sh [--calls 200000] [-c Debug|Release]
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../deploy/setup.sh"
cd "$root" || exit 1

export SNET_CAMPAIGN_CALLS=200000
configuration=Release
while [ $# -gt 0 ]; do
  case "$1" in
    --calls) SNET_CAMPAIGN_CALLS=${2:?"--calls needs a number"} ;;
    -c) configuration=${2:?"-c needs Debug or Release"} ;;
    *) die "usage: tests/campaigns/soak.sh [--calls N] [-c Debug|Release]" ;;
  esac
  shift 2
done

trap 'stop_group; exit 130' INT
trap 'stop_group; exit 143' TERM HUP
need_dotnet
need_node
need_npm tests/devchain
need_build tests/SnetGateway.FunctionalTests -c "$configuration"
run_in_group dotnet test tests/SnetGateway.FunctionalTests --no-build --nologo -c "$configuration" \
  --filter "FullyQualifiedName~Crashes.SoakTests" --logger "console;verbosity=detailed"
