// Empty blocks that are written into the node and not mined: the node's time for a block grows with the chain, and 100,000 take it hours.
import { gunzipSync, gzipSync } from 'node:zlib';
import { ethers } from './deps.mjs';

/** Blocks that one command writes, in some ten seconds. */
export const MAX_EMPTY_BLOCKS = 20_000;


// The header's fields in the order of their hash (Yellow Paper 4.4, and EIPs 1559, 4895, 4844, 4788 and 7685 for the last six), by anvil's names.
const FIELDS = [
  'parentHash', 'sha3Uncles', 'miner', 'stateRoot', 'transactionsRoot', 'receiptsRoot', 'logsBloom', 'difficulty', 'number', 'gasLimit', 'gasUsed',
  'timestamp', 'extraData', 'mixHash', 'nonce', 'baseFeePerGas', 'withdrawalsRoot', 'blobGasUsed', 'excessBlobGas', 'parentBeaconBlockRoot',
  'requestsHash',
];
const NUMBERS = new Set(['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp', 'baseFeePerGas', 'blobGasUsed', 'excessBlobGas']);

const encoded = (name, value) => (NUMBERS.has(name) ? ethers.toBeArray(BigInt(value)) : value);

/** The hash of a block with this header. */
const blockHash = (header) =>
  ethers.keccak256(ethers.encodeRlp(FIELDS.filter((name) => header[name] !== undefined).map((name) => encoded(name, header[name]))));

/** So many empty blocks after this header, as anvil's state has them. */
function emptyBlocksAfter(header, count, seconds) {
  const empty = ethers.keccak256(ethers.encodeRlp(new Uint8Array()));
  let last = {
    ...header, gasUsed: '0x0', transactionsRoot: empty, receiptsRoot: empty, logsBloom: `0x${'00'.repeat(256)}`, parentHash: blockHash(header),
  };
  return Array.from({ length: count }, () => {
    last = { ...last, number: ethers.toQuantity(BigInt(last.number) + 1n), timestamp: ethers.toQuantity(BigInt(last.timestamp) + BigInt(seconds)) };
    const block = { header: last, transactions: [], ommers: [], withdrawals: null };
    last = { ...last, parentHash: blockHash(last) };
    return block;
  });
}

/** Writes empty blocks into a node, so many seconds apart. `rpc` sends a request to it. */
export async function writeEmptyBlocks(rpc, count, seconds) {
  const packed = await rpc('anvil_dumpState');
  const state = JSON.parse(gunzipSync(Buffer.from(packed.slice(2), 'hex')));
  const head = state.blocks.find((b) => BigInt(b.header.number) === BigInt(state.best_block_number));
  const added = emptyBlocksAfter(head.header, count, seconds);
  const { number: last, timestamp } = added.at(-1).header;
  await rpc('anvil_loadState', [`0x${gzipSync(JSON.stringify({
    block: { ...state.block, number: last, timestamp }, best_block_number: Number(last), accounts: {}, blocks: added, transactions: [], historical_states: null,
  }), { level: 1 }).toString('hex')}`]);
  await rpc('evm_setNextBlockTimestamp', [ethers.toQuantity(BigInt(timestamp) + 1n)]);
}
