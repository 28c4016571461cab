import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { registerRotation, removeRotation } from '../../core/rotation/plan-rotation.ts';
import type { Rotation, RotationLifecycle, RotationTurn } from '../../core/rotation/rotation-lifecycle.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { makeMaterial, packMaterial, unpackMaterial } from './key-material.ts';
import { findKey, type TransitKey } from './key-rows.ts';
import { refused } from './key-use.ts';
import { sealVersion } from './make-key.ts';
import { TRANSIT_KEY_ROTATED } from './transit-changes.ts';

/** Vault's own limit. */
const SHORTEST_PERIOD = 3600;

/** A key lives in the vault alone: a new version is made, and put into its table. */
export const keyRotations: RotationLifecycle = {
  target: () => 'vault',
  create(turn, rotation) {
    const { type } = keyOf(turn, rotation);
    const { random } = turn;
    return async (signal) => packMaterial(await makeMaterial(type, random, signal));
  },
  finish(turn, rotation, next) {
    const key = keyOf(turn, rotation);
    const version = sealVersion(turn, key, key.latest + 1, unpackMaterial(next));
    return { changes: [TRANSIT_KEY_ROTATED.make({ id: key.id, ...version })] };
  },
};

/** The engine's name for what is rotated. */
export function rotationSubject({ id }: Pick<TransitKey, 'id'>): string {
  return `key/${id}`;
}

/** Throws for a period that Vault would not take either. */
export function checkPeriod(seconds: number): void {
  if (seconds !== 0 && seconds < SHORTEST_PERIOD) {
    throw refused('auto rotate period must be 0 to disable or at least an hour');
  }
}

/** The changes by which a key rotates by itself from here on, or does not any more. */
export function rotatingByItself(turn: RequestTurn, key: TransitKey): readonly Change[] {
  const subject = rotationSubject(key);
  if (key.autoRotatePeriod === 0) return removeRotation(turn.db, turn.mount.uuid, subject);
  const policy = { period: key.autoRotatePeriod, jitter: 0, schedule: '', window: 0 };
  const terms = { subject, kind: 'transit-key', path: `keys/${key.name}`, data: { name: key.name }, policy };
  return registerRotation(turn, terms).changes;
}

function keyOf(turn: RotationTurn, { data }: Rotation): TransitKey {
  const name = typeof data['name'] === 'string' ? data['name'] : '';
  const key = findKey(turn, name);
  if (!key) throw new KeywardenError('target-unavailable', `the key ${name} is gone`);
  return key;
}
