import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { knownSlots } from '../../vault/slot-records.ts';
import type { EffectDecision, ReplyDecision } from '../decision.ts';
import { looseText, maybe } from '../fields.ts';
import { handler, type Route } from '../route.ts';

/** Starts a new epoch of the vault's key. Whoever does it shows a way in: the key behind it is kept by nobody. */
export type RotateKeys = (passphrase: Uint8Array) => Promise<void>;

/** `sys/rotate` and `sys/key-status`: the vault's key by its epoch. */
export function keyRoutes(rotateKeys: RotateKeys | undefined): readonly Route[] {
  const rotate = handler({
    input: z.object({ passphrase: maybe(looseText) }),
    decide(_turn, { passphrase }): EffectDecision {
      if (!rotateKeys) throw new KeywardenError('not-available', 'a vault in memory has no key to rotate');
      if (!passphrase) {
        throw new KeywardenError('invalid-request', 'rotating the key takes a way in: send the passphrase');
      }
      return {
        kind: 'effect',
        changes: [],
        async run() {
          const bytes = new TextEncoder().encode(passphrase.normalize('NFC'));
          try {
            await rotateKeys(bytes);
          } finally {
            bytes.fill(0);
          }
        },
        settle: () => ({ kind: 'reply', reply: {} }),
      };
    },
  });

  const status = handler({
    input: z.object({}),
    decide(turn): ReplyDecision {
      const data = {
        term: knownSlots(turn.db)?.epoch ?? 1,
        // Vault's way of saying that it does not know.
        install_time: '0001-01-01T00:00:00Z',
        encryptions: 0,
      };
      return { kind: 'reply', reply: { data, dataAtTop: true } };
    },
  });

  return [
    {
      pattern: 'rotate',
      help: "Starts a new epoch of the vault's key; it takes the passphrase.",
      sudo: true,
      operations: { update: rotate },
    },
    { pattern: 'key-status', help: "Tells which epoch the vault's key is of.", operations: { read: status } },
  ];
}
