"""The messages that a consumer signs."""

from keccak import keccak256
from secp256k1 import sign


def _sign_message(private_key, prefix, mpe_address, numbers):
    return _sign(private_key, prefix + bytes.fromhex(mpe_address[2:]) + b"".join(int(number).to_bytes(32, "big") for number in numbers))


def _sign(private_key, message):
    digest = keccak256(b"\x19Ethereum Signed Message:\n32" + keccak256(message))
    return sign(int(private_key, 16), digest)


def sign_claim(about):
    return _sign_message(about["privateKey"], b"__MPE_claim_message", about["mpeAddress"],
                         [about["channelId"], about["nonce"], about["amount"]])


def sign_state_request(about, block):
    return _sign_message(about["privateKey"], b"__get_channel_state", about["mpeAddress"], [about["channelId"], block])


def sign_token_request(about, claim, block):
    """The claim's signature and the block number, by any party of the channel."""
    return _sign(about["privateKey"], claim + int(block).to_bytes(32, "big"))


def sign_treasurer(about, prefix, numbers):
    """A request of the payee for claims."""
    return _sign_message(about["privateKey"], prefix.encode(), about["mpeAddress"], numbers)


def sign_free_call(user, block, token=b""):
    """The request of a free-call token, and with a token its use."""
    parts = ["__prefix_free_trial", user["address"], user.get("userId", ""), user["organizationId"], user["serviceId"], user["groupId"]]
    return _sign(user["privateKey"], "".join(parts).encode() + int(block).to_bytes(32, "big") + token)
