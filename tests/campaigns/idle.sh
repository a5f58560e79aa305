#!/usr/bin/env bash
# What a gateway without calls uses, on a chain with a block each 12 s: calls to its node, bytes written, CPU beside bare YARP's. On
# SQLite, etcd and Redis in the same minutes. Prints each figure beside its bar. Does its own set-up; takes eleven minutes.
#   tests/campaigns/idle.sh [--minutes 3] [--stores sqlite etcd redis] [--check]
# With --check a figure above its bar is exit code 1.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

need_node
need_npm tests/devchain
need_debian etcd-server etcd-client redis-server
run_benchmark idle "$@"
