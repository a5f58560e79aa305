#!/usr/bin/env bash
# One paid call from end to end on this machine: a local chain with the real contracts, an example service, the gateway on its
# embedded defaults, a consumer that pays out of a payment channel, and the claim that brings the provider the money.
#   deploy/demo.sh          keeps running afterwards and says how to try more; Ctrl-C ends everything
#   deploy/demo.sh --once   ends after the claim, exit code 0
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root" || exit 1

once=false
case "${1:-}" in
  '') ;;
  --once) once=true ;;
  *) die "usage: deploy/demo.sh [--once]" ;;
esac

price=10000000000000000 # 0.01 FET in cogs
channel=0               # "main" of the local chain: 1000 FET, opened by the consumer, signed for by its signer
method=example.Echo/Say
message='{"text":"hello, market"}'

work=$(mktemp -d)
started=()
gateway=(dotnet "$root/src/SnetGateway.Gateway/bin/Release/net10.0/snet-gateway.dll")

# Ends what this script started, newest first, and nothing else.
cleanup() {
  local i pid
  stop_group
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do
    pid=${started[i]}
    kill -TERM "$pid" 2>/dev/null || continue
    for _ in $(seq 50); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
  done
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# start NAME COMMAND...: leaves it running in the background, its output in a log, gone with this script even if that is killed.
start() {
  local name=$1 tie=()
  shift
  ! command -v setpriv >/dev/null || tie=(setpriv --pdeathsig TERM)
  "${tie[@]}" "$@" </dev/null >"$work/$name.log" 2>&1 &
  started+=($!)
  declare -g "${name}_pid=$!"
}

# until_true NAME SECONDS COMMAND...: waits until the command succeeds, and gives up when what it waits for has ended.
until_true() {
  local name=$1 seconds=$2 pid=${1}_pid deadline=$((SECONDS + $2))
  shift 2
  until "$@"; do
    if ! kill -0 "${!pid}" 2>/dev/null; then
      tail -n 30 "$work/$name.log" >&2
      die "the $name ended before it was ready; its last words stand above"
    elif [ "$SECONDS" -ge "$deadline" ]; then
      tail -n 30 "$work/$name.log" >&2
      die "the $name did not get ready within $seconds s; its last words stand above"
    fi
    sleep 0.1
  done
}

has_json_line() { grep -q '^{.*}$' "$work/$1.log"; }
# pick NAME EXPRESSION: a value out of the line of JSON that a program printed, as "it".
pick() { grep -m 1 '^{.*}$' "$work/$1.log" | node -p "const it = JSON.parse(require('fs').readFileSync(0, 'utf8')); $2"; }
is_ready() { node -e "fetch('http://$1/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"; }

need_dotnet
need_node
need_npm tests/devchain tests/clients/node samples/echo-node

say "starting the local chain, which deploys the contracts, and the example service"
start chain node tests/devchain/devchain.mjs start --port 0 --control-port 0 --out "$work/chain.json"
start service node samples/echo-node/service.mjs --name demo
need_build src/SnetGateway.Gateway -c Release -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false
until_true chain 60 has_json_line chain
until_true service 20 has_json_line service

rpc=$(pick chain it.rpcUrl)
control=$(pick chain it.controlUrl)
escrow=$(pick chain it.contracts.multiPartyEscrow.address)
signer_key=$(pick chain it.accounts.signer.privateKey)
service=127.0.0.1:$(pick service it.port)
say "chain:   $rpc, MultiPartyEscrow at $escrow"
say "service: $service, plain gRPC, knows nothing of payments"

# No configuration file: the embedded defaults, and what is particular to this machine in the environment.
read -r port admin_port < <(node -e "
  const net = require('net');
  const ports = [0, 0].map(() => new Promise((done) => { const s = net.createServer().listen(0, '127.0.0.1', () => done(s)); }));
  Promise.all(ports).then((servers) => { console.log(servers.map((s) => s.address().port).join(' ')); servers.forEach((s) => s.close()); });")
endpoint=127.0.0.1:$port

# The provider's key, encrypted as wallets do it, with which the gateway claims.
(umask 077 && printf 'demo\n' >"$work/payee.password" &&
  cd tests/clients/node && PAYEE_KEY=$(pick chain it.accounts.provider.privateKey) node --input-type=module -e "
    import { ethers } from 'ethers';
    const { address, privateKey } = new ethers.Wallet(process.env.PAYEE_KEY);
    console.log(ethers.encryptKeystoreJsonSync({ address, privateKey }, 'demo', { scrypt: { N: 4096 } }));" >"$work/payee.json") ||
  die "the provider's key could not be encrypted"
settings=(
  "SnetGateway__Chain__Endpoints__0=$rpc"
  "SnetGateway__Chain__ChainId=$(pick chain it.chainId)"
  "SnetGateway__Chain__EscrowAddress=$escrow"
  "SnetGateway__Groups__default__OrganizationId=$(pick chain it.organization.id)"
  "SnetGateway__Groups__default__GroupId=$(pick chain it.group.idBase64)"
  "SnetGateway__Groups__default__PaymentAddress=$(pick chain it.accounts.provider.address)"
  "SnetGateway__Services__default__ServiceId=$(pick chain it.service.id)"
  "SnetGateway__Services__default__Price__Cogs=$price"
  "SnetGateway__Listeners__Public__Address=$endpoint"
  "SnetGateway__Listeners__Admin__Address=127.0.0.1:$admin_port"
  "SnetGateway__Claims__Signers__provider__KeyPath=$work/payee.json"
  "SnetGateway__Claims__Signers__provider__PasswordPath=$work/payee.password"
  "SnetGateway__Claims__ValueCogs=$price"
  "SnetGateway__Ledger__Path=$work/ledger.db"
  "SnetGateway__Ledger__Journal__Path=$work/journal"
  "ReverseProxy__Clusters__default__Destinations__one__Address=http://$service"
)
export "${settings[@]}"

# The same for another terminal: commands of the gateway read the configuration that the gateway runs on.
{
  printf 'export %q\n' "${settings[@]}"
  printf 'snet-gateway() { %s "$@"; }\n' "$(printf '%q ' "${gateway[@]}")"
} >"$work/settings.sh"
cd "$work" || exit 1
start gateway "${gateway[@]}" serve
until_true gateway 30 is_ready "$endpoint"
say "gateway: $endpoint, $price cogs a call, ledger in $work/ledger.db"

consumer() { node "$root/tests/clients/node/pay.mjs" "$1"; }

# show_channel: the contract's view of the channel, and the state that the gateway returns to the consumer.
show_channel() {
  consumer "{\"endpoint\":\"$endpoint\",\"state\":{\"privateKey\":\"$signer_key\",\"mpeAddress\":\"$escrow\",\"channelId\":\"$channel\",\"rpcUrl\":\"$rpc\"}}" |
    CONTROL=$control CHANNEL=$channel node -e "
      const report = JSON.parse(require('fs').readFileSync(0, 'utf8'));
      if (report.code !== 0) { console.error('the gateway did not return the state: ' + report.code + ' ' + report.details); process.exit(1); }
      fetch(process.env.CONTROL + '/channel', { method: 'POST', body: JSON.stringify({ channel: process.env.CHANNEL }) }).then((r) => r.json()).then(({ result }) => {
        console.log('    on chain:   ' + result.value + ' cogs, nonce ' + result.nonce + ', expires at block ' + result.expiration);
        console.log('    at gateway: ' + (report.state.signedAmount ?? 0) + ' cogs signed at nonce ' + report.state.nonce);
      });" || die "the state of channel $channel could not be shown"
}

# provider_balance: what the escrow contract holds for the provider, in cogs.
provider_balance() {
  CONTROL=$control node -e "
    fetch(process.env.CONTROL + '/balances', { method: 'POST', body: JSON.stringify({ who: 'provider' }) })
      .then((r) => r.json()).then(({ result }) => console.log(result.escrow));"
}
is_paid() { [ "$(provider_balance)" != "$unpaid" ]; }

say "channel $channel before the call"
show_channel

say "the consumer signs $price cogs and calls $method"
key_file=$work/consumer.key
(umask 077 && printf '%s\n' "$signer_key" >"$key_file")
call=("${gateway[@]}" call --endpoint "$endpoint" --channel "$channel" --key-file "$key_file" --method "$method" --proto "$root/samples/proto" --data "$message")
"${call[@]}" | sed 's/^/    /' || {
  tail -n 30 "$work/gateway.log" >&2
  die "the paid call failed; the gateway's last words stand above"
}

say "channel $channel after the call"
show_channel

unpaid=$(provider_balance)
say "the gateway claims for the provider, whose balance in the escrow is $unpaid cogs"
"${gateway[@]}" claims plan | sed 's/^/    /' || die "the claims could not be planned"
"${gateway[@]}" claims run | sed 's/^/    /' || die "the claim was not sent"
until_true gateway 30 is_paid
say "its balance is $(provider_balance) cogs now"
show_channel

say "what the ledger holds"
"${gateway[@]}" channels | sed 's/^/    /' || die "the channels could not be listed"
"${gateway[@]}" ledger explain "$channel" | sed 's/^/    /' || die "the ledger could not be explained"
"${gateway[@]}" ledger verify | sed 's/^/    /' || die "the ledger does not verify"
say "done in $SECONDS s"
! $once || exit 0

cat <<TEXT

Everything keeps running. To try more, in another terminal:

  pay for a call with the gateway's own client, and read the books:
    . $work/settings.sh
    snet-gateway call --endpoint $endpoint --channel $channel --key-file $key_file --method $method --proto $root/samples/proto --data '{"text":"again"}'
    snet-gateway channels
    snet-gateway ledger explain $channel
    snet-gateway ledger verify
  pay for three calls with a client that knows nothing of the gateway (grpc-js):
    node $root/tests/clients/node/pay.mjs '{"endpoint":"$endpoint","method":"example.Echo/Count","requests":[{"text":"tick"}],"calls":3,
      "payment":{"privateKey":"$signer_key","mpeAddress":"$escrow","channelId":"$channel","price":"$price","fromState":true,"rpcUrl":"$rpc"}}'
  call without paying, and be refused:
    node $root/tests/clients/node/pay.mjs '{"endpoint":"$endpoint","method":"$method"}'
  read the chain:
    node $root/tests/devchain/devchain.mjs channel $channel --state $work/chain.json
  read what the gateway logs:
    tail -f $work/gateway.log

Ctrl-C ends the gateway, the service and the chain, and removes $work.
TEXT
while kill -0 "$gateway_pid" 2>/dev/null; do
  wait -n "$gateway_pid" 2>/dev/null
done
die "the gateway has ended: $(tail -n 3 "$work/gateway.log")"
