#!/usr/bin/env node
// A consumer that sends what the newest JavaScript SDKs send with their default strategy: before every call a free-call token and the number
// of free calls, then, when there are none, the state of its channel and a prepaid token, or a payment per call. It catches no error on the
// way, as they do. What a job holds and what is printed: ../README.md.
import { call } from './calls.mjs';
import { addFreeCall, askFreeCalls, userOf } from './free-calls.mjs';
import { askState, blockNumber, connect, metadataOf } from './jobs.mjs';
import { addPrepaid, askPrepaid } from './prepaid.mjs';

const job = JSON.parse(process.argv[2]);
const client = connect(job);
const user = userOf(job);
let prepaid = job.prepaidCalls ?? 0;

for (const text of job.texts) process.stdout.write(`${JSON.stringify(await pay(text))}\n`);
client.close();

async function pay(text) {
  const block = await blockNumber(job.rpcUrl);
  const free = await askFreeCalls(client, user, block, metadataOf({}));
  if (free.code !== 0) return { code: free.code, details: free.details };
  const { available } = free.freeCalls;
  const paidBy = Number(available) > 0 ? 'free-call' : prepaid-- > 0 ? 'prepaid-call' : 'escrow';
  const { metadata, code, details } = await (paidBy === 'free-call' ? payByFreeCall(free.freeCalls, block) : payByChannel(paidBy, block));
  if (!metadata) return { code, details };
  const reply = await call(client, { method: 'example.Echo/Say', requests: [{ text }] }, metadata, () => {});
  return { code: reply.code, details: reply.details, text: reply.messages[0]?.text, paidBy, available };
}

async function payByFreeCall({ token }, block) {
  const metadata = metadataOf({});
  addFreeCall(metadata, user, block, token);
  return { metadata };
}

async function payByChannel(paidBy, block) {
  const { state, ...failure } = await askState(client, job, { ...job, block });
  if (failure.code !== 0) return failure;
  const payment = { ...job, nonce: state.nonce, amount: String(BigInt(state.signedAmount ?? 0) + BigInt(job.price)) };
  if (paidBy === 'escrow') return { metadata: metadataOf({}, payment) };

  // A total that pays one call more first, and the same again while nothing of it is left.
  let bought = await askPrepaid(client, payment, block, metadataOf({}));
  if (bought.code === 0 && BigInt(bought.prepaid.used) >= BigInt(bought.prepaid.planned)) bought = await askPrepaid(client, payment, block, metadataOf({}));
  if (bought.code !== 0) return bought;
  const metadata = metadataOf({});
  addPrepaid(metadata, payment, bought.prepaid.token);
  return { metadata };
}
