import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import { FORGET_VALUE, type Turn } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import type { Mount } from '../mounts/mount.ts';
import { backOff } from '../scheduler/back-off.ts';
import { findTokenByAccessor, isAlive } from '../tokens/token-rows.ts';
import { beginRotation } from './plan-rotation.ts';
import {
  rotationAsking,
  rotationCreated,
  rotationFinished,
  rotationGivenUp,
  rotationRefused,
  rotationRetired,
  rotationSet,
} from './rotation-changes.ts';
import type { Rotation, RotationLifecycle, RotationTurn, Tested } from './rotation-lifecycle.ts';
import { nextDue } from './rotation-policy.ts';
import { findRotation, type RotationRow, rotationSecretContext } from './rotation-rows.ts';
import { watchFormer } from './watch-former.ts';

/** What is recorded after a step's work. */
export interface Settled {
  readonly changes: readonly Change[];
  /** Who waits at the path of what is rotated is told: what is read there is another now. */
  readonly isNews: boolean;
  /** When the next look is worth it, in milliseconds since 1970; without it, at once. */
  readonly nextTryAt?: number;
}

/**
 * The next step of a run: `work` outside of the loop, then `settle` in a turn, if the rotation still stands where it stood.
 * `settle` is given the row as it is then: its policy, or somebody's wish for another run, may be newer than the step.
 */
export interface Step {
  readonly row: RotationRow;
  readonly target: string;
  readonly path: string;
  work(signal: AbortSignal): Promise<unknown>;
  settle(turn: Turn, result: never, row: RotationRow): Settled;
}

/** A value that was refused so often goes back; before that it is set again. */
const REFUSALS = 3;
/** A run that was given up is begun again after so many milliseconds at the latest, or its period. */
const BEGIN_AGAIN = 3_600_000;

type Needs = Pick<CoreServices, 'cache' | 'registry' | 'ports' | 'signing'>;

/** Reads in a turn what comes next. `undefined`: nothing, or nothing that is not a person's to do. */
export function readStep(needs: Needs, turn: Turn, id: string): Step | undefined {
  const row = findRotation(turn.db, id);
  if (!row || row.state === 'idle' || row.state === 'asking') return undefined;
  const mount = needs.cache.mounts(turn.db).byUuid(row.mount);
  const lifecycle = mount && needs.registry.find(mount)?.engine.rotations;
  if (!mount || !lifecycle) {
    return step(
      row,
      `${row.mount}/nobody`,
      '',
      async () => {
        throw new KeywardenError('target-unavailable', 'nothing serves the mount that it is in');
      },
      () => ({ changes: [], isNews: false }),
    );
  }
  const rotation = view(row, mount, turn.now);
  const target = `${row.mount}/${lifecycle.target(rotation)}`;
  const at = rotationTurn(needs, turn, mount);
  return stepOf({ needs, row, mount, lifecycle, rotation, at, target });
}

interface Reading {
  readonly needs: Needs;
  readonly row: RotationRow;
  readonly mount: Mount;
  readonly lifecycle: RotationLifecycle;
  readonly rotation: Rotation;
  readonly at: RotationTurn;
  readonly target: string;
}

function stepOf(reading: Reading): Step | undefined {
  const { needs, row, mount, lifecycle, rotation, at, target } = reading;
  const { id } = row;
  const of = <T>(
    work: (signal: AbortSignal) => Promise<T>,
    settle: (turn: Turn, result: T, now: Reading) => Settled,
  ): Step =>
    step(row, target, mount.path + row.path, work, (turn, result: T, fresh) =>
      settle(turn, result, { ...reading, row: fresh, rotation: view(fresh, mount, turn.now) }),
    );
  const seesSet = lifecycle.readersSee?.(rotation) === 'set';
  switch (row.state) {
    case 'creating': {
      const made = lifecycle.create(at, rotation);
      if ('asks' in made) {
        const { asks, first } = made;
        const asking = rotationAsking.make({ id, reason: asks });
        return of(first?.make ?? (async () => new Uint8Array()), (turn, what) => {
          const left = first?.leaves(rotationTurn(needs, turn, mount), what) ?? [];
          what.fill(0);
          return { changes: [asking, ...left], isNews: false };
        });
      }
      return of(made, (turn, secret) => {
        const hash = turn.sealValue(secret, rotationSecretContext(row));
        secret.fill(0);
        return { changes: [rotationCreated.make({ id, secret: hash })], isNews: false };
      });
    }
    case 'setting':
      return of(lifecycle.set?.(at, rotation, nextOf(at, row)) ?? nothing, () => ({
        changes: [rotationSet.make({ id })],
        isNews: seesSet,
      }));
    case 'testing':
      return of(lifecycle.test?.(at, rotation, nextOf(at, row)) ?? untested, (turn, tested, now) =>
        tested.accepted ? finish(now, turn, tested.checks) : refuse(now, turn, tested),
      );
    case 'reverting':
      return of(lifecycle.revert?.(at, rotation, nextOf(at, row)) ?? nothing, (turn, _done, now) => ({
        changes: giveUp(now, turn, row.reason ?? ''),
        isNews: seesSet,
      }));
    case 'retiring':
      return of(watchFormer(row, lifecycle, at, rotation), (_turn, seen, now) =>
        'retired' in seen
          ? {
              changes: [
                rotationRetired.make({ id, checks: [...seen.retired] }),
                ...again({ ...now.row, state: 'idle' }),
              ],
              isNews: false,
            }
          : { ...seen, isNews: false },
      );
    default:
      return undefined;
  }
}

