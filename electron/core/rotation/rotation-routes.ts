import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { CoreServices } from '../core-services.ts';
import type { EffectDecision, ReplyDecision } from '../decision.ts';
import { looseText } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { beginRotation } from './plan-rotation.ts';
import { rotationPaused } from './rotation-changes.ts';
import { findRotation, type RotationRow, selectRotations } from './rotation-rows.ts';
import { describeRotation } from './rotation-shape.ts';

const one = z.object({ id: looseText });

/** `sys/rotations`, ours: everything that gets a new value now and then, how it stands, and the levers for it. */
export function rotationRoutes({
  cache,
  trustedNow,
}: Pick<CoreServices, 'cache' | 'trustedNow'>): readonly Route[] {
  const shown = (turn: RequestTurn, row: RotationRow) =>
    describeRotation(row, cache.mounts(turn.db).byUuid(row.mount)?.path ?? '', {
      now: turn.now,
      trusted: trustedNow(),
    });

  const list = handler({
    input: z.object({}),
    decide(turn): ReplyDecision {
      const rows = selectRotations(turn.db, '1 ORDER BY due_at IS NULL, due_at, id');
      if (rows.length === 0) throw new KeywardenError('not-found');
      const keyInfo = Object.fromEntries(rows.map((row) => [row.id, shown(turn, row)]));
      return { kind: 'reply', reply: { data: { keys: rows.map(({ id }) => id), key_info: keyInfo } } };
    },
  });

  const read = handler({
    input: one,
    decide: (turn, { id }): ReplyDecision => ({
      kind: 'reply',
      reply: { data: shown(turn, existing(turn, id)) },
    }),
  });

  const rotate = handler({
    input: one,
    decide: (turn, { id }): EffectDecision => rotateNow(turn, existing(turn, id)),
  });

  const pause = (paused: boolean) =>
    handler({
      input: one,
      decide: (turn, { id }): ReplyDecision => ({
        kind: 'reply',
        changes: [rotationPaused.make({ id: existing(turn, id).id, paused })],
        reply: {},
      }),
    });

  return [
    {
      pattern: 'rotations',
      help: 'What is rotated, what is due next and what holds it up.',
      operations: { list },
    },
    { pattern: 'rotations/:id', help: 'How one rotation stands.', operations: { read } },
    {
      pattern: 'rotations/:id/rotate',
      help: 'Rotates now; answers when the new value is the current one, or says what holds it up.',
      operations: { update: rotate },
    },
    {
      pattern: 'rotations/:id/pause',
      help: 'Begins no run by itself; one that is under way goes on to its end.',
      operations: { update: pause(true) },
    },
    {
      pattern: 'rotations/:id/resume',
      help: 'Begins runs by itself again.',
      operations: { update: pause(false) },
    },
  ];
}

/** Begins a run and answers when it has ended, or with what holds it up: it then goes on without anybody waiting. */
export function rotateNow(turn: RequestTurn, row: RotationRow): EffectDecision {
  return awaitingRotation(turn, row.id, beginRotation(row, turn.requestId));
}

/** The same for changes that have begun a run in another way. `data` is the answer to a run that has ended well. */
export function awaitingRotation(
  { awaitRotation }: Pick<RequestTurn, 'awaitRotation'>,
  id: string,
  changes: EffectDecision['changes'],
  data?: Readonly<Record<string, unknown>>,
): EffectDecision {
  return {
    kind: 'effect',
    changes,
    async run() {
      const { rotated, reason } = await awaitRotation(id);
      if (!rotated) throw new KeywardenError('rotation-pending', `not rotated: ${reason}`);
    },
    settle: () => ({ kind: 'reply', reply: data ? { data } : {} }),
  };
}

function existing(turn: RequestTurn, id: string): RotationRow {
  const row = findRotation(turn.db, id);
  if (!row) throw new KeywardenError('not-found');
  return row;
}
