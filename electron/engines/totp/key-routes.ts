import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { randomUuid } from '../../core/random-text.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { type KeyFields, keyFields, keyName, type NewKey, readNewKey } from './key-fields.ts';
import { findKey, keysOf, removingKey, secretContext } from './key-rows.ts';
import { keyUrl } from './key-url.ts';
import { TOTP_KEY_WRITTEN } from './totp-changes.ts';

const named = z.object({ name: keyName });

/** What is made ahead of the turn: drawing a code takes its time. */
interface Prepared {
  readonly key: NewKey;
  /** For the person's own device; undefined where it is not asked for, or the other side has it already. */
  readonly shown: { readonly url: string; readonly barcode: string } | undefined;
}

/** `keys` and `keys/:name`. */
export const keyRoutes: readonly Route[] = [
  {
    pattern: 'keys',
    help: 'Lists the keys of this mount.',
    operations: {
      list: handler({
        input: z.object({}),
        decide: (turn): Decision => {
          const keys = keysOf(turn).map(({ name }) => name);
          if (keys.length === 0) throw new KeywardenError('not-found');
          return { kind: 'reply', reply: { data: { keys } } };
        },
      }),
    },
  },
  {
    pattern: 'keys/:name',
    help: 'A key for time-based codes: made here (generate, with issuer and account_name; told once as url and barcode), or brought in as url or key. Its secret is never shown again.',
    exists: (turn, captures) => findKey(turn, captures['name'] ?? '') !== undefined,
    operations: {
      read: handler({
        input: named,
        decide: (turn, { name }): Decision => {
          const key = findKey(turn, name);
          if (!key) throw new KeywardenError('not-found');
          const { accountName: account_name, algorithm, digits, issuer, period } = key;
          return { kind: 'reply', reply: { data: { account_name, algorithm, digits, issuer, period } } };
        },
      }),
      update: handler({
        input: keyFields,
        prepare: async (input, { ports }): Promise<Prepared> => {
          const key = readNewKey(input, ports.random);
          return { key, shown: await drawn(input, key) };
        },
        decide: write,
      }),
      delete: handler({
        input: named,
        decide: (turn, { name }): Decision => {
          const key = findKey(turn, name);
          return { kind: 'reply', changes: key ? removingKey(key) : [], reply: {} };
        },
      }),
    },
  },
];

function write(turn: RequestTurn, { name }: KeyFields, { key, shown }: Prepared): Decision {
  const { secret, ...terms } = key;
  const before = findKey(turn, name);
  const bound = { mount: turn.mount.uuid, id: randomUuid(turn.random) };
  const value = turn.sealValue(secret, secretContext(bound));
  secret.fill(0);
  const written = TOTP_KEY_WRITTEN.make({ ...bound, ...terms, name, value });
  const forgotten = before ? [{ type: FORGET_VALUE, data: { hash: before.value } }] : [];
  return { kind: 'reply', changes: [written, ...forgotten], reply: shown ? { data: { ...shown } } : {} };
}

async function drawn(
  { generate, exported, qr_size: width }: KeyFields,
  key: NewKey,
): Promise<Prepared['shown']> {
  if (!generate || !exported) return undefined;
  const url = keyUrl(key.secret, key);
  if (width === 0) return { url, barcode: '' };
  // For these requests alone: nobody else waits for it to load.
  const { default: qrcode } = await import('qrcode');
  try {
    return { url, barcode: (await qrcode.toBuffer(url, { width, type: 'png' })).toString('base64') };
  } catch {
    throw new KeywardenError('invalid-request', 'issuer and account_name are too long for a barcode');
  }
}
