#!/usr/bin/env bash
# What reading a configuration costs with its size: check-config of 2,000 services beside one service, and a reload of 500 services beside
# one. Prints each figure beside its bar. Does its own set-up.
#   tests/campaigns/configuration.sh [--rounds 7] [--check]
# With --check a median above its bar is exit code 1.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run_benchmark configuration "$@"
