import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import type { RandomBytes } from '../../vault/ports.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import type { Mount } from '../mounts/mount.ts';
import { randomUuid } from '../random-text.ts';
import type { AuthGrant } from '../reply.ts';
import { aliasWritten, entityWritten } from './identity-changes.ts';
import { findAlias, mayAct } from './identity-rows.ts';

/** Who logged in, and what must be recorded where nobody knew yet. */
export interface Recognised {
  readonly entity: string;
  readonly changes: readonly Change[];
}

/** Finds the entity of a login by the method's name for it, or makes one. Throws `permission-denied` for a disabled one. */
export function recognise(
  turn: { readonly db: ReadDb; readonly now: number; readonly random: RandomBytes },
  mount: Mount,
  { name, metadata = {} }: NonNullable<AuthGrant['alias']>,
): Recognised {
  const known = findAlias(turn.db, mount.accessor, name);
  if (known) {
    if (!mayAct(turn.db, known.entity)) throw new KeywardenError('permission-denied');
    const isSame = JSON.stringify(known.metadata) === JSON.stringify(metadata);
    const changed = aliasWritten.make({
      id: known.id,
      entity: known.entity,
      mountAccessor: known.mountAccessor,
      name,
      metadata: { ...metadata },
      customMetadata: { ...known.customMetadata },
      at: turn.now,
    });
    return { entity: known.entity, changes: isSame ? [] : [changed] };
  }
  const entity = randomUuid(turn.random);
  return {
    entity,
    changes: [
      entityWritten.make({
        id: entity,
        name: `entity_${Buffer.from(turn.random(4)).toString('hex')}`,
        metadata: {},
        policies: [],
        disabled: false,
        at: turn.now,
      }),
      aliasWritten.make({
        id: randomUuid(turn.random),
        entity,
        mountAccessor: mount.accessor,
        name,
        metadata: { ...metadata },
        customMetadata: {},
        at: turn.now,
      }),
    ],
  };
}
