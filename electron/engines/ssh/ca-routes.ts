import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean, looseInteger } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, maybe, withDefault } from '../../core/fields.ts';
import { randomUuid } from '../../core/random-text.ts';
import { removeRotation } from '../../core/rotation/plan-rotation.ts';
import { handler, type Route } from '../../core/route.ts';
import type { ReadTurn, RequestTurn } from '../../core/turn.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { CA_SUBJECT } from './ca-rotation.ts';
import { keyKind, newKey } from './key-kinds.ts';
import { readPrivateKey } from './private-key.ts';
import { publicKeyLine, readPublicKey, sshPublicKey } from './public-key.ts';
import {
  findAuthority,
  findNextKey,
  requireAuthority,
  sealAuthorityKey,
  trustedKeys,
} from './ssh-authority.ts';
import { SSH_CA_REMOVED, SSH_CA_SET } from './ssh-changes.ts';

const USUAL_RSA_BITS = 4096;

const fields = z.object({
  generate_signing_key: withDefault(looseBoolean, true),
  key_type: withDefault(looseText, 'ssh-rsa'),
  key_bits: withDefault(looseInteger, 0),
  private_key: maybe(looseText),
  public_key: maybe(looseText),
});

/** `config/ca`: the mount's authority, made here or brought. Its private key is never shown. */
export const configCaRoute: Route = {
  pattern: 'config/ca',
  help: 'The key that signs: made here (key_type ssh-rsa, ed25519, ecdsa-sha2-nistp256 …) or brought as private_key. It never leaves the vault.',
  operations: {
    read: handler({
      input: z.object({}),
      decide: (turn): Decision => ({
        kind: 'reply',
        reply: { data: { public_key: requireAuthority(turn).publicKey } },
      }),
    }),
    update: handler({
      input: fields,
      look: (turn) => refuseSecond(turn),
      prepare: async (input, { signal }) =>
        isBrought(input)
          ? undefined
          : newKey(keyKind(input.key_type, input.key_bits, USUAL_RSA_BITS), signal),
      decide(turn, input, made: KeyObject | undefined): Decision {
        refuseSecond(turn);
        return setAuthority(turn, made ?? bring(input));
      },
    }),
    delete: handler({
      input: z.object({}),
      decide(turn): Decision {
        const authority = findAuthority(turn);
        if (!authority) return { kind: 'reply', reply: {} };
        const keys = [authority.key, findNextKey(turn)?.key].filter((key) => key !== undefined);
        const forgotten = keys.map((hash) => ({ type: FORGET_VALUE, data: { hash } }));
        return {
          kind: 'reply',
          changes: [
            SSH_CA_REMOVED.make({ mount: turn.mount.uuid }),
            ...forgotten,
            ...removeRotation(turn.db, turn.mount.uuid, CA_SUBJECT),
          ],
          reply: {},
        };
      },
    }),
  },
};

/** `public_key`: what servers put behind `TrustedUserCAKeys`, and clients behind `@cert-authority`. */
export const publicKeyRoute: Route = {
  pattern: 'public_key',
  help: 'The public key of the CA, as a file: for TrustedUserCAKeys of sshd, or @cert-authority of known_hosts.',
  unauthenticated: true,
  operations: {
    read: handler({
      input: z.object({}),
      decide(turn): Decision {
        const authority = findAuthority(turn);
        if (!authority) throw new KeywardenError('not-found');
        const bytes = Buffer.from(`${trustedKeys(turn, authority).join('\n')}\n`);
        return { kind: 'reply', unrecorded: true, reply: { raw: { contentType: 'text/plain', bytes } } };
      },
    }),
  },
};

function setAuthority(turn: RequestTurn, key: KeyObject): Decision {
  const id = randomUuid(turn.random);
  const publicKey = publicKeyLine(sshPublicKey(key));
  const set = SSH_CA_SET.make({
    mount: turn.mount.uuid,
    id,
    publicKey,
    key: sealAuthorityKey(turn, id, key),
  });
  return { kind: 'reply', changes: [set], reply: { data: { public_key: publicKey } } };
}

type Fields = z.output<typeof fields>;

/** Vault wants both halves and no word about making one. */
function isBrought(input: Fields): boolean {
  const brought = input.private_key !== undefined;
  if (!brought && input.public_key !== undefined) {
    throw new KeywardenError('invalid-request', 'missing private_key');
  }
  if (!brought && !input.generate_signing_key) {
    throw new KeywardenError('invalid-request', 'missing private_key, and generate_signing_key is false');
  }
  return brought;
}

function bring(input: Fields): KeyObject {
  const key = readPrivateKey(input.private_key ?? '');
  const own = publicKeyLine(sshPublicKey(key));
  // Read as everybody's are: too short ones are refused.
  readPublicKey(own);
  if (input.public_key !== undefined && publicKeyLine(readPublicKey(input.public_key)) !== own) {
    throw new KeywardenError('invalid-request', 'public_key and private_key do not belong together');
  }
  return key;
}

function refuseSecond(turn: ReadTurn): void {
  if (findAuthority(turn)) {
    throw new KeywardenError(
      'invalid-request',
      'keys are already configured; delete them before reconfiguring',
    );
  }
}
