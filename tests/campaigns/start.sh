#!/usr/bin/env bash
# How long the gateway takes from the start of its process to ready, on an empty ledger and on one that has served for long, with a chain that
# refuses and one that never answers; and what it then holds in memory. Does its own set-up.
#   tests/campaigns/start.sh [--channels 100000] [--entries 1000000] [--rounds 5] [--seed 1] [--jit] [--check]
# The program is published as for a release, compiled ahead; --jit measures it without that. With --check a median of more than
# 1.5 s is exit code 1, and a line that names it.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

ahead=true
arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
    --jit) ahead=false ;;
    *) arguments+=("$1") ;;
  esac
  shift
done

run_benchmark start "${arguments[@]}"
