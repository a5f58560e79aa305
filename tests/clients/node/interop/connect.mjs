// The interoperability cases' calls on connect-node, in gRPC's protocol.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient, decodeBinaryHeader, encodeBinaryHeader } from '@connectrpc/connect';
import { compressionGzip, createGrpcTransport } from '@connectrpc/connect-node';

const registry = load();

export class ConnectCalls {
  constructor({ endpoint, tls, payments = [] }) {
    const options = {
      baseUrl: `${tls ? 'https' : 'http'}://${endpoint}`,
      nodeOptions: tls ? { ca: fs.readFileSync(tls.caFile) } : {},
      acceptCompression: [compressionGzip],
    };
    this.plain = createGrpcTransport(options);
    this.packing = createGrpcTransport({ ...options, sendCompression: compressionGzip, compressMinBytes: 0 });
    this.payments = payments;
  }

  bool(value) { return { value }; }

  charged() { this.payments.shift(); }

  close() {}

  start(name, requests, { metadata = {}, deadlineMs, compressed, service = 'TestService' } = {}) {
    const client = createClient(registry.getService(`grpc.testing.${service}`), compressed ? this.packing : this.plain);
    const headers = new Headers();
    for (const [key, value] of Object.entries(this.payments[0] ?? {})) headers.set(key, key.endsWith('-bin') ? encodeBinaryHeader(Buffer.from(value, 'hex')) : value);
    for (const [key, value] of Object.entries(metadata)) headers.set(key, key.endsWith('-bin') ? encodeBinaryHeader(value) : value);
    const stop = new AbortController();
    let received = new Headers();
    let trailers = new Headers();
    const options = {
      headers, timeoutMs: deadlineMs, signal: stop.signal,
      onHeader: (values) => { received = values; },
      onTrailer: (values) => { trailers = values; },
    };

    let end;
    const status = new Promise((resolve) => {
      end = (error) => {
        const read = error ? error.metadata : trailers;
        resolve({
          code: error ? error.code : 0, message: error ? error.rawMessage : '',
          trailer: (key) => (read.has(key) ? decodeBinaryHeader(read.get(key)) : undefined),
        });
      };
    });

    const method = name[0].toLowerCase() + name.slice(1);
    const replies = (async function* answer() {
      try {
        const answered = client[method](requests, options);
        if (answered[Symbol.asyncIterator]) yield* answered;
        else yield await answered;
        end();
      } catch (error) {
        end(ConnectError.from(error, stop.signal.aborted ? Code.Canceled : Code.Unknown));
      }
    })();

    // A call begins when it is first read; a reader ahead of the case keeps the order.
    let ahead = replies.next();
    return {
      status,
      headers: status.then(() => (key) => received.get(key)),
      cancel: () => stop.abort(),
      async next() {
        const { value, done } = await ahead;
        if (!done) ahead = replies.next();
        return done ? undefined : value;
      },
    };
  }
}

function load() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'interop-'));
  try {
    const out = path.join(folder, 'protocols');
    execFileSync('protoc', [`-I${fileURLToPath(new URL('../../proto', import.meta.url))}`, '--include_imports', `--descriptor_set_out=${out}`, 'interop.proto']);
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, fs.readFileSync(out)));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
