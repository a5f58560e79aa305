#!/usr/bin/env node
// Example service in JavaScript: plain gRPC, all four call kinds, health checking. It knows nothing of payments.
//   node service.mjs [--port N] [--host ADDR] [--name TEXT] [--exit-with-stdin]
// Prints one line of JSON when it is ready; ends on SIGTERM and SIGINT, and with --exit-with-stdin when standard input closes.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { Echo } from './echo.mjs';
import { Health } from './health.mjs';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    name: { type: 'string', default: 'echo-node' },
    'exit-with-stdin': { type: 'boolean', default: false },
  },
});

const protoDir = fileURLToPath(new URL('../proto', import.meta.url));
const protocol = grpc.loadPackageDefinition(protoLoader.loadSync(['example.proto', 'health.proto'], {
  includeDirs: [protoDir], longs: Number, enums: String, defaults: true, oneofs: true,
}));

const health = new Health();
const echo = new Echo(options.name);
const server = new grpc.Server({ 'grpc.max_receive_message_length': 16 << 20, 'grpc.max_send_message_length': -1 });
server.addService(protocol.example.Echo.service, echo.handlers());
server.addService(protocol.example.EchoControl.service, {
  setServing: (call, reply) => { health.set(call.request.serving); reply(null, call.request); },
  getCalls: (call, reply) => reply(null, echo.counts),
});
server.addService(protocol.grpc.health.v1.Health.service, health.handlers());

server.bindAsync(`${options.host}:${options.port}`, grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    process.stderr.write(`${options.name}: ${error.message}\n`);
    process.exit(1);
  }
  process.stdout.write(JSON.stringify({ ready: true, name: options.name, port, pid: process.pid }) + '\n');
});

const end = () => { server.forceShutdown(); process.exit(0); };
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, end);
if (options['exit-with-stdin']) process.stdin.on('end', end).on('error', end).resume();
