#!/usr/bin/env bash
# The tables for known signers against libsecp256k1, on generated signatures: honest ones, distorted ones, and ones built so that the arithmetic
# meets its special cases. Whatever the tables accept, the library must recover to that key; and they must accept what is honest. Does its own set-up.
#   tests/campaigns/signatures.sh [--cases 1000000] [--seed N] [-c Debug|Release]
# The seed is printed, and repeats the run. Exit code 0: no difference.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export SNET_CAMPAIGN_SIGNATURES=1000000 SNET_TEST_SEED=$RANDOM
read_options --cases=SNET_CAMPAIGN_SIGNATURES --seed=SNET_TEST_SEED -- "$@"

need_dotnet
need_build tests/SnetGateway.Tests -c "$configuration"
say "$SNET_CAMPAIGN_SIGNATURES cases, seed $SNET_TEST_SEED"
run_tests SnetGateway.Tests FastSignatures.KnownKeyTests
