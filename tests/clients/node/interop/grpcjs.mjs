// The interoperability cases' calls on grpc-js.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const services = protoLoader.loadSync('interop.proto', { includeDirs: [fileURLToPath(new URL('../../proto', import.meta.url))] });

export class GrpcJsCalls {
  constructor({ endpoint, tls, payments = [] }) {
    const credentials = () => (tls ? grpc.credentials.createSsl(fs.readFileSync(tls.caFile)) : grpc.credentials.createInsecure());
    const options = { 'grpc.max_receive_message_length': -1 };
    this.plain = new grpc.Client(endpoint, credentials(), options);
    this.packing = new grpc.Client(endpoint, credentials(), { ...options, 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip });
    this.payments = payments;
  }

  bool(value) { return { value }; }

  charged() { this.payments.shift(); }

  close() {
    this.plain.close();
    this.packing.close();
  }

  start(name, requests, { metadata = {}, deadlineMs, compressed, service = 'TestService' } = {}) {
    const method = services[`grpc.testing.${service}`][name];
    const client = compressed ? this.packing : this.plain;
    const headers = new grpc.Metadata();
    for (const [key, value] of Object.entries(this.payments[0] ?? {})) headers.set(key, key.endsWith('-bin') ? Buffer.from(value, 'hex') : value);
    for (const [key, value] of Object.entries(metadata)) headers.set(key, value);
    const options = deadlineMs ? { deadline: Date.now() + deadlineMs } : {};

    const replies = [];
    let wake = () => {};
    const take = (reply) => { replies.push(reply); wake(); };
    const unary = (error, reply) => take(error ? undefined : reply);
    const { path, requestSerialize: out, responseDeserialize: into } = method;
    const call = method.requestStream && method.responseStream ? client.makeBidiStreamRequest(path, out, into, headers, options)
      : method.requestStream ? client.makeClientStreamRequest(path, out, into, headers, options, unary)
        : method.responseStream ? client.makeServerStreamRequest(path, out, into, requests, headers, options)
          : client.makeUnaryRequest(path, out, into, requests, headers, options, unary);
    let received = new grpc.Metadata();
    call.on('metadata', (initial) => { received = initial; });
    const status = new Promise((resolve) => {
      call.on('status', ({ code, details, metadata: trailers }) => resolve({ code, message: details, trailer: (key) => trailers.get(key)[0] }));
    });
    if (method.responseStream) {
      call.on('data', take).on('error', () => {});
      status.then(() => setImmediate(() => take(undefined)));
    }
    if (method.requestStream) {
      (async () => {
        for await (const request of requests) call.write(request);
        call.end();
      })();
    }

    let ended = false;
    return {
      status,
      headers: status.then(() => (key) => received.get(key)[0]),
      cancel: () => call.cancel(),
      async next() {
        while (!ended && replies.length === 0) await new Promise((resolve) => { wake = resolve; });
        const reply = ended ? undefined : replies.shift();
        if (reply === undefined || !method.responseStream) ended = true;
        return reply;
      },
    };
  }
}
