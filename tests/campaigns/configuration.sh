#!/usr/bin/env bash
# What reading a configuration costs with its size: check-config of 2,000 services beside one service, and a reload of 500 services beside
# one. Prints each figure beside its bar. Does its own set-up.
#   tests/campaigns/configuration.sh [--rounds 7] [--check]
# With --check a median above its bar is exit code 1.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

work=$(mktemp -d)
trap 'stop_group; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
need_dotnet
need_build tests/SnetGateway.Benchmarks -c Release
need_published "$work/gateway"
run_in_group dotnet tests/SnetGateway.Benchmarks/bin/Release/net10.0/SnetGateway.Benchmarks.dll configuration \
  --folder "$work" --gateway "$work/gateway/snet-gateway.dll" "$@"
