#!/usr/bin/env node
// A JSON-RPC 2.0 server and an HTTP API that know nothing of gRPC. Prints one line of JSON when both listen; ends with standard input.
import http from 'node:http';
import express from 'express';
import jayson from 'jayson';

const limit = '64mb';
let begun = 0;
let left = 0;
const wait = (response) => {
  begun++;
  response.on('close', () => { left++; });
};

const sum = (numbers = []) => numbers.reduce((total, number) => total + BigInt(number), 0n).toString();

const rpc = new jayson.Server({
  Call: (item, reply) => reply(null, item),
  Sum: ({ numbers }, reply) => reply(null, { total: sum(numbers) }),
  Fail: ({ code, message }, reply) => reply({ code, message: message ?? '', data: { secret: 'inside' } }),
  Wait: () => {},
  Nothing: (_, reply) => reply(null, null),
  Word: ([word], reply) => reply(null, word.toUpperCase()),
  // The other spelling of the same fields.
  Find: (item, reply) => reply(null, { itemId: item.item_id, bigNumber: item.big_number, unknownField: 1 }),
  'items.list': (item, reply) => reply(null, { items: [item, item] }),
}, { maxBatchLength: 1 });

// Over Express, so that one process can also tell what it saw of a request.
const rpcApp = express();
rpcApp.use(express.json({ limit, strict: false }));
rpcApp.post('/rpc', (request, response, next) => {
  if (request.body?.method === 'Wait') wait(response);
  if (request.body?.method !== 'Seen') return next();
  response.json({ jsonrpc: '2.0', id: request.body.id, result: { headers: request.headers, body: request.body, begun, left } });
}, rpc.middleware());
rpcApp.get('/rpc/healthz', (_, response) => response.send('well'));

const api = express();
api.use(express.json({ limit, strict: false }));
const seen = (request) => ({ method: request.method, path: request.path, query: request.query, headers: request.headers, body: request.body ?? null, begun, left });
api.post('/api/Call', (request, response) => response.json(request.body));
api.post('/api/Sum', (request, response) => response.json({ total: sum(request.body.numbers) }));
api.post('/api/Fail', (request, response) => response.status(request.body.code).json({ error: { message: request.body.message, secret: 'inside' } }));
api.post('/api/Wait', (_, response) => wait(response));
api.post('/api/Nothing', (_, response) => response.status(204).end());
api.post('/api/Word', (request, response) => response.json(request.body.toUpperCase()));
api.all('/api/Seen', (request, response) => response.json(seen(request)));
api.put('/api/seen/:name', (request, response) => response.json(seen(request)));
api.get('/api/items/:id', (request, response) => response.json({ data: { item: { item_id: request.params.id, ...request.query } } }));
api.get('/api/seen', (request, response) => response.json(seen(request)));
api.post('/api/list', (request, response) => response.json([request.body, request.body]));
api.get('/api/healthz', (_, response) => response.send('well'));

const listen = (app) => new Promise((resolve) => {
  const server = http.createServer(app).listen(0, '127.0.0.1', () => resolve(server.address().port));
});

process.stdout.write(JSON.stringify({ ready: true, jsonrpc: await listen(rpcApp), http: await listen(api), pid: process.pid }) + '\n');
const end = () => process.exit(0);
process.on('SIGTERM', end).on('SIGINT', end);
process.stdin.on('end', end).on('error', end).resume();
