#!/usr/bin/env bash
# Every attack that we refuse, against any endpoint; one table out. Does its own set-up.
#   tests/campaigns/adversarial.sh [--seed N] [--only TEXT] [--short] [--no-tests] [-c Debug|Release]
# starts a group of its own (three gateways on an etcd of three members, a service, a local chain) and runs all, with those that are tests of
# the suite because they need its harness.
#   tests/campaigns/adversarial.sh --endpoint URL[,URL...] --chain URL --escrow ADDRESS --recipient ADDRESS --group-id BASE64 --key-file FILE
#       [--method /package.Service/Method] [--message BASE64] [--price COGS] [--threshold BLOCKS] [--recipient-key-file FILE] [--service URL]
# runs what can be run from outside against the replicas, or the balancer, at the endpoints, and says what it leaves out. An escrow payment
# names no organisation and no service: a channel is of a group and pays a recipient, and the path of the method says the rest.
#   --chain, --escrow     JSON-RPC of the chain and the contract on it
#   --recipient, --group-id, --threshold   as the organisation's metadata says: payment_address, group_id, payment_expiration_threshold
#   --key-file            64 hex digits: an account with a million cogs, as tokens or deposited in the escrow, and with what some hundred
#                         transactions cost; it pays accounts of the attacks' own
#   --method, --message, --price   a unary method, a message that it answers, and its price; without them the example service's
#   --recipient-key-file  the recipient's key, for attacks around a claim; without it they are left out, and no total is claimed at the end
#   --service             the example service behind the gateways, which counts executions
#   tests/campaigns/adversarial.sh --load SECONDS [--only TEXT] [-c Debug|Release]
# measures honest clients at half load under the traffic of each attack, so many seconds each, beside the same traffic sent to another process.
# --list lists the attacks and what each needs; --only runs those whose name holds the text; --short does little of each.
# Exit code 0: no payment was granted more than once, no attack got work beyond the documented bound, and each figure of --load is within its bar.
# 1: otherwise. 2: wrong usage.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

own=true
load=
only=
arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
    -c) configuration=${2:?"-c needs Debug or Release"}; shift ;;
    --endpoint) own=false; arguments+=("$1" "${2:?"--endpoint needs a URL"}"); shift ;;
    --load) load=${2:?"--load needs seconds"}; shift ;;
    --only) only=${2:?"--only needs a text"}; arguments+=("$1" "$2"); shift ;;
    --list) own=false; arguments+=("$1") ;;
    *) arguments+=("$1") ;;
  esac
  shift
done

need_dotnet
need_build tests/SnetGateway.FunctionalTests -c "$configuration"
if $own; then
  need_node
  need_debian etcd-server etcd-client
  need_npm tests/devchain
  need_build tests/SnetGateway.Tests -c "$configuration"
fi
command=(adversary "${arguments[@]}")
if [ -n "$load" ]; then
  need_gateway
  command=(under-attack "$load" "$only")
fi
run_in_group dotnet "tests/SnetGateway.FunctionalTests/bin/$configuration/net10.0/SnetGateway.FunctionalTests.dll" "${command[@]}"
