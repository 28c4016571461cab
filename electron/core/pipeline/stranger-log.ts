import { z } from 'zod';
import type { ErrorCode } from '../../../shared/errors/error-table.ts';
import { defineChange } from '../../vault/change.ts';
import type { Turn, Vault } from '../../vault/vault.ts';
import type { CorePorts } from '../ports.ts';
import { randomUuid } from '../random-text.ts';
import { STRANGER } from './authenticate.ts';

/** Requests without a valid token are recorded one by one up to this many a minute and reason, then counted. */
const RECORDED_A_MINUTE = 20;
/**
 * Failed logins tell who was guessed at, so that more of them are kept, for each auth method by itself. Guessing at one name
 * is slowed down long before that; only guessing at ever new names comes so far.
 */
const FAILED_LOGINS_A_MINUTE = 60;
const MINUTE = 60_000;

/** So many more came in that minute. Changes nothing: it is only for whoever reads the records. */
export const strangersCounted = defineChange(
  'core/strangers-counted@1',
  z.strictObject({ reason: z.string(), count: z.number().int(), since: z.number().int() }),
  () => {},
);

interface Window {
  readonly reason: ErrorCode;
  /** The mount of an auth method whose logins failed; empty for everything else. */
  readonly mount: string;
  readonly limit: number;
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
    /** Where a login has failed: the path of its mount. */
    loginAt?: string,
  ): void;
}

/** A log whose windows are in memory: a restart begins a new minute. */
export function createStrangerLog(vault: Vault, ports: CorePorts): StrangerLog {
  const windows = new Map<string, Window>();

  const closeWindow = (key: string, { reason, mount, since, unrecorded: count }: Window) => {
    windows.delete(key);
    const recorded = vault.turn((turn) =>
      turn.record({
        actor: STRANGER,
        operation: 'summary',
        path: mount,
        outcome: reason,
        requestId: randomUuid(ports.random),
        changes: [strangersCounted.make({ reason, count, since })],
      }),
    );
    recorded.catch(() => ports.log('warn', 'strangers-not-counted', { reason, count }));
  };

  return {
    refuse(turn, request, reason, loginAt) {
      const now = ports.clock.now();
      const key = `${reason} ${loginAt ?? ''}`;
      let window = windows.get(key);
      if (!window || (window.unrecorded === 0 && now - window.since >= MINUTE)) {
        const limit = loginAt === undefined ? RECORDED_A_MINUTE : FAILED_LOGINS_A_MINUTE;
        window = { reason, mount: loginAt ?? '', limit, since: now, seen: 0, unrecorded: 0 };
        windows.set(key, window);
      }
      window.seen += 1;
      if (window.seen <= window.limit) {
        turn.record({ actor: STRANGER, ...request, outcome: reason, changes: [] });
        return;
      }
      window.unrecorded += 1;
      if (window.unrecorded > 1) return;
      const opened = window;
      ports.clock.after(Math.max(0, opened.since + MINUTE - now), () => closeWindow(key, opened));
    },
  };
}
