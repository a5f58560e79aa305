"""One job: which calls are made, in what order, and what each of them pays."""

import base64
import json
import threading
import urllib.request

import grpc

from calls import METHODS, call
from keys import sign_claim, sign_free_call, sign_state_request, sign_token_request


class JobError(Exception):
    pass


def run_job(job, out):
    if "sign" in job:
        return out({"signature": "0x" + sign_claim(job["sign"]).hex()})
    if not job.get("endpoint"):
        raise JobError("endpoint is missing")
    with _connect(job) as channel:
        if "state" in job:
            return out({"call": 0, **_ask_state(channel, job, job["state"])})
        if "freeCalls" in job and "method" not in job:
            return out({"call": 0, **_ask_free(channel, job)})
        if "prepaid" in job and "method" not in job:
            return _ask_tokens(channel, job, out)
        if job.get("method") not in METHODS:
            raise JobError(f"no method {job.get('method')}")
        _make_calls(channel, job, out)


def _connect(job):
    options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    tls = job.get("tls")
    if "authority" in job:
        options.append(("grpc.default_authority", job["authority"]))
    if tls is None:
        return grpc.insecure_channel(job["endpoint"], options)
    if "serverName" in tls:
        options.append(("grpc.ssl_target_name_override", tls["serverName"]))
    roots = None
    if "caFile" in tls:
        with open(tls["caFile"], "rb") as file:
            roots = file.read()
    return grpc.secure_channel(job["endpoint"], grpc.ssl_channel_credentials(roots), options)


