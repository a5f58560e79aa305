// The Echo service: does what its request asks for (see ../proto/example.proto).
import { setTimeout as pause } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';

export class Echo {
  counts = { begun: 0, succeeded: 0, failed: 0, cancelled: 0 };
  #instance;

  constructor(instance) { this.#instance = instance; }

  handlers() {
    return {
      say: (call, reply) => this.#unary(call, reply, async (scene) => {
        scene.begin(call.request);
        return scene.only(call.request.text);
      }),
      gather: (call, reply) => this.#unary(call, reply, async (scene) => {
        const texts = [];
        for await (const request of call.iterator({ destroyOnReturn: false })) {
          if (scene.requests === 0) scene.begin(request); else scene.requests++;
          texts.push(request.text);
        }
        if (scene.requests === 0) scene.begin({});
        return scene.only(texts.join(' '));
      }),
      count: (call) => this.#stream(call, async (scene) => {
        scene.begin(call.request);
        await scene.answer(call.request.text, call.request.answers || 3);
      }),
      talk: (call) => this.#stream(call, async (scene) => {
        // Plain iteration would destroy the call, answers included, when its last request has been read.
        for await (const request of call.iterator({ destroyOnReturn: false })) {
          if (scene.requests === 0) scene.begin(request); else scene.requests++;
          await scene.answer(request.text, request.answers || 1);
        }
        if (scene.requests === 0) scene.begin({});
        await scene.finish();
      }),
    };
  }

  async #unary(call, reply, work) {
    const scene = new Scene(call, this.#instance);
    this.counts.begun++;
    try {
      const answer = await work(scene);
      this.counts.succeeded++;
      reply(null, answer, scene.trailers);
    } catch (error) {
      reply(this.#statusOf(error, scene));
    }
  }

  async #stream(call, work) {
    const scene = new Scene(call, this.#instance);
    this.counts.begun++;
    try {
      await work(scene);
      this.counts.succeeded++;
      call.end(scene.trailers);
    } catch (error) {
      call.emit('error', this.#statusOf(error, scene));
    }
  }

  #statusOf(error, scene) {
    if (scene.cancelled) this.counts.cancelled++;
    else this.counts.failed++;
    const known = error instanceof AskedFor;
    return Object.assign(error, {
      code: known ? error.code : scene.cancelled ? grpc.status.CANCELLED : grpc.status.INTERNAL,
      details: error.message, metadata: scene.trailers ?? new grpc.Metadata(),
    });
  }
}

class AskedFor extends Error {
  constructor({ code, message }) { super(message); this.code = code; }
}

/** One call: what its first request asked for, and how far it has come. */
class Scene {
  requests = 0;
  trailers;
  #call;
  #instance;
  #ask;
  #sent = 0;
  #left = new AbortController();
  #deadlineMs;

  constructor(call, instance) {
    this.#call = call;
    this.#instance = instance;
    call.on('cancelled', () => this.#left.abort());
    const deadline = call.getDeadline();
    if (Number.isFinite(Number(deadline))) this.#deadlineMs = Math.max(0, Math.round(Number(deadline) - Date.now()));
  }

  get cancelled() { return this.#call.cancelled || this.#left.signal.aborted; }

  begin(ask) {
    this.requests = 1;
    this.#ask = ask;
    this.trailers = metadataOf(ask.trailingMetadata);
    this.#initial = metadataOf(ask.initialMetadata);
    if (ask.headersFirst) this.#sendInitial();
  }

  /** The one answer of Say and Gather; a failure or a stall comes in its place. */
  async only(text) {
    await this.#beforeAnswer();
    if (this.#ask.failure) throw new AskedFor(this.#ask.failure);
    if (this.#stallsAt(0)) await this.#untilCancelled();
    this.#sendInitial();
    return this.#reply(text);
  }

  async answer(text, count) {
    for (let i = 0; i < count; i++) {
      this.#failIfDue();
      if (this.#stallsAt(this.#sent)) await this.#untilCancelled();
      await this.#beforeAnswer();
      this.#sendInitial();
      await this.#write(this.#reply(text));
    }
    if (this.#call.request) await this.finish();
  }

  /** What remains to be done when all answers have gone out. */
  async finish() {
    if (this.#ask.failure) throw new AskedFor(this.#ask.failure);
    if (this.#stallsAt(this.#sent)) await this.#untilCancelled();
    this.#sendInitial();
  }

  #initial;
  #sendInitial() {
    if (this.#initial) this.#call.sendMetadata(this.#initial);
    this.#initial = undefined;
  }

  #failIfDue() {
    if (this.#ask.failure && this.#sent >= this.#ask.failure.afterAnswers) throw new AskedFor(this.#ask.failure);
  }

  #stallsAt(answers) {
    return this.#ask._stallAfter === 'stallAfter' && answers >= this.#ask.stallAfter;
  }

  async #beforeAnswer() {
    const milliseconds = this.#sent === 0 ? this.#ask.firstDelayMs : this.#ask.gapMs;
    if (milliseconds) await pause(milliseconds, undefined, { signal: this.#left.signal });
  }

  async #untilCancelled() {
    await new Promise((resolve) => {
      if (this.cancelled) resolve();
      else this.#left.signal.addEventListener('abort', resolve, { once: true });
    });
    throw new Error('the caller has left');
  }

  async #write(message) {
    if (this.cancelled) throw new Error('the caller has left');
    if (this.#call.write(message)) return;
    await new Promise((resolve) => {
      this.#call.once('drain', resolve);
      this.#left.signal.addEventListener('abort', resolve, { once: true });
    });
  }

  #reply(text) {
    const reply = { text, index: this.#sent++, instance: this.#instance, requests: this.requests };
    if (this.#ask.paddingBytes) reply.padding = Buffer.alloc(this.#ask.paddingBytes, 'x');
    if (this.#deadlineMs !== undefined) reply.deadlineMs = this.#deadlineMs;
    if (this.#ask.showMetadata) reply.metadata = entriesOf(this.#call.metadata);
    return reply;
  }
}

function metadataOf(map) {
  const metadata = new grpc.Metadata();
  for (const [key, value] of Object.entries(map ?? {})) metadata.set(key, key.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  return metadata;
}

function entriesOf(metadata) {
  return Object.keys(metadata.getMap()).sort().map((key) => ({
    key, value: metadata.get(key).map((value) => (Buffer.isBuffer(value) ? value.toString('base64') : value)).join(', '),
  }));
}
