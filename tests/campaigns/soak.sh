#!/usr/bin/env bash
# Three replicas on one etcd at half of the load that they can serve, with paid streams that are open all the time; their configuration is reloaded
# (each 20 s), consumers open channels and pay from them (each 5 s), and one of the replicas is killed and started again (each minute). Memory, file
# descriptors and threads of the other two are measured after the warm-up: the first third, at most 10 minutes. Does its own set-up.
#   tests/campaigns/soak.sh [--minutes 60] [-c Debug|Release]
# Prints each figure beside its bar. The bar of memory counts from 30 minutes on. Exit code 0: all are met.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

minutes=60
read_options --minutes=minutes -- "$@"

need_dotnet
need_node
need_debian etcd-server etcd-client
need_npm tests/devchain
need_build tests/SnetGateway.FunctionalTests -c "$configuration"
need_gateway
run_in_group dotnet "tests/SnetGateway.FunctionalTests/bin/$configuration/net10.0/SnetGateway.FunctionalTests.dll" soak "$minutes"
