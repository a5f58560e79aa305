// One gRPC call of any of the four kinds, told as one plain object.
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const folder = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const definitions = protoLoader.loadSync(['example.proto', 'health.proto', 'state_service.proto', 'training_daemon.proto'], {
  includeDirs: [folder('../../../samples/proto'), folder('../proto')], longs: String, enums: String, bytes: String,
});
const methods = new Map(Object.values(definitions)
  .flatMap((definition) => Object.values(definition))
  .filter((method) => method.path)
  .map((method) => [method.path.slice(1), method]));

export const methodOf = (name) => methods.get(name);

/** Resolves, whatever the call's status; onFirst runs when the first message has come. */
export function call(client, job, metadata, onFirst) {
  const method = methodOf(job.method);
  const options = {};
  if (job.deadlineMs) options.deadline = Date.now() + job.deadlineMs;
  const messages = job.requests ?? [{}];

  return new Promise((resolve) => {
    const began = performance.now();
    const since = () => Math.round(performance.now() - began);
    const result = { code: null, details: '', messages: [], initialMetadata: null, trailers: null };
    const take = (message) => {
      if (result.messages.push(message) === 1) {
        result.firstMessageMs = since();
        onFirst();
      }
      if (result.messages.length === job.cancelAfterMessages) running.cancel();
    };
    // A unary answer is handed over before its status, and after it when the status is an error: only OK brings it.
    const unary = (error, message) => { if (!error) take(message); };

    let running;
    const { path, requestSerialize: out, responseDeserialize: into } = method;
    if (method.requestStream && method.responseStream) running = client.makeBidiStreamRequest(path, out, into, metadata, options);
    else if (method.requestStream) running = client.makeClientStreamRequest(path, out, into, metadata, options, unary);
    else if (method.responseStream) running = client.makeServerStreamRequest(path, out, into, messages[0], metadata, options);
    else running = client.makeUnaryRequest(path, out, into, messages[0], metadata, options, unary);

    const leaving = job.cancelAfterMs && setTimeout(() => running.cancel(), job.cancelAfterMs);
    running.on('metadata', (received) => { result.initialMetadata = plain(received); });
    if (method.responseStream) running.on('data', take).on('error', () => {});
    running.on('status', ({ code, details, metadata: trailers }) => {
      clearTimeout(leaving);
      Object.assign(result, { code, details, trailers: plain(trailers), elapsedMs: since() });
      // The callback of a unary call may run after this event.
      setImmediate(resolve, result);
    });
    if (method.requestStream) {
      for (const message of messages) running.write(message);
      running.end();
    }
  });
}

function plain(metadata) {
  return Object.fromEntries(Object.keys(metadata.getMap()).map((key) => [
    key, metadata.get(key).map((value) => (Buffer.isBuffer(value) ? value.toString('base64') : value)),
  ]));
}
