// The messages that a consumer signs, by ethers.
import { ethers } from 'ethers';

const signMessage = (privateKey, prefix, mpeAddress, numbers) => {
  const packed = ethers.solidityPacked(['string', 'address', ...numbers.map(() => 'uint256')], [prefix, mpeAddress, ...numbers.map(BigInt)]);
  const digest = ethers.hashMessage(ethers.getBytes(ethers.keccak256(packed)));
  return Buffer.from(ethers.getBytes(new ethers.SigningKey(privateKey).sign(digest).serialized));
};

export const signClaim = ({ privateKey, mpeAddress, channelId, nonce, amount }) =>
  signMessage(privateKey, '__MPE_claim_message', mpeAddress, [channelId, nonce, amount]);

export const signStateRequest = ({ privateKey, mpeAddress, channelId, block }) =>
  signMessage(privateKey, '__get_channel_state', mpeAddress, [channelId, block]);
