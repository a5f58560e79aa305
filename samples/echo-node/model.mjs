#!/usr/bin/env node
// Example of a service whose users train models: the gateway calls it, and consumers call the gateway. It knows nothing of payments, keeps
// its models in memory, and "trains" them at once.
//   node model.mjs [--port N] [--host ADDR] [--validate-price COGS] [--train-price COGS] [--exit-with-stdin]
// Prints one line of JSON when it is ready; ends on SIGTERM and SIGINT, and with --exit-with-stdin when standard input closes.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    'validate-price': { type: 'string', default: '3' },
    'train-price': { type: 'string', default: '5' },
    'exit-with-stdin': { type: 'boolean', default: false },
  },
});

const { training } = grpc.loadPackageDefinition(protoLoader.loadSync('training.proto', {
  includeDirs: [fileURLToPath(new URL('../proto', import.meta.url))], longs: String, enums: String, defaults: true,
}));

/** The models by their ids; an id is never given twice, also not after a restart. */
const models = new Map();

class Refused extends Error {
  constructor(code, message) { super(message); this.code = code; }
}

function modelOf(id) {
  const model = models.get(id);
  if (!model) throw new Refused(grpc.status.NOT_FOUND, 'no such model');
  return model;
}

function change(id, status) {
  modelOf(id).status = status;
  return { status };
}

// A link that begins with "bad" stands for data that cannot be used; one with "big" costs ten times as much.
function check(model, link) {
  if (link.startsWith('bad')) throw new Refused(grpc.status.INVALID_ARGUMENT, 'the training data cannot be used');
  return change(model, 'VALIDATED');
}

async function upload(call) {
  let id = '', bytes = 0, broken = false;
  for await (const part of call.iterator({ destroyOnReturn: false })) {
    id = part.modelId;
    bytes += part.data.length;
    broken ||= part.fileName.startsWith('bad');
  }
  modelOf(id).bytes = bytes;
  return check(id, broken ? 'bad' : '');
}

const unary = (work) => async (call, reply) => {
  try {
    reply(null, await work(call.request ?? call, call));
  } catch (error) {
    reply({ code: error.code ?? grpc.status.INTERNAL, details: error.message });
  }
};

const server = new grpc.Server({ 'grpc.max_receive_message_length': 16 << 20 });
server.addService(training.Model.service, {
  create_model: unary(({ name, description }) => {
    const modelId = randomUUID();
    if (description === 'refuse') throw new Refused(grpc.status.RESOURCE_EXHAUSTED, 'no more models');
    models.set(modelId, { name, status: 'CREATED' });
    return { modelId };
  }),
  validate_model_price: unary(({ modelId, trainingDataLink }) => {
    modelOf(modelId);
    if (trainingDataLink.startsWith('unpriced')) throw new Refused(grpc.status.UNAVAILABLE, 'no price');
    return { price: options['validate-price'] + (trainingDataLink.startsWith('big') ? '0' : '') };
  }),
  train_model_price: unary(({ modelId }) => {
    modelOf(modelId);
    return { price: options['train-price'] };
  }),
  validate_model: unary(({ modelId, trainingDataLink }) => check(modelId, trainingDataLink)),
  upload_and_validate: unary((call) => upload(call)),
  train_model: unary(({ modelId }) => {
    if (modelOf(modelId).status !== 'VALIDATED') throw new Refused(grpc.status.FAILED_PRECONDITION, 'validate the model first');
    return change(modelId, 'READY_TO_USE');
  }),
  delete_model: unary(({ modelId }) => {
    modelOf(modelId);
    models.delete(modelId);
    return { status: 'DELETED' };
  }),
  get_model_status: unary(({ modelId }) => ({ status: modelOf(modelId).status })),
});

server.bindAsync(`${options.host}:${options.port}`, grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    process.stderr.write(`model-node: ${error.message}\n`);
    process.exit(1);
  }
  process.stdout.write(JSON.stringify({ ready: true, name: 'model-node', port, pid: process.pid }) + '\n');
});

const end = () => { server.forceShutdown(); process.exit(0); };
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, end);
if (options['exit-with-stdin']) process.stdin.on('end', end).on('error', end).resume();
