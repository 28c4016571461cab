import { z } from 'zod';
import type { ErrorCode } from '../../../shared/errors/error-table.ts';
import { defineChange } from '../../vault/change.ts';
import type { Turn, Vault } from '../../vault/vault.ts';
import type { CorePorts } from '../ports.ts';
import { randomUuid } from '../random-text.ts';
import { STRANGER } from './authenticate.ts';

/** Requests without a valid token are recorded one by one up to this many a minute and reason, then counted. */
const RECORDED_A_MINUTE = 20;
const MINUTE = 60_000;

/** So many more came in that minute. Changes nothing: it is only for whoever reads the records. */
export const strangersCounted = defineChange(
  'core/strangers-counted@1',
  z.strictObject({ reason: z.string(), count: z.number().int(), since: z.number().int() }),
  () => {},
);

interface Window {
  readonly since: number;
  seen: number;
  unrecorded: number;
}

/** Keeps strangers from filling the ledger. */
export interface StrangerLog {
  /** Records the refusal, or counts it. */
  refuse(
    turn: Turn,
    request: { readonly operation: string; readonly path: string; readonly requestId: string },
    reason: ErrorCode,
  ): void;
}

/** A log whose windows are in memory: a restart begins a new minute. */
export function createStrangerLog(vault: Vault, ports: CorePorts): StrangerLog {
  const windows = new Map<ErrorCode, Window>();

  const closeWindow = (reason: ErrorCode, window: Window) => {
    windows.delete(reason);
    const count = window.unrecorded;
    const recorded = vault.turn((turn) =>
      turn.record({
        actor: STRANGER,
        operation: 'summary',
        path: '',
        outcome: reason,
        requestId: randomUuid(ports.random),
        changes: [strangersCounted.make({ reason, count, since: window.since })],
      }),
    );
    recorded.catch(() => ports.log('warn', 'strangers-not-counted', { reason, count }));
  };

  return {
    refuse(turn, request, reason) {
      const now = ports.clock.now();
      let window = windows.get(reason);
      if (!window || (window.unrecorded === 0 && now - window.since >= MINUTE)) {
        window = { since: now, seen: 0, unrecorded: 0 };
        windows.set(reason, window);
      }
      window.seen += 1;
      if (window.seen <= RECORDED_A_MINUTE) {
        turn.record({ actor: STRANGER, ...request, outcome: reason, changes: [] });
        return;
      }
      window.unrecorded += 1;
      if (window.unrecorded > 1) return;
      const opened = window;
      ports.clock.after(Math.max(0, opened.since + MINUTE - now), () => closeWindow(reason, opened));
    },
  };
}
