#!/usr/bin/python3
"""
A provider that claims, on Debian's grpcio: the requests and the order of `snet treasurer` of the public command line client. What is read and
printed: ../README.md.
"""

import json
import sys
import time
import urllib.request

import grpc

from calls import METHODS
from keccak import keccak256
from keys import sign_treasurer

SERVICE = "escrow.ProviderControlService"


class Node:
    """The local chain, which signs transactions of its own accounts."""

    def __init__(self, url, escrow):
        self.url, self.escrow = url, escrow

    def rpc(self, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as reply:
            answer = json.load(reply)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def block(self):
        return int(self.rpc("eth_blockNumber"), 16)

    def channel(self, channel):
        words = bytes.fromhex(self.rpc("eth_call", {"to": self.escrow, "data": _data("channels(uint256)", channel)}, "latest")[2:])
        return {"nonce": int.from_bytes(words[:32], "big"), "expiration": int.from_bytes(words[192:224], "big")}

    def claim(self, payee, payment):
        signature = payment["signature"]
        if len(signature) != 65:
            raise RuntimeError(f"the length of the signature is {len(signature)} and not 65")
        data = _data("channelClaim(uint256,uint256,uint256,uint8,bytes32,bytes32,bool)", payment["channel"], payment["amount"],
                     payment["amount"], signature[-1] % 27 + 27, signature[:32], signature[32:64], 0)
        sent = self.rpc("eth_sendTransaction", {"from": payee, "to": self.escrow, "data": data})
        late = time.monotonic() + 30
        while (receipt := self.rpc("eth_getTransactionReceipt", sent)) is None:
            if time.monotonic() > late:
                raise RuntimeError(f"the claim of channel {payment['channel']} is not mined")
            time.sleep(0.05)
        if receipt["status"] != "0x1":
            raise RuntimeError(f"the contract refused the claim of channel {payment['channel']}")


class Treasurer:
    def __init__(self, job):
        self.job = job
        self.node = Node(job["rpcUrl"], job["mpeAddress"])
        self.channel = grpc.insecure_channel(job["endpoint"])

    def unclaimed(self):
        payments = self._list("GetListUnclaimed", "__list_unclaimed")
        if any(payment["signature"] for payment in payments):
            raise RuntimeError("a signature in GetListUnclaimed: the response is invalid")
        return payments

    def in_progress(self):
        return self._list("GetListInProgress", "__list_in_progress")

    def start(self, channel, nonce):
        signature = sign_treasurer(self.job, "__start_claim", [channel, nonce])
        reply = self._call("StartClaim", mpe_address=self.job["mpeAddress"], signature=signature,
                           channel_id=channel.to_bytes(max(1, (channel.bit_length() + 7) // 8), "big"))
        return _decode(reply)

    def start_all(self, channels):
        block = self.node.block()
        signature = sign_treasurer(self.job, "__StartClaimForMultipleChannels_", [*sorted(channels), block])
        reply = self._call("StartClaimForMultipleChannels", mpe_address=self.job["mpeAddress"], channel_ids=channels, current_block=block,
                           signature=signature)
        return [_decode(payment) for payment in reply.payments]

    def claim(self, channels):
        """First what is in progress, in case an answer was lost; then each of the channels."""
        claimed = self._send(self.in_progress())
        unclaimed = {payment["channel"]: payment for payment in self.unclaimed()}
        ready = []
        for channel in channels:
            nonce = self.node.channel(channel)["nonce"]
            if channel in unclaimed and unclaimed[channel]["amount"] and unclaimed[channel]["nonce"] == nonce:
                ready.append((channel, nonce))
        return claimed + self._send([self.start(channel, nonce) for channel, nonce in ready])

    def claim_all(self):
        return self.claim([payment["channel"] for payment in self.unclaimed()])

    def claim_expired(self, threshold):
        last = self.node.block() + threshold
        return self.claim([payment["channel"] for payment in self.unclaimed()
                           if payment["amount"] and self.node.channel(payment["channel"])["expiration"] < last])

    def _send(self, payments):
        for payment in payments:
            self.node.claim(self.job["address"], payment)
        return payments

    def _list(self, method, prefix):
        block = self.node.block()
        signature = sign_treasurer(self.job, prefix, [block])
        reply = self._call(method, mpe_address=self.job["mpeAddress"], current_block=block, signature=signature)
        return [_decode(payment) for payment in reply.payments]

    def _call(self, method, **fields):
        _, _, request_type, reply_type = METHODS[f"{SERVICE}/{method}"]
        stub = self.channel.unary_unary(
            f"/{SERVICE}/{method}", request_serializer=request_type.SerializeToString, response_deserializer=reply_type.FromString)
        return stub(request_type(**fields), timeout=30)


def _decode(payment):
    def number(data):
        return int.from_bytes(data, "big")

    return {"channel": number(payment.channel_id), "nonce": number(payment.channel_nonce), "amount": number(payment.signed_amount),
            "signature": payment.signature}


def _data(function, *words):
    encoded = (word if isinstance(word, bytes) else word.to_bytes(32, "big") for word in words)
    return "0x" + (keccak256(function.encode())[:4] + b"".join(encoded)).hex()


def main():
    job = json.loads(sys.argv[1])
    treasurer = Treasurer(job)
    actions = {
        "unclaimed": treasurer.unclaimed, "in-progress": treasurer.in_progress, "claim-all": treasurer.claim_all,
        "claim": lambda: treasurer.claim(job["channels"]), "claim-expired": lambda: treasurer.claim_expired(job["threshold"]),
        "start": lambda: [treasurer.start(job["channels"][0], job["nonce"])], "start-all": lambda: treasurer.start_all(job["channels"]),
    }
    try:
        for payment in actions[job["action"]]():
            print(json.dumps({**payment, "signature": payment["signature"].hex()}), flush=True)
    except grpc.RpcError as error:
        print(json.dumps({"code": error.code().value[0], "details": error.details()}), flush=True)


main()
