#!/usr/bin/env node
// A paying consumer on grpc-js. What a job may hold and what is printed: ../README.md.
import { createInterface } from 'node:readline';
import { JobError, runJob } from './jobs.mjs';

const print = (line) => process.stdout.write(JSON.stringify(line) + '\n');

async function* texts() {
  if (process.argv.length > 2) yield* process.argv.slice(2);
  else for await (const line of createInterface({ input: process.stdin })) if (line.trim()) yield line;
}

try {
  for await (const text of texts()) {
    let job;
    try { job = JSON.parse(text); } catch (error) { throw new JobError(`not JSON: ${error.message}`); }
    await runJob(job, print);
  }
} catch (error) {
  process.stderr.write(`pay: ${error instanceof JobError ? error.message : error.stack}\n`);
  // At once: an input that is still open would hold the process, and whoever waits for the job's end.
  process.exit(error instanceof JobError ? 64 : 1);
}
