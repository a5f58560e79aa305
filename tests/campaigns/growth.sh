#!/usr/bin/env bash
# What grows with channels and blocks, on a local node with the real contract: a restart with many known channels beside one with 64, many new
# channels at the same moment, and a start after many missed blocks. Prints each figure beside its bar. Does its own set-up.
#   tests/campaigns/growth.sh [--known 5000] [--new 1000] [--gap 100800] [--case new|restart|gap] [--check]
# The program is published as for a release, compiled ahead. With --check a missed bar is exit code 1.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

need_node
need_npm tests/devchain
run_benchmark growth "$@"
