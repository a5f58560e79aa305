// Prepaid calls: a token for a signed total, and the metadata of a call that pays with it.
import { call } from './calls.mjs';
import { signClaim, signTokenRequest } from './keys.mjs';

/** The token, and what is planned and used; or the result of the request that failed. A token of the job is used as it is. */
export async function askPrepaid(client, about, block, metadata) {
  if (about.token) return { code: 0, prepaid: { token: about.token, planned: '0', used: '0' } };
  const claim = signClaim(about);
  const request = {
    channelId: about.channelId, currentNonce: about.nonce, signedAmount: about.amount, currentBlock: String(block),
    claimSignature: claim.toString('base64'), signature: signTokenRequest(about, claim, block).toString('base64'),
  };
  const result = await call(client, { method: 'escrow.TokenService/GetToken', requests: [request] }, metadata, () => {});
  const reply = result.messages[0];
  return reply ? { ...result, prepaid: { token: reply.token, planned: reply.plannedAmount ?? '0', used: reply.usedAmount ?? '0' } } : result;
}

export function addPrepaid(metadata, about, token) {
  metadata.set('snet-payment-type', 'prepaid-call');
  metadata.set('snet-payment-channel-id', String(about.channelId));
  metadata.set('snet-payment-channel-nonce', String(about.nonce));
  metadata.set('snet-payment-mpe-address', about.mpeAddress);
  metadata.set('snet-prepaid-auth-token-bin', Buffer.from(token));
}
