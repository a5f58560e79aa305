// A server with the HTTP interfaces of an IPFS node and of a gateway, on real blocks in memory. It has no peers.
//   node ipfs.mjs                        prints {"url":"http://127.0.0.1:PORT"} and ends with its input
//   POST /api/v0/add[?form=version1]     a file as multipart form, or as it is; answers {"Hash":...}
//   POST /api/v0/cat, /api/v0/block/get  ?arg=ID
//   GET  /ipfs/ID[?format=raw]
//   POST /test/mode?value=MODE           ok, down (503), wrong (other content), files (no single blocks), silent (no response for blocks), redirect
import http from 'node:http';
import { MemoryBlockstore } from 'blockstore-core';
import { exporter } from 'ipfs-unixfs-exporter';
import { CID } from 'multiformats/cid';
import { addFile } from './files.mjs';

const store = new MemoryBlockstore();
let mode = 'ok';
const requests = [];

async function collect(parts) {
  const all = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

const blockOf = async (id) => {
  const block = await store.get(CID.parse(id));
  return block[Symbol.asyncIterator] || block[Symbol.iterator] && !(block instanceof Uint8Array) ? collect(block) : Buffer.from(block);
};
const fileOf = async (id) => collect((await exporter(CID.parse(id), store)).content());

/** The content of the one part of a multipart form. */
function fileOfForm(type, body) {
  const boundary = /boundary="?([^";]+)"?/.exec(type ?? '')?.[1];
  if (!boundary) return body;
  const from = body.indexOf('\r\n\r\n') + 4;
  return body.subarray(from, body.indexOf(`\r\n--${boundary}`, from));
}

async function answer(request, url) {
  const arg = url.searchParams.get('arg');
  const raw = url.searchParams.get('format') === 'raw' || (request.headers.accept ?? '').includes('vnd.ipld.raw');
  const body = request.method === 'POST' ? await collect(request) : Buffer.alloc(0);
  if (url.pathname === '/test/mode') { mode = url.searchParams.get('value'); return 'ok'; }
  if (url.pathname === '/test/requests') return JSON.stringify(requests);
  requests.push(url.pathname);
  if (mode === 'down') throw new Error('down');
  if (url.pathname === '/api/v0/add') {
    const id = await addFile(store, fileOfForm(request.headers['content-type'], body), url.searchParams.get('form') ?? 'version0');
    return JSON.stringify({ Name: 'file', Hash: id.toString(), Size: `${body.length}` });
  }
  const path = /^\/ipfs\/([A-Za-z0-9]+)$/.exec(url.pathname)?.[1];
  const isBlock = url.pathname === '/api/v0/block/get' || (path && raw);
  if (!isBlock && !path && url.pathname !== '/api/v0/cat') throw new Error('unknown path');
  if (mode === 'redirect') return null;
  if (mode === 'wrong') return Buffer.from('{"other":"content"}');
  if (mode === 'files' && isBlock) throw new Error('no blocks');
  if (mode === 'silent' && isBlock) return new Promise(() => {});
  return isBlock ? blockOf(path ?? arg) : fileOf(path ?? arg);
}

const server = http.createServer(async (request, response) => {
  try {
    const content = await answer(request, new URL(request.url, 'http://localhost'));
    if (content === null) response.writeHead(302, { location: '/elsewhere' }).end();
    else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(content);
  } catch (error) {
    response.writeHead(mode === 'down' ? 503 : 500, { 'content-type': 'text/plain' }).end(String(error.message));
  }
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
