import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { KeyTerms } from '../../crypto/unseal-key.ts';
import type { CoreServices } from '../core-services.ts';
import type { EffectDecision, ReplyDecision } from '../decision.ts';
import { looseText, withDefault } from '../fields.ts';
import { randomBase62, randomUuid } from '../random-text.ts';
import { handler, type Route } from '../route.ts';
import { makeToken, TOKEN_LENGTH } from '../tokens/make-token.ts';
import type { RequestTurn } from '../turn.ts';
import { KeyCollection } from './key-collection.ts';
import type { VaultKeys } from './vault-keys.ts';
import { tellingWrongKeys } from './wrong-keys.ts';

interface Attempt {
  readonly nonce: string;
  readonly otp: string;
  readonly keys: KeyCollection;
}

const text = withDefault(looseText, '');

/**
 * `sys/generate-root`: enough of the vault's keys make a root token, as in Vault. The token leaves under a one-time pad that
 * whoever began the attempt alone knows. No token is asked for: the keys are the right. Attempts are kept in memory.
 */
export function generateRoot(
  keys: VaultKeys | undefined,
  { cache }: Pick<CoreServices, 'cache'>,
): { readonly routes: readonly Route[]; forget(): void } {
  let attempt: Attempt | undefined;

  const reply = (required: number, more: object = {}): ReplyDecision => ({
    kind: 'reply',
    reply: {
      bare: true,
      data: {
        nonce: attempt?.nonce ?? '',
        started: attempt !== undefined,
        progress: attempt?.keys.progress ?? 0,
        required,
        complete: false,
        encoded_token: '',
        encoded_root_token: '',
        pgp_fingerprint: '',
        otp: '',
        otp_length: TOKEN_LENGTH,
        ...more,
      },
    },
    // A stranger may ask for it as often as for the seal's status. What comes of it is recorded.
    unrecorded: true,
  });
  const readTerms = async () => (await keys?.terms()) ?? { threshold: 1, total: 1 };

  const status = handler<object, KeyTerms>({
    input: z.object({}),
    prepare: readTerms,
    decide: (_turn, _input, { threshold }) => reply(attempt?.keys.required ?? threshold),
  });

  const begin = handler<{ otp: string; pgp_key: string }, KeyTerms>({
    input: z.object({ otp: text, pgp_key: text }),
    prepare: readTerms,
    decide(turn, { otp: given, pgp_key }, { threshold }) {
      if (!keys) throw new KeywardenError('not-available', 'a vault in memory has no keys');
      if (pgp_key !== '') throw new KeywardenError('invalid-request', 'pgp_key is not supported: use an otp');
      if (given !== '' && Buffer.byteLength(given) !== TOKEN_LENGTH) {
        const words = `OTP string is wrong length; length of ${TOKEN_LENGTH} expected`;
        throw new KeywardenError('invalid-request', words);
      }
      if (attempt) throw new KeywardenError('invalid-request', 'root generation already in progress');
      const otp = given === '' ? randomBase62(TOKEN_LENGTH, turn.random) : given;
      attempt = { nonce: randomUuid(turn.random), otp, keys: new KeyCollection(threshold) };
      return reply(threshold, given === '' ? { otp } : {});
    },
  });

  const cancel = handler({
    input: z.object({}),
    decide(): ReplyDecision {
      attempt = undefined;
      return { kind: 'reply', reply: {}, unrecorded: true };
    },
  });

  const update = handler({
    input: z.object({ key: text, nonce: text }),
    decide(_turn, { key, nonce }): ReplyDecision | EffectDecision {
      const current = attempt;
      if (!keys || !current) throw new KeywardenError('invalid-request', 'no root generation in progress');
      if (nonce !== current.nonce) {
        const words = `incorrect nonce supplied; nonce for this root generation operation is "${current.nonce}"`;
        throw new KeywardenError('invalid-request', words);
      }
      const secret = current.keys.take(key);
      const { required } = current.keys;
      if (!secret) return reply(required);
      return {
        kind: 'effect',
        changes: [],
        run: () => tellingWrongKeys(keys.prove(secret)).finally(() => secret.bytes.fill(0)),
        settle(turn) {
          if (attempt !== current)
            throw new KeywardenError('invalid-request', 'no root generation in progress');
          const { change, token } = rootToken(turn, cache);
          const encoded = underPad(token, current.otp);
          const done = reply(required, {
            progress: required,
            complete: true,
            encoded_token: encoded,
            encoded_root_token: encoded,
          });
          attempt = undefined;
          return { kind: 'reply', reply: done.reply, changes: [change] };
        },
      };
    },
  });

  return {
    routes: [
      {
        pattern: 'generate-root/attempt',
        help: 'Begins, shows or cancels making a root token with the keys of the vault.',
        unauthenticated: true,
        operations: { read: status, update: begin, delete: cancel },
      },
      {
        pattern: 'generate-root/update',
        help: 'Takes one key of the vault; with enough of them it makes a root token, under the one-time pad of the attempt.',
        unauthenticated: true,
        operations: { update },
      },
    ],
    forget() {
      attempt = undefined;
    },
  };
}

function rootToken(turn: RequestTurn, cache: CoreServices['cache']) {
  const mount = cache.mounts(turn.db).at('auth/token/');
  if (!mount) throw new KeywardenError('internal');
  const grant = {
    displayName: 'root',
    policies: ['root'],
    metadata: {},
    ttl: 0,
    maxTtl: 0,
    period: 0,
    numUses: 0,
    renewable: false,
  };
  const { change, auth } = makeToken(turn, grant, { mount, path: 'auth/token/root' });
  return { change, token: auth.client_token };
}

/** Each byte under its own of the pad, in base64 without padding, as Vault has it. */
function underPad(token: string, otp: string): string {
  const pad = Buffer.from(otp);
  const bytes = Buffer.from(token).map((byte, at) => byte ^ (pad[at] ?? 0));
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