function finish(
  { needs, row, mount, lifecycle, rotation }: Reading,
  turn: Turn,
  checks: readonly string[],
): Settled {
  const at = rotationTurn(needs, turn, mount);
  const { changes, retire } = lifecycle.finish(at, rotation, nextOf(at, row));
  const isRetiring = retire !== undefined && lifecycle.retire !== undefined;
  const finished = rotationFinished.make({
    id: row.id,
    checks: [...checks],
    expiresAt: nextDue(row.policy, turn.now, needs.ports.random),
    retireBy: isRetiring ? retire.by : null,
    quietFor: isRetiring ? retire.quietFor : null,
  });
  return {
    changes: [...changes, finished, ...forgetSecret(row)],
    isNews: lifecycle.readersSee?.(rotation) !== 'set',
  };
}

/** Set again, then back to the old value. Where there is no way back it goes on; where nothing was set it is over. */
function refuse(
  { needs, row, mount, lifecycle, rotation }: Reading,
  turn: Turn,
  { reason, final }: Extract<Tested, { accepted: false }>,
): Settled {
  const isNews = lifecycle.readersSee?.(rotation) === 'set';
  if (final) return { changes: giveUp({ needs, row }, turn, reason), isNews };
  const at = rotationTurn(needs, turn, mount);
  const canRevert = lifecycle.revert?.(at, rotation, nextOf(at, row)) !== undefined;
  const next = row.refusals + 1 >= REFUSALS && canRevert ? 'reverting' : 'setting';
  const nextTryAt = next === 'reverting' ? turn.now : turn.now + backOff(row.refusals + 1);
  const refused = rotationRefused.make({ id: row.id, next, reason, nextTryAt });
  return { changes: [refused], isNews, nextTryAt };
}

function giveUp(
  { needs, row }: Pick<Reading, 'needs' | 'row'>,
  turn: Turn,
  reason: string,
): readonly Change[] {
  const due = nextDue(row.policy, turn.now, needs.ports.random);
  const expiresAt = Math.min(due ?? Number.POSITIVE_INFINITY, turn.now + BEGIN_AGAIN);
  return [rotationGivenUp.make({ id: row.id, reason, expiresAt }), ...forgetSecret(row)];
}

/** A run that somebody has asked for while the former value was still in use. */
function again(row: RotationRow): readonly Change[] {
  return row.wanted ? beginRotation(row, row.startedBy ?? '') : [];
}

function nextOf(turn: RotationTurn, row: RotationRow): Uint8Array {
  if (row.secret === null) throw new KeywardenError('internal');
  return turn.revealValue(row.secret, rotationSecretContext(row));
}

function forgetSecret({ secret }: RotationRow): readonly Change[] {
  return secret === null ? [] : [{ type: FORGET_VALUE, data: { hash: secret } }];
}

const nothing = async (): Promise<void> => {};
const untested = async (): Promise<Tested> => ({ accepted: true, checks: [] });

function view(row: RotationRow, mount: Mount, now: number): Rotation {
  return {
    id: row.id,
    runId: `${row.id}-${row.run}`,
    mount,
    subject: row.subject,
    kind: row.kind,
    data: row.data,
    lastRotatedAt: row.lastRotatedAt,
    isLate: row.retireBy !== null && row.retireBy <= now,
  };
}

function rotationTurn({ ports, signing }: Needs, turn: Turn, mount: Mount): RotationTurn {
  return {
    db: turn.db,
    now: turn.now,
    mount,
    random: ports.random,
    sealValue: (plaintext, context) => turn.sealValue(plaintext, context),
    revealValue: (hash, context) => turn.revealValue(hash, context),
    isTokenAlive(accessor) {
      const token = findTokenByAccessor(turn.db, accessor);
      return token !== undefined && isAlive(token, turn.now);
    },
    signer: () => signing.signer(turn),
  };
}

function step<T>(
  row: RotationRow,
  target: string,
  path: string,
  work: (signal: AbortSignal) => Promise<T>,
  settle: (turn: Turn, result: T, row: RotationRow) => Settled,
): Step {
  return { row, target, path, work, settle };
}
