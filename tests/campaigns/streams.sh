#!/usr/bin/env bash
# Streams that are long, and streams that are silent: a paid bidirectional stream of a GiB each way to a slow reader; and many paid streams on
# connections of their own that say nothing for minutes, with clients among them that vanish without a goodbye. What the gateway holds in memory
# is printed. Does its own set-up.
#   tests/campaigns/streams.sh [--mib 1024] [--streams 10000] [--connections 1000] [--silence 150] [-c Debug|Release]
# Exit code 0: within the bounds, and every stream lived.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../deploy/setup.sh"
cd "$root" || exit 1

export SNET_CAMPAIGN_STREAM_MIB=1024 SNET_CAMPAIGN_STREAMS=10000 SNET_CAMPAIGN_CONNECTIONS=1000 SNET_CAMPAIGN_SILENCE_SECONDS=150
configuration=Release
while [ $# -gt 0 ]; do
  case "$1" in
    --mib) SNET_CAMPAIGN_STREAM_MIB=${2:?"--mib needs a number"} ;;
    --streams) SNET_CAMPAIGN_STREAMS=${2:?"--streams needs a number"} ;;
    --connections) SNET_CAMPAIGN_CONNECTIONS=${2:?"--connections needs a number"} ;;
    --silence) SNET_CAMPAIGN_SILENCE_SECONDS=${2:?"--silence needs seconds"} ;;
    -c) configuration=${2:?"-c needs Debug or Release"} ;;
    *) die "usage: tests/campaigns/streams.sh [--mib N] [--streams N] [--connections N] [--silence SECONDS] [-c Debug|Release]" ;;
  esac
  shift 2
done

# Each connection is a handle in the gateway and one in the test; the test's service has some beside them.
needed=$((SNET_CAMPAIGN_CONNECTIONS + 1000))
[ "$(ulimit -n)" -ge "$needed" ] || ulimit -n "$needed" 2>/dev/null ||
  die "$needed file handles are needed and $(ulimit -Hn) allowed: raise the limit (ulimit -Hn, LimitNOFILE), or take fewer --connections"

trap 'stop_group; exit 130' INT
trap 'stop_group; exit 143' TERM HUP
need_dotnet
need_node
need_npm tests/devchain
need_build tests/SnetGateway.FunctionalTests -c "$configuration"
run_in_group dotnet test tests/SnetGateway.FunctionalTests --no-build --nologo -c "$configuration" \
  --filter "FullyQualifiedName~SnetGateway.FunctionalTests.Streams" --logger "console;verbosity=detailed"
