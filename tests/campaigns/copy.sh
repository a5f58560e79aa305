#!/usr/bin/env bash
# `ledger copy` between each pair of stores (SQLite, etcd, Redis), killed between its writes again and again and then completed. Afterwards records
# and journals must be equal, and `ledger verify` must print the same line for both ledgers. Does its own set-up.
#   tests/campaigns/copy.sh [--kills 20] [--seed N] [-c Debug|Release]
# --kills is for each pair. The ledger has 100 channels more for each kill, so that each one interrupts the copy.
# Exit code 0: all copies are equal to their sources.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export SNET_CAMPAIGN_KILLS=20 SNET_TEST_SEED=$RANDOM
read_options --kills=SNET_CAMPAIGN_KILLS --seed=SNET_TEST_SEED -- "$@"

need_dotnet
need_debian etcd-server etcd-client redis-server
need_build tests/SnetGateway.FunctionalTests -c "$configuration"
say "$SNET_CAMPAIGN_KILLS kills for each pair of stores, seed $SNET_TEST_SEED"
run_tests SnetGateway.FunctionalTests Replicas.LedgerCopyTests
