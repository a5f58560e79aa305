#!/usr/bin/env bash
# kill -9 of gateways under load, again and again, at named points of a call (tests/SnetGateway.CrashPoints), at any moment and while they start,
# with consumers that pay by escrow, prepaid tokens, free calls, parallel vouchers, metered prices and train-calls, on the real contract, and
# write down every first byte and every OK.
# On sqlite one gateway with its file; on redis and etcd three gateways, and the store (one Redis, three members of etcd) is killed, stopped and
# filled as well, with dishonest consumers beside the honest ones. Does its own set-up.
#   tests/campaigns/kill.sh [--store sqlite|redis|etcd] [--kills 500] [--minutes 30] [--pause MS] [--seed N] [-c Debug|Release]
# Consumers of redis and etcd never wait, and keep all processors busy; with --pause each thinks so long between two payments.
# Whichever bound comes first ends it. The seed is printed, and repeats the choices as well as a running system can.
# Exit code 0: nothing was lost.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export SNET_CAMPAIGN_KILLS=500 SNET_CAMPAIGN_MINUTES=30 SNET_CAMPAIGN_PAUSE=0 SNET_TEST_SEED=$RANDOM
store=sqlite
read_options --store=store --kills=SNET_CAMPAIGN_KILLS --minutes=SNET_CAMPAIGN_MINUTES --pause=SNET_CAMPAIGN_PAUSE --seed=SNET_TEST_SEED -- "$@"

case "$store" in
  sqlite) tests=Crashes.KillTests packages=() ;;
  redis) tests=Replicas.ReplicaKillTests.OnRedis packages=(redis-server) ;;
  etcd) tests=Replicas.ReplicaKillTests.OnEtcd packages=(etcd-server etcd-client) ;;
  *) die "--store is sqlite, redis or etcd" ;;
esac
export SNET_CAMPAIGN_REPLICA_KILLS=$SNET_CAMPAIGN_KILLS

need_dotnet
need_node
need_debian "${packages[@]}"
need_npm tests/devchain
need_build tests/SnetGateway.FunctionalTests -c "$configuration"
need_gateway
say "at most $SNET_CAMPAIGN_KILLS kills in $SNET_CAMPAIGN_MINUTES minutes, seed $SNET_TEST_SEED"
run_tests SnetGateway.FunctionalTests $tests
