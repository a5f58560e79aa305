#!/usr/bin/env bash
# Generated histories on a store, with every fault that the way to it can have, held to a plain model. Does its own set-up.
#   tests/campaigns/store-model.sh [--model store|payments] [--operations 1000000] [--seed N] [--store memory|sqlite|redis|etcd]...
#       [-c Debug|Release]
# With --model payments, gateways with all payment kinds make them: money is conserved to the cog.
# Without --store all four, each with so many operations. With TMPDIR=/dev/shm their files are in memory, and a million operations on etcd take minutes:
# the model does not check what a power failure leaves. Ends with "N operations, 0 breaks" and 0, or with the broken history's seed and 1.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

model=store
operations=1000000
seed=$((RANDOM * 32768 + RANDOM))
stores=()
while [ $# -gt 0 ]; do
  case "$1" in
    --model) model=${2:?"--model is store or payments"} ;;
    --operations) operations=${2:?"--operations needs a number"} ;;
    --seed) seed=${2:?"--seed needs a number"} ;;
    --store) stores+=("${2:?"--store needs a name"}") ;;
    -c) configuration=${2:?"-c needs Debug or Release"} ;;
    *) die "usage: tests/campaigns/store-model.sh [--model store|payments] [--operations N] [--seed N] [--store memory|sqlite|redis|etcd]... [-c Debug|Release]" ;;
  esac
  shift 2
done
case "$model" in
  store) name=store-model ;;
  payments) name=payment-model ;;
  *) die "--model is store or payments" ;;
esac
[ ${#stores[@]} -gt 0 ] || stores=(memory sqlite redis etcd)

need_dotnet
need_debian redis-server etcd-server
need_build tests/SnetGateway.Tests -c "$configuration"
for store in "${stores[@]}"; do
  run_in_group dotnet "tests/SnetGateway.Tests/bin/$configuration/net10.0/SnetGateway.Tests.dll" "$name" "$store" "$operations" "$seed" || exit 1
done
