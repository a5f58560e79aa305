// One job: which calls are made, in what order, and what each of them pays.
import fs from 'node:fs';
import grpc from '@grpc/grpc-js';
import { call, methodOf } from './calls.mjs';
import { callWeb } from './web.mjs';
import { addFreeCall, askFreeCalls, userOf } from './free-calls.mjs';
import { Credit } from './credit.mjs';
import { addPrepaid, askPrepaid } from './prepaid.mjs';
import { signClaim, signStateRequest } from './keys.mjs';

export class JobError extends Error {}

export async function runJob(job, print) {
  if (job.sign) return print({ signature: '0x' + signClaim(job.sign).toString('hex') });
  if (!job.endpoint) throw new JobError('endpoint is missing');
  const client = connect(job);
  try {
    if (job.state) return print({ call: 0, ...await askState(client, job, job.state) });
    if (job.freeCalls && !job.method) {
      const { user, ...answer } = await askFree(client, job);
      return print({ call: 0, ...answer });
    }
    if (job.prepaid && !job.method) return await askTokens(client, job, print);
    if (!methodOf(job.method)) throw new JobError(`no method ${job.method}`);
    await makeCalls(client, job, print);
  } finally {
    client.close();
  }
}

export function connect({ endpoint, tls, authority, compression }) {
  const options = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };
  if (authority) options['grpc.default_authority'] = authority;
  if (compression === 'gzip') options['grpc.default_compression_algorithm'] = grpc.compressionAlgorithms.gzip;
  if (tls?.serverName) options['grpc.ssl_target_name_override'] = tls.serverName;
  const credentials = tls ? grpc.credentials.createSsl(tls.caFile ? fs.readFileSync(tls.caFile) : undefined) : grpc.credentials.createInsecure();
  return new grpc.Client(endpoint, credentials, options);
}

async function makeCalls(client, job, print) {
  const payment = job.payment && { ...job.payment };
  if (payment?.fromState) {
    const { state, code, details } = await askState(client, job, payment);
    if (code !== 0) throw new Error(`the state of channel ${payment.channelId} was refused: ${code} ${details}`);
    payment.nonce = state.nonce;
    payment.amount = state.signedAmount ?? '0';
    if (payment.useCredit) payment.credit = new Credit(state.credit);
  }

  const free = job.freeCalls && await askFree(client, job);
  if (free && free.code !== 0) throw new Error(`the free calls were refused: ${free.code} ${free.details}`);

  const token = job.prepaid && await askToken(client, job);
  if (token && token.code !== 0) throw new Error(`the token was refused: ${token.code} ${token.details}`);

  const parallel = job.parallel ?? 1;
  const calls = job.calls ?? 1;
  let signed = BigInt(payment?.amount ?? 0);
  const price = BigInt(payment?.price ?? 0);
  let next = 0;

  const worker = async () => {
    while (next < calls) {
      const number = next++;
      const more = payment?.credit?.toSign(price) ?? price;
      const amount = signed + more;
      if (parallel > 1) signed = amount;
      const about = payment ? { call: number, amount: amount.toString() } : { call: number };
      const metadata = metadataOf(job, payment && { ...payment, amount }, free, token?.prepaid.token);
      const make = job.web ? callWeb : call.bind(null, client);
      const result = await make(job, metadata, () => { if (job.announceFirst) print({ ...about, first: true }); });
      if (parallel === 1 && (result.code === 0 || result.messages.length > 0)) {
        signed = amount;
        payment?.credit?.take(more, price, { ...result.initialMetadata, ...result.trailers });
      }
      print({ ...about, ...result });
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, calls) }, worker));
}

async function askFree(client, job) {
  const user = userOf(job.freeCalls);
  const block = user.block ?? await blockNumber(user.rpcUrl);
  return { ...await askFreeCalls(client, user, block, metadataOf({ metadata: job.method ? undefined : job.metadata })), user, block };
}

async function askToken(client, job) {
  const about = job.prepaid;
  const block = about.block ?? (about.token ? 0 : await blockNumber(about.rpcUrl));
  return askPrepaid(client, about, block, metadataOf({ metadata: job.method ? undefined : job.metadata }));
}

/** The same request as many times, all at the same time. */
const askTokens = (client, job, print) => Promise.all(
  Array.from({ length: job.calls ?? 1 }, async (_, number) => print({ call: number, ...await askToken(client, job) })));

export function metadataOf(job, payment, free, token) {
  const metadata = new grpc.Metadata();
  if (token) addPrepaid(metadata, job.prepaid, token);
  if (free) addFreeCall(metadata, free.user, free.block, free.freeCalls.token);
  if (payment) {
    metadata.set('snet-payment-type', 'escrow');
    metadata.set('snet-payment-channel-id', String(payment.channelId));
    metadata.set('snet-payment-channel-nonce', String(payment.nonce));
    metadata.set('snet-payment-channel-amount', String(payment.amount));
    metadata.set('snet-payment-mpe-address', payment.mpeAddress);
    metadata.set('snet-payment-channel-signature-bin', signClaim(payment));
  }
  for (const [key, value] of Object.entries(job.metadata ?? {})) {
    metadata.remove(key);
    for (const one of value === null ? [] : [value].flat()) metadata.add(key, key.endsWith('-bin') ? Buffer.from(one, 'base64') : one);
  }
  return metadata;
}

export async function askState(client, job, about) {
  const block = about.block ?? await blockNumber(about.rpcUrl);
  const request = {
    channelId: bytesOf(about.channelId).toString('base64'),
    signature: signStateRequest({ ...about, block }).toString('base64'),
    currentBlock: String(block),
  };
  const asked = { method: 'escrow.PaymentChannelStateService/GetChannelState', requests: [request], deadlineMs: job.deadlineMs };
  const result = await call(client, asked, metadataOf({ metadata: job.state && job.metadata }), () => {});
  const reply = result.messages[0];
  return reply ? { ...result, state: stateOf(reply) } : result;
}

function stateOf(reply) {
  const number = (text) => text && BigInt('0x' + Buffer.from(text, 'base64').toString('hex')).toString();
  const hex = (text) => text && '0x' + Buffer.from(text, 'base64').toString('hex');
  return {
    nonce: number(reply.currentNonce), signedAmount: number(reply.currentSignedAmount), signature: hex(reply.currentSignature),
    oldNonceSignedAmount: number(reply.oldNonceSignedAmount), oldNonceSignature: hex(reply.oldNonceSignature),
    credit: number(reply.credit),
  };
}

// Four bytes, as the public JavaScript SDK sends them.
function bytesOf(channelId) {
  const hex = BigInt(channelId).toString(16);
  return Buffer.from(hex.padStart(Math.max(8, hex.length + hex.length % 2), '0'), 'hex');
}

export async function blockNumber(rpcUrl) {
  if (!rpcUrl) throw new JobError('the state of a channel, free calls and tokens need block or rpcUrl');
  const reply = await fetch(rpcUrl, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] }),
  });
  return BigInt((await reply.json()).result).toString();
}
