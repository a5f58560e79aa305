#!/usr/bin/env node
// A consumer on npm's snet-sdk-web, which pays its calls as a web page does: over gRPC-Web, with a wallet. What a job holds and what is
// printed: ../README.md.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import grpcWeb from '@improbable-eng/grpc-web';
import { loadSync } from '@grpc/proto-loader';
import SnetSdk from 'snet-sdk-web';
import { serveMetadata } from '../metadata.mjs';

globalThis.self = globalThis; // the name that a page's scripts have for it
const job = JSON.parse(process.argv[2]);
const chain = JSON.parse(readFileSync(job.chain, 'utf8'));
const { contracts, group, organization, service } = chain;

// The SDK finds contracts in the tables of its own packages, by the chain's id. A chain that is not there is added in memory.
const ofSdk = createRequire(createRequire(import.meta.url).resolve('snet-sdk-web'));
const entry = ({ address, deployTransaction }) => ({ address, transactionHash: deployTransaction });
const publish = (table, contract) => { ofSdk(table)[chain.chainId] = { FET: { prod: entry(contract) } }; };
publish('singularitynet-platform-contracts/networks/MultiPartyEscrow.json', contracts.multiPartyEscrow);
publish('singularitynet-platform-contracts/networks/Registry.json', contracts.registry);
ofSdk('singularitynet-token-contracts/networks/FetchToken.json')[chain.chainId] = entry(contracts.token);

const ipfs = await serveMetadata(chain, job);

// The wallet of a page: it holds the key, signs what the page asks, and passes everything else on to the chain.
const { Web3 } = ofSdk('web3');
const account = new Web3(chain.rpcUrl).eth.accounts.privateKeyToAccount(chain.accounts[job.account].privateKey);
async function askChain(method, params) {
  const response = await fetch(chain.rpcUrl, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { result, error } = await response.json();
  if (error) throw new Error(error.message);
  return result;
}
const wallet = {
  async request({ method, params = [] }) {
    switch (method) {
      case 'eth_accounts':
      case 'eth_requestAccounts':
        return [account.address];
      case 'personal_sign':
        return account.sign(params[0]).signature;
      case 'eth_sendTransaction':
        return askChain('eth_sendRawTransaction', [(await account.signTransaction(params[0])).rawTransaction]);
      default:
        return askChain(method, params);
    }
  },
};

// A method as protoc's plug-in for pages describes it.
const { Say } = loadSync(fileURLToPath(new URL('../../../samples/proto/example.proto', import.meta.url)))['example.Echo'];
class Text {
  constructor(text) { this.text = text; }

  serializeBinary() { return Say.requestSerialize({ text: this.text }); }

  toObject() { return { text: this.text }; }

  static deserializeBinary(bytes) { return new Text(Say.responseDeserialize(Buffer.from(bytes)).text); }
}
const method = {
  methodName: 'Say', service: { serviceName: 'example.Echo' }, requestStream: false, responseStream: false, requestType: Text, responseType: Text,
};

const sdk = new SnetSdk.default({
  web3Provider: wallet,
  networkId: chain.chainId,
  ipfsEndpoint: `http://127.0.0.1:${ipfs.address().port}`,
  tokenName: 'FET',
  standType: 'prod',
});
if (job.deposit) await sdk.account.depositToEscrowAccount(job.deposit);
const strategy = job.concurrentCalls ? new SnetSdk.DefaultPaymentStrategy(job.concurrentCalls) : null;
const client = await sdk.createServiceClient(organization.id, service.id, group.name, strategy);

async function say(text) {
  const line = await new Promise((ended) => {
    const onEnd = ({ status, statusMessage, message }) =>
      ended(status === grpcWeb.grpc.Code.OK ? { code: 0, text: message.text } : { code: status, details: statusMessage });
    client.unary(method, { request: new Text(text), onEnd }).catch((error) => ended({ code: -1, details: String(error?.message ?? error) }));
  });
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

for (const text of job.texts) await say(text);
await Promise.all((job.concurrentTexts ?? []).map(say));

// The SDK leaves timers and connections behind.
process.exit(0);
