import { createPrivateKey } from 'node:crypto';
import { SYSTEM_TTL } from '../../core/limits.ts';
import { randomUuid } from '../../core/random-text.ts';
import type { RotationLifecycle } from '../../core/rotation/rotation-lifecycle.ts';
import type { Change } from '../../vault/change.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { measureKey, newKey } from './key-kinds.ts';
import { publicKeyLine, sshPublicKey } from './public-key.ts';
import { findNextKey, requireAuthority, revealAuthorityKey, sealAuthorityKey } from './ssh-authority.ts';
import { SSH_CA_ROTATED } from './ssh-changes.ts';

/** Our own name for the one rotation of a mount. */
export const CA_SUBJECT = 'ca';

/**
 * The authority's key is rotated without a gap: the next one is published a whole period before it signs anything, so that
 * servers that fetch `public_key` once in a period know it by then; the former one stays published until the last certificate that
 * it can have signed has ended. The first run publishes and no more.
 */
export const caRotation: RotationLifecycle = {
  target: () => CA_SUBJECT,

  create(turn) {
    const kind = measureKey(revealAuthorityKey(turn, requireAuthority(turn)));
    return async (signal) =>
      new Uint8Array((await newKey(kind, signal)).export({ format: 'der', type: 'pkcs8' }));
  },

  finish(turn, _rotation, made) {
    const key = createPrivateKey({ key: Buffer.from(made), format: 'der', type: 'pkcs8' });
    const id = randomUuid(turn.random);
    const promoted = findNextKey(turn);
    const changes: Change[] = [
      SSH_CA_ROTATED.make({
        mount: turn.mount.uuid,
        next: { id, publicKey: publicKeyLine(sshPublicKey(key)), key: sealAuthorityKey(turn, id, key) },
        promoted: promoted?.id ?? null,
        expiresAt: turn.now + (turn.mount.maxTtl || SYSTEM_TTL) * 1000,
      }),
    ];
    if (promoted) changes.push({ type: FORGET_VALUE, data: { hash: requireAuthority(turn).key } });
    return { changes };
  },
};
