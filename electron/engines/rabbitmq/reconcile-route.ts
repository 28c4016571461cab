import { z } from 'zod';
import type { Decision } from '../../core/decision.ts';
import { formatInstant } from '../../core/format-instant.ts';
import type { ReconcileReport } from '../../core/reconcile/reconcile.ts';
import { findReconciliation } from '../../core/reconcile/reconcile-rows.ts';
import { handler, type Route } from '../../core/route.ts';
import { CONNECTION } from './connection-route.ts';

/**
 * `reconcile`, ours: reading tells what the last recorded look at the server found that looks like ours and is not; writing
 * looks now, reaps what is overdue and adopts what is unknown.
 */
export const reconcileRoute: Route = {
  pattern: 'reconcile',
  help: "Compares the users that carry this vault's mark on the server with the leases that it knows.",
  sudo: true,
  operations: {
    read: handler({
      input: z.object({}),
      decide: (turn): Decision => {
        const last = findReconciliation(turn.db, turn.mount.uuid, CONNECTION);
        const data = { time: last ? formatInstant(last.at) : null, findings: last?.findings ?? [] };
        return { kind: 'reply', reply: { data } };
      },
    }),
    update: handler({
      input: z.object({}),
      decide: (turn): Decision => ({
        kind: 'effect',
        changes: [],
        run: (signal) => turn.reconcile(CONNECTION, signal),
        settle: (_turn, result) => ({ kind: 'reply', reply: { data: { ...(result as ReconcileReport) } } }),
      }),
    }),
  },
};
