#!/usr/bin/env bash
# The tables for known signers against libsecp256k1, on generated signatures: honest ones, distorted ones, and ones built so that the arithmetic
# meets its special cases. Whatever the tables accept, the library must recover to that key; and they must accept what is honest. Does its own set-up.
#   tests/campaigns/signatures.sh [--cases 1000000] [--seed N] [-c Debug|Release]
# The seed is printed, and repeats the run. Exit code 0: no difference.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../deploy/setup.sh"
cd "$root" || exit 1

export SNET_CAMPAIGN_SIGNATURES=1000000 SNET_TEST_SEED=$RANDOM
configuration=Release
while [ $# -gt 0 ]; do
  case "$1" in
    --cases) SNET_CAMPAIGN_SIGNATURES=${2:?"--cases needs a number"} ;;
    --seed) SNET_TEST_SEED=${2:?"--seed needs a number"} ;;
    -c) configuration=${2:?"-c needs Debug or Release"} ;;
    *) die "usage: tests/campaigns/signatures.sh [--cases N] [--seed N] [-c Debug|Release]" ;;
  esac
  shift 2
done

trap 'stop_group; exit 130' INT
trap 'stop_group; exit 143' TERM HUP
need_dotnet
need_build tests/SnetGateway.Tests -c "$configuration"
say "$SNET_CAMPAIGN_SIGNATURES cases, seed $SNET_TEST_SEED"
run_in_group dotnet test tests/SnetGateway.Tests --no-build --nologo -c "$configuration" \
  --filter "FullyQualifiedName~FastSignatures.KnownKeyTests" --logger "console;verbosity=detailed"
