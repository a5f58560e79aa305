// Writes tests/vectors/ipfs.json: the ids that files of several sizes get. Byte i of a file is ((i * 2654435761) mod 2^32) >> 13, mod 256.
import fs from 'node:fs';
import { MemoryBlockstore } from 'blockstore-core';
import { addFile, forms } from './files.mjs';

const contentOf = (size) => Uint8Array.from({ length: size }, (_, i) => Math.imul(i, 2654435761) >>> 13);
const files = [];
for (const size of [0, 1, 1000, 262_144, 262_145, 1_000_000, 1_048_577, 262_144 * 175 + 3]) {
  const ids = {};
  for (const form of Object.keys(forms)) ids[form] = (await addFile(new MemoryBlockstore(), contentOf(size), form)).toString();
  files.push({ size, ...ids });
}
const lines = files.map((file) => `    ${JSON.stringify(file)}`).join(',\n');
fs.writeFileSync(new URL('../vectors/ipfs.json', import.meta.url), `{\n  "files": [\n${lines}\n  ]\n}\n`);
