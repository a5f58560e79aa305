#!/usr/bin/env node
// A consumer that sends what the newest JavaScript SDKs send with their default strategy: before every call a free-call token and the number
// of free calls, then, when there are none, a prepaid token or the state of its channel. It catches no error on the way, as they do.
// What a job holds and what is printed: ../README.md.
import { call } from './calls.mjs';
import { addFreeCall, askFreeCalls, userOf } from './free-calls.mjs';
import { askState, blockNumber, connect, metadataOf } from './jobs.mjs';

const job = JSON.parse(process.argv[2]);
const client = connect(job);
const user = userOf(job);

for (const text of job.texts) {
  const block = await blockNumber(job.rpcUrl);
  const free = await askFreeCalls(client, user, block, metadataOf({}));
  process.stdout.write(`${JSON.stringify(free.code === 0 ? await pay(text, free.freeCalls, block) : { code: free.code, details: free.details })}\n`);
}
client.close();

async function pay(text, free, block) {
  const paidBy = Number(free.available) > 0 ? 'free-call' : 'escrow';
  let metadata = metadataOf({});
  if (paidBy === 'free-call') {
    addFreeCall(metadata, user, block, free.token);
  } else {
    const { state, code, details } = await askState(client, job, { ...job, block });
    if (code !== 0) return { code, details };
    const amount = BigInt(state.signedAmount ?? 0) + BigInt(job.price);
    metadata = metadataOf({}, { ...job, nonce: state.nonce, amount });
  }
  const { code, details, messages } = await call(client, { method: 'example.Echo/Say', requests: [{ text }] }, metadata, () => {});
  return { code, details, text: messages[0]?.text, paidBy, available: free.available };
}
