import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import { type KeyTerms, type MadeKeys, makeKeys, showKeys } from '../../crypto/unseal-key.ts';
import type { WaySecret } from '../../vault/way-in.ts';
import type { NewKeys } from '../../vault/ways-in.ts';
import type { EffectDecision, ReplyDecision } from '../decision.ts';
import { looseText, maybe, withDefault } from '../fields.ts';
import { randomUuid } from '../random-text.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { KeyCollection } from './key-collection.ts';
import { readKeyTerms } from './key-terms.ts';
import type { VaultKeys } from './vault-keys.ts';
import { tellingWrongKeys } from './wrong-keys.ts';

/** New keys that wait until their holders have shown them. */
interface Unverified {
  readonly nonce: string;
  /** What the old keys opened the vault with. */
  readonly proof: WaySecret;
  readonly keys: NewKeys;
  readonly collection: KeyCollection;
}

interface Attempt {
  readonly nonce: string;
  readonly wanted: KeyTerms;
  readonly verify: boolean;
  readonly collection: KeyCollection;
  readonly unverified?: Unverified;
}

const text = withDefault(looseText, '');
const given = z.object({ key: text, nonce: text });
const wish = z.object({
  secret_shares: z.unknown(),
  secret_threshold: z.unknown(),
  require_verification: withDefault(looseBoolean, false),
  backup: withDefault(looseBoolean, false),
  pgp_keys: maybe(looseTextList),
});

/**
 * `sys/rekey`: enough of the vault's keys put new ones in their place and start an epoch. No token is asked for: the keys are
 * the right. An attempt is kept in memory; with `require_verification` the old keys hold until the new ones were shown.
 */
