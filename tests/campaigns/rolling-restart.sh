#!/usr/bin/env bash
# Three replicas on one etcd, behind haproxy with the configuration of deploy/group, are restarted one after the other while consumers that never
# wait pay through the balancer. A replica is restarted as soon as the balancer gives connections to the one before. Does its own set-up.
#   tests/campaigns/rolling-restart.sh [--restarts 30] [--consumers 16] [--seed N] [-c Debug|Release]
# Prints the calls that got no status; for each of them what the balancer logged about its connection, which names the side that closed it.
# Exit code 0: no call failed.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export SNET_CAMPAIGN_RESTARTS=30 SNET_CAMPAIGN_CONSUMERS=16 SNET_TEST_SEED=$RANDOM
read_options --restarts=SNET_CAMPAIGN_RESTARTS --consumers=SNET_CAMPAIGN_CONSUMERS --seed=SNET_TEST_SEED -- "$@"

need_dotnet
need_node
need_debian etcd-server etcd-client haproxy
need_npm tests/devchain
need_build tests/SnetGateway.FunctionalTests -c "$configuration"
need_gateway
say "$SNET_CAMPAIGN_RESTARTS restarts, $SNET_CAMPAIGN_CONSUMERS consumers, seed $SNET_TEST_SEED"
run_tests SnetGateway.FunctionalTests Replicas.RollingRestartTests
