#!/usr/bin/env bash
# What grows with channels and blocks, on a local node with the real contract: a restart with many known channels beside one with 64, many new
# channels at the same moment, and a start after many missed blocks. Prints each figure beside its bar. Does its own set-up.
#   tests/campaigns/growth.sh [--known 5000] [--new 1000] [--gap 100800] [--case new|restart|gap] [--check]
# The program is published as for a release, compiled ahead. With --check a missed bar is exit code 1.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

work=$(mktemp -d)
trap 'stop_group; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
need_dotnet
need_node
need_npm tests/devchain
need_build tests/SnetGateway.Benchmarks -c Release
need_published "$work/gateway" -p:PublishReadyToRun=true
run_in_group dotnet tests/SnetGateway.Benchmarks/bin/Release/net10.0/SnetGateway.Benchmarks.dll growth \
  --folder "$work" --gateway "$work/gateway/snet-gateway.dll" "$@"
