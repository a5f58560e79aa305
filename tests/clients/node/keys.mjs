// The messages that a consumer signs, by ethers.
import { ethers } from 'ethers';

const signMessage = (privateKey, prefix, mpeAddress, numbers) => sign(
  privateKey, ethers.solidityPacked(['string', 'address', ...numbers.map(() => 'uint256')], [prefix, mpeAddress, ...numbers.map(BigInt)]));

const sign = (privateKey, packed) => {
  const digest = ethers.hashMessage(ethers.getBytes(ethers.keccak256(packed)));
  return Buffer.from(ethers.getBytes(new ethers.SigningKey(privateKey).sign(digest).serialized));
};

export const signClaim = ({ privateKey, mpeAddress, channelId, nonce, amount }) =>
  signMessage(privateKey, '__MPE_claim_message', mpeAddress, [channelId, nonce, amount]);

export const signStateRequest = ({ privateKey, mpeAddress, channelId, block }) =>
  signMessage(privateKey, '__get_channel_state', mpeAddress, [channelId, block]);

/** The claim's signature and the block number, by any party of the channel. */
export const signTokenRequest = ({ privateKey }, claim, block) => sign(
  privateKey, ethers.solidityPacked(['bytes', 'uint256'], [claim, BigInt(block)]));

export const addressOf = (privateKey) => ethers.computeAddress(privateKey);

/** The request of a free-call token, and with a token (bytes) its use. */
export const signFreeCall = ({ privateKey, address, userId, organizationId, serviceId, groupId }, block, token = '0x') => sign(
  privateKey, ethers.solidityPacked(
    ['string', 'string', 'string', 'string', 'string', 'string', 'uint256', 'bytes'],
    ['__prefix_free_trial', address, userId ?? '', organizationId, serviceId, groupId, BigInt(block), token]));
