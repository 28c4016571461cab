import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { proxyPath } from './creds-route.ts';
import { forwardTo } from './forward-to.ts';
import { readLeaseData } from './keycard-leases.ts';
import { nameField } from './name-field.ts';
import { isNamed } from './request-headers.ts';
import { findRole, roleAllows } from './role-rows.ts';
import { findUpstream, revealKey } from './upstream-rows.ts';

const input = z.object({ name: nameField, path: z.string() });
const forward = handler({ input, decide });

/** `proxy/:name/…`: what is asked here goes on to the upstream. */
export const proxyRoute: Route = {
  pattern: 'proxy/:name/:path*',
  help: 'Goes on to the upstream with its real key, for whoever shows a keycard of a role that allows the method and the path.',
  keycard: true,
  operations: { read: forward, update: forward, patch: forward, delete: forward },
};

function decide(turn: RequestTurn, { name, path }: z.output<typeof input>): Decision {
  const { keycard, exchange } = turn;
  if (!keycard || !exchange) throw new KeywardenError('unsupported-operation');
  const issued = readLeaseData(keycard);
  const role = findRole(turn.db, turn.mount.uuid, issued.role);
  const upstream = findUpstream(turn.db, turn.mount.uuid, name);
  // The upstream that the keycard was issued for, under the address that it had then; the role as it is now.
  if (!role || !upstream || upstream.id !== issued.upstream || role.upstream !== name) {
    throw new KeywardenError('policy-denied');
  }
  if (!roleAllows(role, exchange.method, path)) throw new KeywardenError('policy-denied');
  // Some frameworks serve another method than the request's when the query says so.
  if (exchange.rawQuery.split('&').some((pair) => isNamed(pair, '_method'))) {
    throw new KeywardenError('policy-denied');
  }
  const segments = turn.mount.path.split('/').length - 1 + 2;
  const order = {
    upstream,
    key: revealKey(turn, upstream),
    rawPath: exchange.rawPath.split('/').slice(segments).join('/'),
    proxyPath: proxyPath(turn.mount.path, upstream.name),
  };
  return {
    kind: 'forward',
    by: `${upstream.id} ${upstream.version}`,
    forward: (streams, signal) => forwardTo(order, streams, signal),
  };
}