def _make_calls(channel, job, out):
    payment = dict(job["payment"]) if "payment" in job else None
    if payment and payment.get("fromState"):
        answer = _ask_state(channel, job, payment)
        if answer["code"] != 0:
            raise RuntimeError(f"the state of channel {payment['channelId']} was refused: {answer['code']} {answer['details']}")
        payment["nonce"] = answer["state"]["nonce"]
        payment["amount"] = answer["state"].get("signedAmount", "0")

    free = _ask_free(channel, job) if "freeCalls" in job else None
    if free and free["code"] != 0:
        raise RuntimeError(f"the free calls were refused: {free['code']} {free['details']}")

    token = _ask_token(channel, job) if "prepaid" in job else None
    if token and token["code"] != 0:
        raise RuntimeError(f"the token was refused: {token['code']} {token['details']}")

    parallel, calls = job.get("parallel", 1), job.get("calls", 1)
    price = int(payment.get("price", 0)) if payment else 0
    numbers = iter(range(calls))
    turn = threading.Lock()
    signed = int(payment.get("amount", 0)) if payment else 0

    def one(number, amount):
        about = {"call": number, **({"amount": str(amount)} if payment else {})}
        metadata = _metadata_of(job, payment and {**payment, "amount": amount}, free, token and token["prepaid"]["token"])
        result = call(channel, job, metadata, lambda: job.get("announceFirst") and out({**about, "first": True}))
        out({**about, **result})
        return result["code"] == 0 or bool(result["messages"])

    def worker():
        nonlocal signed
        while True:
            with turn:
                number = next(numbers, None)
                if number is None:
                    return
                amount = signed + price
                if parallel > 1:
                    signed = amount
            charged = one(number, amount)
            if parallel == 1 and charged:
                signed = amount

    threads = [threading.Thread(target=worker) for _ in range(min(parallel, calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _metadata_of(job, payment, free=None, token=None):
    metadata = {}
    if token:
        about = job["prepaid"]
        metadata = {
            "snet-payment-type": ["prepaid-call"],
            "snet-payment-channel-id": [str(about["channelId"])],
            "snet-payment-channel-nonce": [str(about["nonce"])],
            "snet-payment-mpe-address": [about["mpeAddress"]],
            "snet-prepaid-auth-token-bin": [token.encode()],
        }
    if free:
        user, token = job["freeCalls"], bytes.fromhex(free["freeCalls"]["token"])
        metadata = {
            "snet-payment-type": ["free-call"],
            "snet-free-call-user-address": [user["address"]],
            "snet-current-block-number": [str(free["block"])],
            "snet-free-call-auth-token-bin": [token],
            "snet-payment-channel-signature-bin": [sign_free_call(user, free["block"], token)],
            **({"snet-free-call-user-id": [user["userId"]]} if "userId" in user else {}),
        }
    if payment:
        metadata = {
            "snet-payment-type": ["escrow"],
            "snet-payment-channel-id": [str(payment["channelId"])],
            "snet-payment-channel-nonce": [str(payment["nonce"])],
            "snet-payment-channel-amount": [str(payment["amount"])],
            "snet-payment-mpe-address": [payment["mpeAddress"]],
            "snet-payment-channel-signature-bin": [sign_claim(payment)],
        }
    for key, value in (job.get("metadata") or {}).items():
        values = [] if value is None else value if isinstance(value, list) else [value]
        metadata[key] = [base64.b64decode(one) for one in values] if key.endswith("-bin") else values
    return [(key, value) for key, values in metadata.items() for value in values]


def _ask_token(channel, job):
    """The token, and what is planned and used. A token of the job is used as it is."""
    about = job["prepaid"]
    if "token" in about:
        return {"code": 0, "prepaid": {"token": about["token"], "planned": "0", "used": "0"}}
    block = about["block"] if "block" in about else _block_number(about)
    claim = sign_claim(about)
    request = {
        "channelId": about["channelId"], "currentNonce": about["nonce"], "signedAmount": about["amount"], "currentBlock": str(block),
        "claimSignature": base64.b64encode(claim).decode(),
        "signature": base64.b64encode(sign_token_request(about, claim, block)).decode(),
    }
    asked = {"method": "escrow.TokenService/GetToken", "requests": [request]}
    metadata = _metadata_of({"metadata": None if "method" in job else job.get("metadata")}, None)
    result = call(channel, asked, metadata, lambda: None)
    if result["messages"]:
        reply = result["messages"][0]
        result["prepaid"] = {"token": reply["token"], "planned": reply.get("plannedAmount", "0"), "used": reply.get("usedAmount", "0")}
    return result


def _ask_tokens(channel, job, out):
    """The same request as many times, all at the same time."""
    def ask(number):
        out({"call": number, **_ask_token(channel, job)})

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(job.get("calls", 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _ask_state(channel, job, about):
    block = about.get("block")
    if block is None:
        block = _block_number(about)
    request = {
        "channelId": base64.b64encode(_minimal_bytes(int(about["channelId"]))).decode(),
        "signature": base64.b64encode(sign_state_request(about, block)).decode(),
        "currentBlock": str(block),
    }
    asked = {"method": "escrow.PaymentChannelStateService/GetChannelState", "requests": [request]}
    if "deadlineMs" in job:
        asked["deadlineMs"] = job["deadlineMs"]
    metadata = _metadata_of({"metadata": job.get("metadata") if "state" in job else None}, None)
    result = call(channel, asked, metadata, lambda: None)
    if result["messages"]:
        result["state"] = _state_of(result["messages"][0])
    return result


def _ask_free(channel, job):
    """A token, and the number of calls that are left; the result of the first question that failed."""
    user = job["freeCalls"]
    block = int(user["block"]) if "block" in user else _block_number(user)
    metadata = _metadata_of({"metadata": None if "method" in job else job.get("metadata")}, None)
    about = {"address": user["address"], "currentBlock": str(block), **({"userId": user["userId"]} if "userId" in user else {})}

    def ask(method, **fields):
        asked = {"method": f"escrow.FreeCallStateService/{method}", "requests": [{**about, **fields}]}
        return call(channel, asked, metadata, lambda: None)

    def text(data):
        return base64.b64encode(data).decode()

    token, expiration = user.get("token"), "0"
    if token is None:
        lifetime = {"tokenLifetimeInBlocks": user["lifetime"]} if "lifetime" in user else {}
        issued = ask("GetFreeCallToken", signature=text(sign_free_call(user, block)), **lifetime)
        if issued["code"] != 0:
            return issued
        token, expiration = issued["messages"][0].get("tokenHex", ""), issued["messages"][0].get("tokenExpirationBlock", "0")
    data = bytes.fromhex(token)
    counted = ask("GetFreeCallsAvailable", signature=text(sign_free_call(user, block, data)), freeCallToken=text(data))
    available = counted["messages"][0].get("freeCallsAvailable", "0") if counted["messages"] else "0"
    return {**counted, "freeCalls": {"token": token, "expirationBlock": expiration, "available": available}, "block": block}


def _state_of(reply):
    read = {
        "nonce": ("currentNonce", True), "signedAmount": ("currentSignedAmount", True), "signature": ("currentSignature", False),
        "oldNonceSignedAmount": ("oldNonceSignedAmount", True), "oldNonceSignature": ("oldNonceSignature", False),
        "credit": ("credit", True),
    }
    state = {}
    for name, (field, is_number) in read.items():
        if field in reply:
            data = base64.b64decode(reply[field])
            state[name] = str(int.from_bytes(data, "big")) if is_number else "0x" + data.hex()
    return state


def _minimal_bytes(number):
    """As the public Python SDK sends it: id 0 is one zero byte."""
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")


def _block_number(about):
    if "rpcUrl" not in about:
        raise JobError("the state of a channel, free calls and tokens need block or rpcUrl")
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}).encode()
    request = urllib.request.Request(about["rpcUrl"], body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as reply:
        return int(json.load(reply)["result"], 16)
