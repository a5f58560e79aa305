#!/usr/bin/env bash
# kill -9 of gateways under load, again and again, at named points of a call (tests/SnetGateway.CrashPoints), at any moment and while they start,
# with consumers that pay out of channels of the real contract and write down every first byte and every OK. On sqlite one gateway with its
# file; on redis and etcd three gateways, and the store (one Redis, three members of etcd) is killed, stopped and filled as well, with dishonest
# consumers beside the honest ones. Does its own set-up.
#   tests/campaigns/kill.sh [--store sqlite|redis|etcd] [--kills 500] [--minutes 30] [--pause MS] [--seed N] [-c Debug|Release]
# Consumers of redis and etcd never wait, and keep all processors busy; with --pause each thinks so long between two payments.
# Whichever bound comes first ends it. The seed is printed, and repeats the choices as well as a running system can.
# Exit code 0: nothing was lost.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../deploy/setup.sh"
cd "$root" || exit 1

export SNET_CAMPAIGN_KILLS=500 SNET_CAMPAIGN_MINUTES=30 SNET_CAMPAIGN_PAUSE=0 SNET_TEST_SEED=$RANDOM
configuration=Release
store=sqlite
while [ $# -gt 0 ]; do
  case "$1" in
    --store) store=${2:?"--store needs sqlite, redis or etcd"} ;;
    --kills) SNET_CAMPAIGN_KILLS=${2:?"--kills needs a number"} ;;
    --minutes) SNET_CAMPAIGN_MINUTES=${2:?"--minutes needs a number"} ;;
    --pause) SNET_CAMPAIGN_PAUSE=${2:?"--pause needs milliseconds"} ;;
    --seed) SNET_TEST_SEED=${2:?"--seed needs a number"} ;;
    -c) configuration=${2:?"-c needs Debug or Release"} ;;
    *) die "usage: tests/campaigns/kill.sh [--store sqlite|redis|etcd] [--kills N] [--minutes N] [--pause MS] [--seed N] [-c Debug|Release]" ;;
  esac
  shift 2
done

case "$store" in
  sqlite) tests=Crashes.KillTests packages=() ;;
  redis) tests=Replicas.ReplicaKillTests.OnRedis packages=(redis-server) ;;
  etcd) tests=Replicas.ReplicaKillTests.OnEtcd packages=(etcd-server etcd-client) ;;
  *) die "--store is sqlite, redis or etcd" ;;
esac
export SNET_CAMPAIGN_REPLICA_KILLS=$SNET_CAMPAIGN_KILLS

trap 'stop_group; exit 130' INT
trap 'stop_group; exit 143' TERM HUP
need_dotnet
need_node
need_debian "${packages[@]}"
need_npm tests/devchain
need_build tests/SnetGateway.FunctionalTests -c "$configuration"
if [ "$configuration" = Release ]; then
  need_published artifacts/gateway
  export SNET_TEST_GATEWAY=$root/artifacts/gateway/snet-gateway # as it is run elsewhere: compiled ahead
fi
say "at most $SNET_CAMPAIGN_KILLS kills in $SNET_CAMPAIGN_MINUTES minutes, seed $SNET_TEST_SEED"
run_in_group dotnet test tests/SnetGateway.FunctionalTests --no-build --nologo -c "$configuration" \
  --filter "FullyQualifiedName~$tests" --logger "console;verbosity=detailed"