export function rekeying(keys: VaultKeys | undefined): {
  readonly routes: readonly Route[];
  forget(): void;
} {
  let attempt: Attempt | undefined;
  const forget = () => {
    attempt?.unverified?.proof.bytes.fill(0);
    attempt?.unverified?.keys.secret.bytes.fill(0);
    attempt = undefined;
  };
  const readTerms = async () => (await keys?.terms()) ?? { threshold: 1, total: 1 };

  const status = (required: number): ReplyDecision =>
    bare({
      nonce: attempt?.nonce ?? '',
      started: attempt !== undefined,
      t: attempt?.wanted.threshold ?? 0,
      n: attempt?.wanted.total ?? 0,
      progress: attempt?.collection.progress ?? 0,
      required,
      pgp_fingerprints: null,
      backup: false,
      verification_required: attempt?.verify ?? false,
      ...(attempt?.unverified && { verification_nonce: attempt.unverified.nonce }),
    });
  const verification = (nonce: string): Attempt & { readonly unverified: Unverified } => {
    if (!attempt?.unverified) throw refused('no rekey verification in progress');
    if (nonce !== attempt.unverified.nonce) {
      throw refused(
        `incorrect nonce supplied; nonce for this verify operation is "${attempt.unverified.nonce}"`,
      );
    }
    return { ...attempt, unverified: attempt.unverified };
  };
  const verifyStatus = (): ReplyDecision => {
    if (!attempt?.unverified) throw refused('no rekey verification in progress');
    const { wanted, unverified } = attempt;
    return bare({
      nonce: unverified.nonce,
      started: true,
      t: wanted.threshold,
      n: wanted.total,
      progress: unverified.collection.progress,
    });
  };

  const read = handler<object, KeyTerms>({
    input: z.object({}),
    prepare: readTerms,
    decide: (_turn, _input, { threshold }) => status(attempt?.collection.required ?? threshold),
  });

  const begin = handler<z.infer<typeof wish>, KeyTerms>({
    input: wish,
    prepare: readTerms,
    decide(turn, input, { threshold }) {
      if (!keys) throw new KeywardenError('not-available', 'a vault in memory has no keys to replace');
      if (input.backup || (input.pgp_keys ?? []).length > 0) throw refused('PGP keys are not supported here');
      const wanted = readKeyTerms(input, 'invalid rekey seal configuration');
      if (attempt) throw refused('rekey already in progress');
      attempt = {
        nonce: randomUuid(turn.random),
        wanted,
        verify: input.require_verification,
        collection: new KeyCollection(threshold),
      };
      return status(threshold);
    },
  });

  const cancel = handler({
    input: z.object({}),
    decide(): ReplyDecision {
      forget();
      return { kind: 'reply', reply: {}, unrecorded: true };
    },
  });

  const update = handler({
    input: given,
    decide(turn, { key, nonce }): ReplyDecision | EffectDecision {
      const current = attempt;
      if (!keys || !current) throw refused('no barrier rekey in progress');
      if (nonce !== current.nonce) {
        throw refused(`incorrect nonce supplied; nonce for this rekey operation is "${current.nonce}"`);
      }
      if (current.unverified) {
        const words =
          'rekey operation already finished; verification must be performed; nonce for the verification operation is';
        throw refused(`${words} "${current.unverified.nonce}"`);
      }
      const proof = current.collection.take(key);
      if (!proof) return status(current.collection.required);
      const made = newKeys(current.wanted, turn.random);
      return {
        kind: 'effect',
        changes: [],
        run: () =>
          tellingWrongKeys(current.verify ? keys.prove(proof) : keys.replace(proof, made.keys)).catch(
            (thrown) => {
              proof.bytes.fill(0);
              throw thrown;
            },
          ),
        settle(settling) {
          if (current.verify) return begunVerifying(settling, current, proof, made);
          proof.bytes.fill(0);
          const shown = showKeys(made.shown);
          made.keys.secret.bytes.fill(0);
          if (attempt === current) attempt = undefined;
          return completed(current.nonce, shown, undefined);
        },
      };
    },
  });

  const begunVerifying = (
    turn: RequestTurn,
    current: Attempt,
    proof: WaySecret,
    { keys: made, shown }: ReturnType<typeof newKeys>,
  ): ReplyDecision => {
    if (attempt !== current) {
      proof.bytes.fill(0);
      made.secret.bytes.fill(0);
      throw refused('no barrier rekey in progress');
    }
    const nonce = randomUuid(turn.random);
    const collection = new KeyCollection(current.wanted.threshold);
    attempt = { ...current, unverified: { nonce, proof, keys: made, collection } };
    return completed(current.nonce, showKeys(shown), nonce);
  };

  const readVerify = handler({ input: z.object({}), decide: verifyStatus });

  const restartVerify = handler({
    input: z.object({}),
    decide(turn): ReplyDecision {
      if (!attempt?.unverified) throw refused('no rekey verification in progress');
      attempt.unverified.collection.forget();
      attempt = { ...attempt, unverified: { ...attempt.unverified, nonce: randomUuid(turn.random) } };
      return verifyStatus();
    },
  });

  const verify = handler({
    input: given,
    decide(_turn, { key, nonce }): ReplyDecision | EffectDecision {
      const current = verification(nonce);
      const { collection, proof, keys: made } = current.unverified;
      const shown = collection.take(key);
      if (!shown) return verifyStatus();
      const isRight = timingSafeEqual(shown.bytes, made.secret.bytes);
      shown.bytes.fill(0);
      if (!keys || !isRight) throw refused('these are not the new keys: give all of them again');
      // Anybody may cancel the attempt, which zero-fills what it holds: never what is being put in place.
      const used = { proof: copyOf(proof), keys: { ...made, secret: copyOf(made.secret) } };
      return {
        kind: 'effect',
        changes: [],
        run: () =>
          tellingWrongKeys(keys.replace(used.proof, used.keys)).finally(() => {
            used.proof.bytes.fill(0);
            used.keys.secret.bytes.fill(0);
          }),
        settle() {
          if (attempt?.nonce === current.nonce) forget();
          return { kind: 'reply', reply: { bare: true, data: { nonce, complete: true } } };
        },
      };
    },
  });

  return {
    routes: [
      {
        pattern: 'rekey/init',
        help: 'Begins, shows or cancels putting new keys in the place of those that open the vault.',
        unauthenticated: true,
        operations: { read, update: begin, delete: cancel },
      },
      {
        pattern: 'rekey/update',
        help: 'Takes one of the old keys; with enough of them the new ones are made and an epoch starts.',
        unauthenticated: true,
        operations: { update },
      },
      {
        pattern: 'rekey/verify',
        help: 'Takes one of the new keys where they must be shown before they hold, shows how far that is, or begins it anew.',
        unauthenticated: true,
        operations: { read: readVerify, update: verify, delete: restartVerify },
      },
    ],
    forget,
  };
}

function newKeys(
  wanted: KeyTerms,
  random: RequestTurn['random'],
): { readonly keys: NewKeys; readonly shown: MadeKeys } {
  const bytes = random(32);
  const { keys: shown, set } = makeKeys(bytes, wanted, random);
  const keys: NewKeys =
    set === undefined
      ? { secret: { kind: 'recovery-kit', bytes } }
      : { secret: { kind: 'shares', bytes }, shares: { set, ...wanted } };
  return { keys, shown };
}

function copyOf({ kind, bytes }: WaySecret): WaySecret {
  return { kind, bytes: Uint8Array.from(bytes) };
}

function completed(
  nonce: string,
  shown: ReturnType<typeof showKeys>,
  verificationNonce: string | undefined,
): ReplyDecision {
  const data = {
    nonce,
    complete: true,
    ...shown,
    pgp_fingerprints: null,
    backup: false,
    verification_required: verificationNonce !== undefined,
    ...(verificationNonce !== undefined && { verification_nonce: verificationNonce }),
  };
  return { kind: 'reply', reply: { bare: true, data } };
}

/** How far it has come: a stranger may ask for it as often as for the seal's status. What comes of it is recorded. */
function bare(data: Readonly<Record<string, unknown>>): ReplyDecision {
  return { kind: 'reply', reply: { bare: true, data }, unrecorded: true };
}

function refused(words: string): KeywardenError {
  return new KeywardenError('invalid-request', words);
}
