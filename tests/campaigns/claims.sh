#!/usr/bin/env bash
# Gateways claim on a simulated chain, block by block, while consumers pay: peaks of the gas price, reorganisations of up to 20 blocks, nodes
# that fail and forget, and gateways that die at any write and any request. One gateway on sqlite, three on etcd. Does its own set-up.
# With --race: so many rounds in which two claimers race for the same channels while calls are paid, a gateway and a tool of the provider (on
# sqlite at one gateway), and in every second round on etcd two gateways.
#   tests/campaigns/claims.sh [--store memory|sqlite|etcd] [--blocks 10000] [--kills 200] [--race 1000] [--seed N] [-c Debug|Release]
# Without --store sqlite and etcd. Ends with a line for each store and 0, or with what broke, its seed, and 1.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

store='' blocks=10000 kills=200 race='' seed=$((RANDOM * 32768 + RANDOM))
read_options --store=store --blocks=blocks --kills=kills --race=race --seed=seed -- "$@"

need_dotnet
need_debian etcd-server
need_build tests/SnetGateway.Tests -c "$configuration"
tests=tests/SnetGateway.Tests/bin/$configuration/net10.0/SnetGateway.Tests.dll
for one in ${store:-sqlite etcd}; do
  if [ -n "$race" ]; then
    run_in_group dotnet "$tests" claim-race "$one" "$race" "$seed" || exit 1
  else
    run_in_group dotnet "$tests" claim-simulation "$one" "$blocks" "$kills" "$seed" || exit 1
  fi
done
