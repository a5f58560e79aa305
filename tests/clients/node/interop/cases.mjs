// gRPC's interoperability cases, written once for both stacks of this folder. `calls` is a connection with its payments.
const special = '\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n';
const codes = { ok: 0, cancelled: 1, unknown: 2, invalidArgument: 3, deadlineExceeded: 4, unimplemented: 12 };
const initial = 'x-grpc-test-echo-initial';
const trailing = 'x-grpc-test-echo-trailing-bin';

export function require(truth, what) {
  if (!truth) throw new Error(what);
}

const payload = (size) => ({ body: Buffer.alloc(size) });
const simple = (fields = {}) => ({ responseSize: 314159, payload: payload(271828), ...fields });
const sizes = (...values) => values.map((size) => ({ size }));

/** Sends everything, takes everything; the call must end with this code. */
async function run(calls, code, method, requests, options) {
  const call = calls.start(method, requests, options);
  const replies = [];
  for (let reply = await call.next(); reply; reply = await call.next()) replies.push(reply);
  const status = await call.status;
  require(status.code === code, `${status.code} ${status.message} instead of ${code}`);
  if (code === codes.ok || replies.length > 0) calls.charged();
  return { replies, status, headers: await call.headers };
}

const good = (calls, method, requests, options) => run(calls, codes.ok, method, requests, options);
const bodies = (replies) => replies.map((reply) => reply.payload.body.length).join();

/** A stream of requests that a case writes as it goes. */
function open() {
  const waiting = [];
  let wake = () => {};
  return {
    send(item) { waiting.push(item); wake(); },
    end() { waiting.push(null); wake(); },
    async* [Symbol.asyncIterator]() {
      for (;;) {
        while (waiting.length === 0) await new Promise((resolve) => { wake = resolve; });
        const item = waiting.shift();
        if (item === null) return;
        yield item;
      }
    },
  };
}

async function* list(items) { yield* items; }

const inputs = (bool, expected) => (expected === undefined ? [27182, 8, 1828, 45904] : [27182, 45904]).map((size) => ({
  payload: payload(size), ...(expected === undefined ? {} : { expectCompressed: bool(expected) }),
}));

export const cases = {
  async empty_unary(calls) { await good(calls, 'EmptyCall', {}); },

  async large_unary(calls) {
    require(bodies((await good(calls, 'UnaryCall', simple())).replies) === '314159', 'size');
  },

  async client_compressed_unary(calls) {
    const asked = (value) => simple({ expectCompressed: calls.bool(value) });
    await run(calls, codes.invalidArgument, 'UnaryCall', asked(true));
    await good(calls, 'UnaryCall', asked(true), { compressed: true });
    await good(calls, 'UnaryCall', asked(false));
  },

  async server_compressed_unary(calls) {
    for (const value of [true, false]) {
      require(bodies((await good(calls, 'UnaryCall', simple({ responseCompressed: calls.bool(value) }))).replies) === '314159', 'size');
    }
  },

  async client_streaming(calls) {
    const { replies } = await good(calls, 'StreamingInputCall', list(inputs(calls.bool)));
    require(replies[0].aggregatedPayloadSize === 74922, 'size');
  },

  async client_compressed_streaming(calls) {
    await run(calls, codes.invalidArgument, 'StreamingInputCall', list(inputs(calls.bool, true)));
    await good(calls, 'StreamingInputCall', list(inputs(calls.bool, true)), { compressed: true });
    await good(calls, 'StreamingInputCall', list(inputs(calls.bool, false)));
  },

  async server_streaming(calls) {
    const { replies } = await good(calls, 'StreamingOutputCall', { responseParameters: sizes(31415, 9, 2653, 58979) });
    require(bodies(replies) === '31415,9,2653,58979', 'sizes');
  },

  async server_compressed_streaming(calls) {
    const responseParameters = [{ size: 31415, compressed: calls.bool(true) }, { size: 92653, compressed: calls.bool(false) }];
    require(bodies((await good(calls, 'StreamingOutputCall', { responseParameters })).replies) === '31415,92653', 'sizes');
  },

  async ping_pong(calls) {
    const requests = open();
    const call = calls.start('FullDuplexCall', requests);
    for (const [size, body] of [[31415, 27182], [9, 8], [2653, 1828], [58979, 45904]]) {
      requests.send({ responseParameters: sizes(size), payload: payload(body) });
      require((await call.next()).payload.body.length === size, 'size');
    }
    requests.end();
    require(await call.next() === undefined && (await call.status).code === codes.ok, 'end');
    calls.charged();
  },

  async empty_stream(calls) {
    require((await good(calls, 'FullDuplexCall', list([]))).replies.length === 0, 'no message');
  },

  async custom_metadata(calls) {
    const metadata = { [initial]: 'test_initial_metadata_value', [trailing]: Buffer.from('ababab', 'hex') };
    const duplex = { responseParameters: sizes(314159), payload: payload(271828) };
    for (const [method, request] of [['UnaryCall', simple()], ['FullDuplexCall', list([duplex])]]) {
      const { headers, status } = await good(calls, method, request, { metadata });
      require(headers(initial) === 'test_initial_metadata_value', 'initial metadata');
      require(Buffer.from(status.trailer(trailing)).toString('hex') === 'ababab', 'trailing metadata');
    }
  },

  async status_code_and_message(calls) {
    const responseStatus = { code: 2, message: 'test status message' };
    for (const [method, request] of [['UnaryCall', { responseStatus }], ['FullDuplexCall', list([{ responseStatus }])]]) {
      const { status } = await run(calls, codes.unknown, method, request);
      require(status.message === responseStatus.message, 'text');
    }
  },

  async special_status_message(calls) {
    const { status } = await run(calls, codes.unknown, 'UnaryCall', { responseStatus: { code: 2, message: special } });
    require(status.message === special, 'text');
  },

  async unimplemented_method(calls) { await run(calls, codes.unimplemented, 'UnimplementedCall', {}); },

  async unimplemented_service(calls) {
    await run(calls, codes.unimplemented, 'UnimplementedCall', {}, { service: 'UnimplementedService' });
  },

  async cancel_after_begin(calls) {
    const requests = open();
    const call = calls.start('StreamingInputCall', requests);
    // Begun is what is on the wire: a call that is cancelled in the turn in which it was made is never sent by these stacks.
    await new Promise(setImmediate);
    call.cancel();
    require((await call.status).code === codes.cancelled, 'cancelled');
  },

  async cancel_after_first_response(calls) {
    const requests = open();
    const call = calls.start('FullDuplexCall', requests);
    requests.send({ responseParameters: sizes(31415), payload: payload(27182) });
    require((await call.next()).payload.body.length === 31415, 'size');
    calls.charged();
    call.cancel();
    require((await call.status).code === codes.cancelled, 'cancelled');
  },

  async timeout_on_sleeping_server(calls) {
    const requests = open();
    const call = calls.start('FullDuplexCall', requests, { deadlineMs: 1 });
    requests.send({ payload: payload(27182) });
    const { code, message } = await call.status;
    require(code === codes.deadlineExceeded, `${code} ${message}`);
  },
};
