#!/usr/bin/env node
// gRPC's interoperability cases on grpc-js or connect-node: node interop.mjs grpc-js|connect-node. What is read and printed: ../README.md.
import { createInterface } from 'node:readline';
import { cases } from './interop/cases.mjs';

const [stack] = process.argv.slice(2);
const Calls = stack === 'connect-node' ? (await import('./interop/connect.mjs')).ConnectCalls : (await import('./interop/grpcjs.mjs')).GrpcJsCalls;

for await (const text of createInterface({ input: process.stdin })) {
  const job = JSON.parse(text);
  const calls = new Calls(job);
  for (const name of job.cases) {
    let problem = null;
    try {
      await cases[name](calls);
    } catch (error) {
      problem = String(error.stack);
    }
    process.stdout.write(JSON.stringify({ case: name, problem }) + '\n');
  }
  calls.close();
}
process.exit(0);
