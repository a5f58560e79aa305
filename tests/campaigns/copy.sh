#!/usr/bin/env bash
# `ledger copy` between each pair of stores (SQLite, etcd, Redis), killed between its writes again and again and then completed. Afterwards records
# and journals must be equal, and `ledger verify` must print the same line for both ledgers. Does its own set-up.
#   tests/campaigns/copy.sh [--kills 20] [--seed N] [-c Debug|Release]
# --kills is for each pair. The ledger has 100 channels more for each kill, so that each one interrupts the copy.
# Exit code 0: all copies are equal to their sources.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../deploy/setup.sh"
cd "$root" || exit 1

export SNET_CAMPAIGN_KILLS=20 SNET_TEST_SEED=$RANDOM
configuration=Release
while [ $# -gt 0 ]; do
  case "$1" in
    --kills) SNET_CAMPAIGN_KILLS=${2:?"--kills needs a number"} ;;
    --seed) SNET_TEST_SEED=${2:?"--seed needs a number"} ;;
    -c) configuration=${2:?"-c needs Debug or Release"} ;;
    *) die "usage: tests/campaigns/copy.sh [--kills N] [--seed N] [-c Debug|Release]" ;;
  esac
  shift 2
done

trap 'stop_group; exit 130' INT
trap 'stop_group; exit 143' TERM HUP
need_dotnet
need_debian etcd-server etcd-client redis-server
need_build tests/SnetGateway.FunctionalTests -c "$configuration"
say "$SNET_CAMPAIGN_KILLS kills for each pair of stores, seed $SNET_TEST_SEED"
run_in_group dotnet test tests/SnetGateway.FunctionalTests --no-build --nologo -c "$configuration" \
  --filter "FullyQualifiedName~Replicas.LedgerCopyTests" --logger "console;verbosity=detailed"
