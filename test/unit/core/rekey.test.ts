import { expect, test } from 'vitest';
import type { EffectDecision, ReplyDecision } from '../../../electron/core/decision.ts';
import { rekeying } from '../../../electron/core/keys/rekey-routes.ts';
import type { VaultKeys } from '../../../electron/core/keys/vault-keys.ts';
import type { RequestTurn } from '../../../electron/core/turn.ts';

const turn = { random: (length: number) => new Uint8Array(length).fill(7) } as unknown as RequestTurn;

test('whoever cancels a rekey cannot spoil the keys that are being put in place', async () => {
  let placed: Uint8Array | undefined;
  let arrived = () => {};
  const reached = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const keys: VaultKeys = {
    terms: async () => ({ threshold: 1, total: 1 }),
    prove: async () => {},
    async replace(proof, { secret }) {
      // The disk is read first.
      arrived();
      await held;
      placed = Uint8Array.from(secret.bytes);
      expect(proof.bytes).toEqual(new Uint8Array(32).fill(9));
    },
  };
  const { routes } = rekeying(keys);
  const ask = async (path: string, operation: 'update' | 'delete', input: object) => {
    const handler = routes.find(({ pattern }) => pattern === path)?.operations[operation];
    const prepared = await handler?.prepare?.(input, {} as never);
    return handler?.decide(turn, input, prepared) as ReplyDecision | EffectDecision;
  };
  const dataOf = (decision: ReplyDecision | EffectDecision) =>
    (decision as ReplyDecision).reply.data as Record<string, string>;
  const run = async (decision: ReplyDecision | EffectDecision) => {
    const effect = decision as EffectDecision;
    return effect.settle(turn, await effect.run(new AbortController().signal));
  };

  const begun = dataOf(
    await ask('rekey/init', 'update', {
      secret_shares: 1,
      secret_threshold: 1,
      require_verification: true,
      backup: false,
    }),
  );
  const old = Buffer.alloc(32, 9).toString('base64');
  const made = dataOf(
    await run(await ask('rekey/update', 'update', { key: old, nonce: begun['nonce'] })),
  ) as unknown as { keys_base64: string[]; verification_nonce: string };
  const verified = await ask('rekey/verify', 'update', {
    key: made.keys_base64[0],
    nonce: made.verification_nonce,
  });
  const replacing = run(verified);
  await reached;
  await ask('rekey/init', 'delete', {});
  goOn();
  await replacing;
  expect(placed).toEqual(new Uint8Array(32).fill(7));
});
