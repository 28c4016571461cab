import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseCount, looseText, maybe, ttlField } from '../../core/fields.ts';
import { randomUuid } from '../../core/random-text.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { parseBaseUrl } from './base-url.ts';
import { UPSTREAM_CONFIGURED, UPSTREAM_REMOVED } from './http-changes.ts';
import { checkPlacement, type KeyPlacement } from './key-placement.ts';
import { nameField } from './name-field.ts';
import { findUpstream, revealKey, sealKey, type Upstream, upstreamsOf } from './upstream-rows.ts';

const DEFAULT_CONNECTIONS = 32;
const MOST_CONNECTIONS = 256;
/** Seconds without a byte either way: models think for minutes. */
const DEFAULT_IDLE = 300;
/** A shorter text would be masked where it is nobody's key. */
const SHORTEST_KEY = 8;

const named = z.object({ name: nameField });
const configFields = z.object({
  name: nameField,
  base_url: maybe(looseText),
  key: maybe(looseText),
  auth: maybe(z.enum(['header', 'basic', 'query'], { error: 'auth must be header, basic or query' })),
  header: maybe(looseText),
  template: maybe(looseText),
  username: maybe(looseText),
  query_parameter: maybe(looseText),
  ca: maybe(looseText),
  max_connections: maybe(looseCount),
  idle_timeout: maybe(ttlField),
});
type ConfigFields = z.output<typeof configFields>;

/** `config`: which upstreams there are. */
export const configListRoute: Route = {
  pattern: 'config',
  help: 'Lists the upstreams of this mount.',
  operations: {
    list: handler({
      input: z.object({}),
      decide: (turn): Decision => {
        const keys = upstreamsOf(turn.db, turn.mount.uuid).map(({ name }) => name);
        if (keys.length === 0) throw new KeywardenError('not-found');
        return { kind: 'reply', reply: { data: { keys } } };
      },
    }),
  },
};

/** `config/:name`: one upstream, and its key, which is written and never read. */
export const configRoute: Route = {
  pattern: 'config/:name',
  help: 'One upstream: base_url, its key (never shown), and how that is added: auth is header (header, template), basic (username) or query (query_parameter). ca is a certificate in PEM that alone is trusted.',
  exists: (turn, captures) => findUpstream(turn.db, turn.mount.uuid, captures['name'] ?? '') !== undefined,
  operations: {
    read: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const upstream = findUpstream(turn.db, turn.mount.uuid, name);
        if (!upstream) throw new KeywardenError('not-found');
        return { kind: 'reply', reply: { data: show(upstream) } };
      },
    }),
    update: handler({ input: configFields, decide: configure }),
    delete: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const upstream = findUpstream(turn.db, turn.mount.uuid, name);
        if (!upstream) return { kind: 'reply', reply: {} };
        const removed = UPSTREAM_REMOVED.make({ mount: turn.mount.uuid, name });
        return { kind: 'reply', changes: [removed, forget(upstream)], reply: {} };
      },
    }),
  },
};

function configure(turn: RequestTurn, input: ConfigFields): Decision {
  const mount = turn.mount.uuid;
  const before = findUpstream(turn.db, mount, input.name);
  const baseUrl = input.base_url === undefined ? before?.baseUrl : parseBaseUrl(input.base_url);
  if (baseUrl === undefined) throw new KeywardenError('invalid-request', 'missing base_url');
  const placement = placementOf(input, before);
  checkPlacement(placement);
  const ca = input.ca ?? before?.ca ?? '';
  checkCa(ca);
  const moves = before !== undefined && (before.baseUrl !== baseUrl || before.ca !== ca);
  // SECURITY: who may write here and not read the key could otherwise have it sent to a host of their own.
  if (moves && input.key === undefined) {
    throw new KeywardenError('invalid-request', 'key: must be given anew when base_url or ca changes');
  }
  // A key that comes out of a file has the end of a line behind it.
  const key = input.key?.trim() ?? (before && revealKey(turn, before));
  if (key === undefined) throw new KeywardenError('invalid-request', 'missing key');
  if (key.length < SHORTEST_KEY || !/^[\x21-\x7e]+$/.test(key)) {
    throw new KeywardenError(
      'invalid-request',
      'key: must be at least 8 printable characters without spaces',
    );
  }
  // What is being forwarded goes on where the limits alone are others, and is cut where anything else is.
  const kept =
    before && !moves && samePlacement(placement, before.placement) && key === revealKey(turn, before)
      ? before
      : undefined;
  const bound = {
    mount,
    id: before && before.baseUrl === baseUrl ? before.id : randomUuid(turn.random),
    version: kept?.version ?? (before?.version ?? 0) + 1,
  };
  const configured = UPSTREAM_CONFIGURED.make({
    ...bound,
    name: input.name,
    baseUrl,
    placement,
    ca,
    maxConnections: Math.min(
      input.max_connections || before?.maxConnections || DEFAULT_CONNECTIONS,
      MOST_CONNECTIONS,
    ),
    idleTimeout: input.idle_timeout || before?.idleTimeout || DEFAULT_IDLE,
    secret: kept?.secret ?? sealKey(turn, bound, key),
  });
  return { kind: 'reply', changes: [configured, ...(before && !kept ? [forget(before)] : [])], reply: {} };
}

/** Both were made by `placementOf`, whose members come in one order. */
function samePlacement(one: KeyPlacement, other: KeyPlacement): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function placementOf(input: ConfigFields, before: Upstream | undefined): KeyPlacement {
  const auth = input.auth ?? before?.placement.auth ?? 'header';
  const old = before?.placement;
  switch (auth) {
    case 'header':
      return {
        auth,
        header: input.header ?? (old?.auth === auth ? old.header : 'Authorization'),
        template:
          input.template ??
          (old?.auth === auth && input.header === undefined
            ? old.template
            : (input.header ?? 'authorization').toLowerCase() === 'authorization'
              ? 'Bearer {{key}}'
              : '{{key}}'),
      };
    case 'basic':
      return { auth, username: input.username ?? (old?.auth === auth ? old.username : '') };
    case 'query':
      return {
        auth,
        parameter: input.query_parameter ?? (old?.auth === auth ? old.parameter : 'key'),
      };
    default:
      return auth satisfies never;
  }
}

function checkCa(ca: string): void {
  if (ca === '') return;
  try {
    new X509Certificate(ca);
  } catch {
    throw new KeywardenError('invalid-request', 'ca: not a certificate in PEM');
  }
}

function forget({ secret }: Upstream) {
  return { type: FORGET_VALUE, data: { hash: secret } };
}

function show(upstream: Upstream): Record<string, unknown> {
  const { placement } = upstream;
  return {
    base_url: upstream.baseUrl,
    auth: placement.auth,
    ...(placement.auth === 'header' ? { header: placement.header, template: placement.template } : {}),
    ...(placement.auth === 'basic' ? { username: placement.username } : {}),
    ...(placement.auth === 'query' ? { query_parameter: placement.parameter } : {}),
    ca: upstream.ca,
    max_connections: upstream.maxConnections,
    idle_timeout: upstream.idleTimeout,
  };
}
