import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { checkFreeName } from './add-issuer.ts';
import { allIssuers, findIssuer } from './issuer.ts';
import { KEY_NAMED, KEY_REMOVED } from './issuer-changes.ts';
import { allKeys, findKey, forgetKey, type IssuerKey, revealKey } from './issuer-key.ts';
import { describeKey } from './private-key.ts';

const one = z.object({ key_ref: looseText });

/** `keys`, `key/:ref`: the private keys of the mount, of which nothing is shown but their kind. */
export const keyRoutes: readonly Route[] = [
  {
    pattern: 'keys',
    help: 'Lists the keys of the mount, with an issuer or without.',
    operations: {
      list: handler({
        input: z.object({}),
        decide(turn): Decision {
          const all = allKeys(turn);
          if (all.length === 0) throw new KeywardenError('not-found');
          const usual = findIssuer(turn)?.keyId;
          const info = all.map(({ id, name }) => [id, { key_name: name, is_default: id === usual }]);
          const data = { keys: all.map(({ id }) => id), key_info: Object.fromEntries(info) };
          return { kind: 'reply', reply: { data } };
        },
      }),
    },
  },
  {
    pattern: 'key/:key_ref',
    help: 'One key by its id, its name or "default": its name and its kind. Deleting it forgets it; its issuers sign nothing more.',
    operations: {
      read: handler({
        input: one,
        decide: (turn, input): Decision => ({
          kind: 'reply',
          reply: { data: show(turn, existing(turn, input.key_ref)) },
        }),
      }),
      update: handler({
        input: z.object({ key_ref: looseText, key_name: looseText }),
        decide(turn, input): Decision {
          const key = existing(turn, input.key_ref);
          checkFreeName(turn, input.key_name, 'key', key.id);
          const named = KEY_NAMED.make({ mount: turn.mount.uuid, id: key.id, name: input.key_name });
          const data = show(turn, { ...key, name: input.key_name });
          return { kind: 'reply', changes: [named], reply: { data } };
        },
      }),
      delete: handler({
        input: one,
        decide(turn, input): Decision {
          const key = findKey(turn, input.key_ref);
          if (!key) return { kind: 'reply', reply: {} };
          const users = allIssuers(turn).filter(({ keyId }) => keyId === key.id);
          const warnings = users.map(({ id }) => `the issuer ${id} has lost its key: it signs nothing more`);
          const removed = KEY_REMOVED.make({ mount: turn.mount.uuid, id: key.id });
          return { kind: 'reply', changes: [removed, forgetKey(key)], reply: { warnings } };
        },
      }),
    },
  },
];

function existing(turn: RequestTurn, ref: string): IssuerKey {
  const key = findKey(turn, ref === 'default' ? (findIssuer(turn)?.keyId ?? '') : ref);
  if (!key) throw new KeywardenError('not-found');
  return key;
}

function show(turn: RequestTurn, key: IssuerKey): Record<string, unknown> {
  return { key_id: key.id, key_name: key.name, key_type: describeKey(revealKey(turn, key)).type };
}
