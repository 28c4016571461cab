import { z } from 'zod';
import type { Decision } from '../../core/decision.ts';
import { formatInstant } from '../../core/format-instant.ts';
import type { ReconcileReport } from '../../core/reconcile/reconcile.ts';
import { findReconciliation } from '../../core/reconcile/reconcile-rows.ts';
import { handler, type Route } from '../../core/route.ts';
import { nameField } from './config-fields.ts';
import { requireConnection } from './config-route.ts';

const named = z.object({ name: nameField });

/**
 * `reconcile/:name`, ours: reading tells what the last recorded look at a server found that looks like ours and is not;
 * writing looks now, reaps what is overdue and adopts what is unknown.
 */
export const reconcileRoute: Route = {
  pattern: 'reconcile/:name',
  help: "Compares the users that carry this vault's mark on a server with the leases that it knows.",
  sudo: true,
  operations: {
    read: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const { id } = requireConnection(turn, name);
        const last = findReconciliation(turn.db, turn.mount.uuid, id);
        const data = { time: last ? formatInstant(last.at) : null, findings: last?.findings ?? [] };
        return { kind: 'reply', reply: { data } };
      },
    }),
    update: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const { id } = requireConnection(turn, name);
        return {
          kind: 'effect',
          changes: [],
          run: (signal) => turn.reconcile(id, signal),
          settle: (_turn, result) => ({
            kind: 'reply',
            reply: { data: { ...(result as ReconcileReport) } },
          }),
        };
      },
    }),
  },
};
