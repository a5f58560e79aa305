// Adds files to a store of blocks as `ipfs add` does, by the importer of Helia, the IPFS implementation in JavaScript.
import { importer } from 'ipfs-unixfs-importer';
import { fixedSize } from 'ipfs-unixfs-importer/chunker';
import { balanced } from 'ipfs-unixfs-importer/layout';

const version0 = {
  cidVersion: 0, rawLeaves: false, reduceSingleLeafToSelf: true,
  chunker: fixedSize({ chunkSize: 262_144 }), layout: balanced({ maxChildrenPerNode: 174 }),
};
const version1 = { ...version0, cidVersion: 1, rawLeaves: true };

/** The forms in which tools add files: the default of Kubo, its version 1, and version 1 in large parts. */
export const forms = { version0, version1, large: { ...version1, chunker: fixedSize({ chunkSize: 1_048_576 }) } };

export async function addFile(store, content, form = 'version0') {
  let root;
  for await (const entry of importer([{ content: (async function* () { yield content; })() }], store, forms[form])) root = entry.cid;
  return root;
}
