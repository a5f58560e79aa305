#!/usr/bin/env bash
# Streams that are long, and streams that are silent: a paid bidirectional stream of a GiB each way to a slow reader; and many paid streams on
# connections of their own that say nothing for minutes, with clients among them that vanish without a goodbye. What the gateway holds in memory
# is printed. Does its own set-up.
#   tests/campaigns/streams.sh [--mib 1024] [--streams 10000] [--connections 1000] [--silence 150] [-c Debug|Release]
# Exit code 0: within the bounds, and every stream lived.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export SNET_CAMPAIGN_STREAM_MIB=1024 SNET_CAMPAIGN_STREAMS=10000 SNET_CAMPAIGN_CONNECTIONS=1000 SNET_CAMPAIGN_SILENCE_SECONDS=150
read_options --mib=SNET_CAMPAIGN_STREAM_MIB --streams=SNET_CAMPAIGN_STREAMS --connections=SNET_CAMPAIGN_CONNECTIONS --silence=SNET_CAMPAIGN_SILENCE_SECONDS -- "$@"

# Each connection is a handle in the gateway and one in the test; the test's service has some beside them.
needed=$((SNET_CAMPAIGN_CONNECTIONS + 1000))
[ "$(ulimit -n)" -ge "$needed" ] || ulimit -n "$needed" 2>/dev/null ||
  die "$needed file handles are needed and $(ulimit -Hn) allowed: raise the limit (ulimit -Hn, LimitNOFILE), or take fewer --connections"

need_dotnet
need_node
need_npm tests/devchain
need_build tests/SnetGateway.FunctionalTests -c "$configuration"
run_tests SnetGateway.FunctionalTests SnetGateway.FunctionalTests.Streams
