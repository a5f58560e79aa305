#!/usr/bin/env node
// A consumer on npm's snet-sdk, which pays its calls as its users' programs do. What a job holds and what is printed: ../README.md.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import SnetSdk from 'snet-sdk';
import { serveMetadata } from '../metadata.mjs';

const job = JSON.parse(process.argv[2]);
const chain = JSON.parse(readFileSync(job.chain, 'utf8'));
const { contracts, group } = chain;

// The SDK finds contracts in the tables of its own packages, by the chain's id. A chain that is not there is added in memory.
const ofSdk = createRequire(createRequire(import.meta.url).resolve('snet-sdk'));
const publish = (table, { address, deployTransaction }) => { ofSdk(table)[chain.chainId] = { address, transactionHash: deployTransaction }; };
publish('singularitynet-platform-contracts/networks/MultiPartyEscrow', contracts.multiPartyEscrow);
publish('singularitynet-platform-contracts/networks/Registry.json', contracts.registry);
publish('singularitynet-token-contracts/networks/SingularityNetToken', contracts.token);

// What is published by the provider's own tools, or two documents that are made for this job.
const ipfsEndpoint = job.ipfs ?? `http://127.0.0.1:${(await serveMetadata(chain, job)).address().port}`;

const protos = fileURLToPath(new URL('../../../samples/proto/example.proto', import.meta.url));
const { example } = grpc.loadPackageDefinition(loadSync(protos));
const sdk = new SnetSdk.default({
  web3Provider: chain.rpcUrl,
  privateKey: chain.accounts[job.account].privateKey,
  networkId: chain.chainId,
  ipfsEndpoint,
});
const options = job.concurrency === false ? { concurrency: false } : undefined;
const organizationId = job.organizationId ?? chain.organization.id, serviceId = job.serviceId ?? chain.service.id;
const client = await sdk.createServiceClient(organizationId, serviceId, example.Echo, group.name, null, options, job.concurrentCalls);

async function say(text) {
  const line = await new Promise((ended) => client.service.Say({ text }, (error, reply) =>
    ended(error ? { code: error.code, details: error.details } : { code: 0, text: reply.text })));
  // Where the SDK saw its channel before this call, by the gateway's state service; absent in the call for which it opened the channel.
  const signedBefore = client.paymentChannels[0]?.state.currentSignedAmount.toFixed();
  process.stdout.write(`${JSON.stringify({ ...line, signedBefore })}\n`);
}

for (const text of job.texts) await say(text);
await Promise.all((job.concurrentTexts ?? []).map(say));

// The SDK leaves timers and connections behind.
process.exit(0);
