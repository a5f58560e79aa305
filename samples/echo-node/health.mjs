// grpc.health.v1: one state for the whole process, watched by whoever asked to.
import grpc from '@grpc/grpc-js';

const SERVICES = new Set(['', 'example.Echo']);

export class Health {
  #serving = true;
  #watchers = new Set();

  get #status() { return this.#serving ? 'SERVING' : 'NOT_SERVING'; }

  set(serving) {
    if (this.#serving === serving) return;
    this.#serving = serving;
    for (const call of this.#watchers) call.write({ status: this.#status });
  }

  handlers() {
    return {
      check: (call, reply) => {
        if (SERVICES.has(call.request.service)) reply(null, { status: this.#status });
        else reply({ code: grpc.status.NOT_FOUND, details: 'unknown service' });
      },
      watch: (call) => {
        const known = SERVICES.has(call.request.service);
        call.write({ status: known ? this.#status : 'SERVICE_UNKNOWN' });
        if (!known) return; // The protocol keeps the watch open: the service might be added later.
        this.#watchers.add(call);
        call.on('cancelled', () => { this.#watchers.delete(call); call.end(); });
      },
    };
  }
}
