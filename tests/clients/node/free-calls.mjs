// Free calls as the newest SDKs make them: a token, the number of calls that are left, and the metadata of a call.
import { call } from './calls.mjs';
import { addressOf, signFreeCall } from './keys.mjs';

const service = 'escrow.FreeCallStateService';
const nothing = () => {};

/** The user's address is that of the key unless the job spells it. */
export const userOf = (about) => ({ ...about, address: about.address ?? addressOf(about.privateKey) });

export function askToken(client, user, block, metadata) {
  const request = { address: user.address, signature: signFreeCall(user, block).toString('base64'), currentBlock: String(block) };
  if (user.userId) request.userId = user.userId;
  if (user.lifetime) request.tokenLifetimeInBlocks = user.lifetime;
  return call(client, { method: `${service}/GetFreeCallToken`, requests: [request] }, metadata, nothing);
}

export function askAvailable(client, user, block, token, metadata) {
  const request = {
    address: user.address, freeCallToken: Buffer.from(token, 'hex').toString('base64'),
    signature: signFreeCall(user, block, `0x${token}`).toString('base64'), currentBlock: String(block),
  };
  if (user.userId) request.userId = user.userId;
  return call(client, { method: `${service}/GetFreeCallsAvailable`, requests: [request] }, metadata, nothing);
}

/** Both questions; what was answered, and the result of the first one that failed. */
export async function askFreeCalls(client, user, block, metadata) {
  const issued = user.token ? null : await askToken(client, user, block, metadata);
  if (issued && issued.code !== 0) return issued;
  const token = user.token ?? issued.messages[0].tokenHex ?? '';
  const counted = await askAvailable(client, user, block, token, metadata);
  const freeCalls = {
    token, expirationBlock: issued?.messages[0].tokenExpirationBlock ?? '0', available: counted.messages[0]?.freeCallsAvailable ?? '0',
  };
  return { ...counted, freeCalls };
}

export function addFreeCall(metadata, user, block, token) {
  metadata.set('snet-payment-type', 'free-call');
  metadata.set('snet-free-call-user-address', user.address);
  if (user.userId) metadata.set('snet-free-call-user-id', user.userId);
  metadata.set('snet-current-block-number', String(block));
  metadata.set('snet-free-call-auth-token-bin', Buffer.from(token, 'hex'));
  metadata.set('snet-payment-channel-signature-bin', signFreeCall(user, block, `0x${token}`));
}
