// What the Registry's addresses lead to, for consumers on the public SDKs: a gateway of IPFS that holds two documents.
import { createServer } from 'node:http';

/** Serves the organization's and the service's metadata on a free port: `endpoint` and `price` of the job are the service's. */
export async function serveMetadata({ accounts, group, organization, service }, job) {
  const payment = { payment_address: accounts.provider.address, payment_expiration_threshold: 100, payment_channel_storage_type: 'etcd' };
  const documents = new Map([
    [organization.metadataUri, { org_id: organization.id, groups: [{ group_name: group.name, group_id: group.idBase64, payment }] }],
    [service.metadataUri, {
      version: 1,
      groups: [{
        group_name: group.name,
        group_id: group.idBase64,
        endpoints: [`http://${job.endpoint}`],
        pricing: [{ price_model: 'fixed_price', price_in_cogs: job.price, default: true }],
      }],
    }],
  ]);
  const ipfs = createServer((request, response) => {
    const url = new URL(request.url, 'http://ipfs');
    const document = url.pathname === '/api/v0/cat' ? documents.get(`ipfs://${url.searchParams.get('arg')}`) : undefined;
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(document ?? {}));
  });
  await new Promise((ready) => ipfs.listen(0, '127.0.0.1', ready));
  return ipfs;
}
