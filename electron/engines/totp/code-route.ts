import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, withDefault } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { keyName } from './key-fields.ts';
import { findKey, type TotpKey, withSecret } from './key-rows.ts';
import { waitAfter } from './miss-delay.ts';
import { codeAt, stepAt, stepOfCode } from './time-code.ts';
import { TOTP_CODE_MISSED, TOTP_CODE_USED } from './totp-changes.ts';

/** `code/:name`: reading makes the code of now, writing checks one. */
export const codeRoute: Route = {
  pattern: 'code/:name',
  help: 'Reading gives the code of now; writing code says whether one is valid. A code is accepted once; after five wrong ones the key is closed for a period, and twice as long after each further one.',
  operations: {
    read: handler({
      input: z.object({ name: keyName }),
      decide: (turn, { name }): Decision => {
        const key = requireKey(turn, name);
        const code = withSecret(turn, key, (secret) => codeAt(secret, stepAt(turn.now, key), key));
        return { kind: 'reply', reply: { data: { code } } };
      },
    }),
    update: handler({
      input: z.object({ name: keyName, code: withDefault(looseText, '') }),
      decide: (turn, { name, code }): Decision => {
        if (code === '') throw new KeywardenError('invalid-request', 'the code value is required');
        const key = requireKey(turn, name);
        refuseClosed(turn, key);
        const step = withSecret(turn, key, (secret) => stepOfCode(secret, code, turn.now, key));
        if (step === undefined)
          return { kind: 'reply', changes: [miss(turn, key)], reply: { data: { valid: false } } };
        // RFC 6238, section 5.2: the verifier must not accept it a second time, nor an older one after it.
        if (step <= key.usedStep) {
          throw new KeywardenError('invalid-request', 'code already used; wait until the next time period');
        }
        const used = TOTP_CODE_USED.make({ id: key.id, step });
        return { kind: 'reply', changes: [used], reply: { data: { valid: true } } };
      },
    }),
  },
};

function requireKey(turn: RequestTurn, name: string): TotpKey {
  const key = findKey(turn, name);
  if (!key) throw new KeywardenError('invalid-request', `unknown key: ${name}`);
  return key;
}

/** SECURITY(B2): not even a right code tells a guesser then that it is one. */
function refuseClosed({ now }: RequestTurn, { closedUntil }: TotpKey): void {
  if (now >= closedUntil) return;
  const seconds = Math.ceil((closedUntil - now) / 1000);
  throw new KeywardenError(
    'too-many-requests',
    `too many wrong codes: this key takes the next one in ${seconds} second${seconds === 1 ? '' : 's'}`,
  );
}

function miss({ now }: RequestTurn, key: TotpKey) {
  const misses = key.misses + 1;
  return TOTP_CODE_MISSED.make({ id: key.id, misses, closedUntil: now + waitAfter(misses, key) });
}
