// One unary or server-streaming call over gRPC-Web, told as calls.mjs tells it: by the npm package grpc-web, which speaks HTTP/1.1 through
// XMLHttpRequest, by improbable-eng's package over Node's own HTTP/1.1, or by hand over HTTP/2, which no such package does on Node.
import http2 from 'node:http2';
import improbable from '@improbable-eng/grpc-web';
import { NodeHttpTransport } from '@improbable-eng/grpc-web-node-http-transport';
import grpcWeb from 'grpc-web';
import xhr from 'xhr2';
import { methodOf } from './calls.mjs';

globalThis.XMLHttpRequest = xhr.XMLHttpRequest;

/** Resolves, whatever the call's status. job.web is binary, text, improbable, or http2. */
export function callWeb(job, metadata, onFirst) {
  const call = { http2: callHttp2, improbable: callImprobable }[job.web] ?? callXhr;
  return call(job, headersOf(metadata), onFirst);
}

function headersOf(metadata) {
  return Object.fromEntries(Object.keys(metadata.getMap()).map((key) => [
    key, metadata.get(key).map((value) => (Buffer.isBuffer(value) ? value.toString('base64') : value)).join(', '),
  ]));
}

const lists = (headers) => Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, [String(value)]]));

function callXhr(job, headers, onFirst) {
  const method = methodOf(job.method);
  const kind = method.responseStream ? 'server_streaming' : 'unary';
  const descriptor = new grpcWeb.MethodDescriptor(method.path, kind, Object, Object, method.requestSerialize, (bytes) => method.responseDeserialize(Buffer.from(bytes)));
  const client = new grpcWeb.GrpcWebClientBase({ format: job.web });
  const began = performance.now();
  const result = { code: null, details: '', messages: [], initialMetadata: null, trailers: {} };
  if (job.deadlineMs) headers.deadline = String(Date.now() + job.deadlineMs);

  return new Promise((resolve) => {
    const take = (message) => {
      if (result.messages.push(message) === 1) onFirst();
      if (result.messages.length === job.cancelAfterMessages) running.cancel();
    };
    const end = (code, details) => {
      Object.assign(result, { code, details, elapsedMs: Math.round(performance.now() - began) });
      setImmediate(resolve, result);
    };
    const url = `http://${job.endpoint}${method.path}`;
    const request = (job.requests ?? [{}])[0];
    let running;
    if (method.responseStream) {
      running = client.serverStreaming(url, request, headers, descriptor);
      running.on('data', take);
      running.on('error', (error) => end(error.code, error.message));
      running.on('end', () => end(0, ''));
    } else {
      running = client.rpcCall(url, request, headers, descriptor, (error, message) => {
        if (message) take(message);
        end(error ? error.code : 0, error ? error.message : '');
      });
    }
    running.on('metadata', (received) => { result.initialMetadata = lists(received); });
    running.on('status', (status) => { result.trailers = lists(status.metadata ?? {}); });
  });
}

function callImprobable(job, headers, onFirst) {
  const method = methodOf(job.method);
  const [, service, name] = method.path.split('/');
  const began = performance.now();
  const result = { code: null, details: '', messages: [], initialMetadata: null, trailers: {} };
  const client = improbable.grpc.client({
    methodName: name,
    service: { serviceName: service },
    requestStream: false,
    responseStream: method.responseStream,
    responseType: { deserializeBinary: (bytes) => method.responseDeserialize(Buffer.from(bytes)) },
  }, { host: `http://${job.endpoint}`, transport: NodeHttpTransport() });

  return new Promise((resolve) => {
    client.onHeaders((received) => { result.initialMetadata = received.headersMap; });
    client.onMessage((message) => { if (result.messages.push(message) === 1) onFirst(); });
    client.onEnd((code, details, trailers) => {
      Object.assign(result, { code, details, trailers: trailers.headersMap, elapsedMs: Math.round(performance.now() - began) });
      resolve(result);
    });
    client.start(new improbable.grpc.Metadata(headers));
    client.send({ serializeBinary: () => method.requestSerialize((job.requests ?? [{}])[0]) });
    client.finishSend();
  });
}

function callHttp2(job, headers, onFirst) {
  const method = methodOf(job.method);
  const began = performance.now();
  const message = method.requestSerialize((job.requests ?? [{}])[0]);
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  message.copy(frame, 5);

  return new Promise((resolve, reject) => {
    const session = http2.connect(`http://${job.endpoint}`).on('error', reject);
    const stream = session.request({
      ':method': 'POST', ':path': method.path, 'content-type': 'application/grpc-web+proto', 'x-grpc-web': '1', ...headers,
    });
    const result = { code: null, details: '', messages: [], initialMetadata: null, trailers: {} };
    const finish = (status) => {
      Object.assign(result, { code: Number(status['grpc-status'] ?? 2), details: decodeURIComponent(status['grpc-message'] ?? ''), elapsedMs: Math.round(performance.now() - began) });
      session.close();
      resolve(result);
    };
    let first;
    let body = Buffer.alloc(0);
    stream.on('error', reject);
    stream.on('response', (received) => { first = received; result.initialMetadata = lists(received); });
    stream.on('data', (chunk) => {
      body = Buffer.concat([body, chunk]);
      while (body.length >= 5 && body.length >= 5 + body.readUInt32BE(1)) {
        const content = body.subarray(5, 5 + body.readUInt32BE(1));
        if (body[0] === 0x80) {
          result.trailers = lists(Object.fromEntries(content.toString('latin1').trim().split('\r\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)])));
        } else if (result.messages.push(method.responseDeserialize(content)) === 1) onFirst();
        body = body.subarray(5 + content.length);
      }
    });
    stream.on('end', () => finish(result.trailers['grpc-status'] ? Object.fromEntries(Object.entries(result.trailers).map(([key, [value]]) => [key, value])) : first));
    stream.end(frame);
  });
}
