import { z } from 'zod';
import type { Route } from '../../core/route.ts';
import { kv2Handler } from './kv2-handler.ts';

/** Any other path: a client that takes this mount for version 1 is told so, in Vault's words. */
export const unversionedRoute: Route = {
  pattern: ':path*',
  help: 'Says where a secret of KV 2 is really found: below data/ or metadata/.',
  operations: {
    read: hint('get'),
    update: hint('put'),
    list: hint('list'),
    delete: hint('delete'),
  },
};

function hint(command: string) {
  const warning = `Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv ${command}' for this operation.`;
  return kv2Handler(z.object({}), () => ({ kind: 'reply', reply: { status: 404, warnings: [warning] } }));
}
