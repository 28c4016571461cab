import { formatInstant } from '../format-instant.ts';
import { describeKeycard } from '../leases/lease-shape.ts';
import type { TokenRow } from '../tokens/token-rows.ts';
import type { RequestTurn } from '../turn.ts';
import type { Blocked } from './reach-targets.ts';
import { type RevocationRow, revokedLeases, revokedTokens } from './revocation-rows.ts';
import type { Doomed } from './select-doomed.ts';
import type { WaysBack } from './ways-back.ts';

/** Which app holds a token, or else who. */
export function holderOf(token: Pick<TokenRow, 'app' | 'displayName'>): string {
  return token.app ?? token.displayName;
}

/** What a run would stop, for a person to read before it is run. */
export function describeRehearsal(
  turn: RequestTurn,
  doomed: Doomed,
  back: WaysBack,
  blocked: readonly Blocked[],
) {
  return {
    holders: describeHolders(doomed),
    tokens: doomed.tokens.map((token) => ({
      accessor: token.accessor,
      holder: holderOf(token),
      kind: token.kind,
      path: token.path,
      issue_time: formatInstant(token.issuedAt),
      expire_time: token.expiresAt === null ? null : formatInstant(token.expiresAt),
    })),
    leases: doomed.leases.map((row) => describeKeycard(row, turn.now)),
    still_alive: doomed.stillAlive.map((row) => describeKeycard(row, turn.now)),
    blocked: blocked.map(({ leases, reason }) => ({ leases, reason })),
    includes_asker: doomed.tokens.some(({ hash }) => hash === turn.identity?.tokenHash),
    ways_back: { secret_ids: back.secretIds, logins: back.logins },
  };
}

/** Each app or person that stops, and how much of it. */
function describeHolders({ tokens, leases }: Doomed) {
  const holders = new Map<string, { tokens: number; leases: number }>();
  const of = (name: string) => {
    const known = holders.get(name) ?? { tokens: 0, leases: 0 };
    holders.set(name, known);
    return known;
  };
  for (const token of tokens) of(holderOf(token)).tokens += 1;
  for (const lease of leases) of(lease.owner).leases += 1;
  return [...holders]
    .map(([name, counts]) => ({ name, ...counts }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** One line of the list of revocations. */
export function describeRevocation(row: RevocationRow) {
  return {
    id: row.id,
    scope: row.scope,
    name: row.name,
    lock_out: row.lockedOut,
    asked_by: row.askedBy,
    start_time: formatInstant(row.startedAt),
  };
}

/** The report: progress while it runs, and the proof for each keycard. */
export function describeReport(turn: RequestTurn, row: RevocationRow) {
  const leases = revokedLeases(turn.db, row.id).map(({ id, holder, path, provenAt, proof, row: lease }) => ({
    lease_id: id,
    holder,
    path,
    state: provenAt === null ? (lease?.state ?? 'abandoned') : 'dead',
    reason: lease?.reason ?? null,
    attempts: lease?.attempts ?? 0,
    next_try: typeof lease?.nextTryAt === 'number' ? formatInstant(lease.nextTryAt) : null,
    proven_time: provenAt === null ? null : formatInstant(provenAt),
    proof,
  }));
  const tokens = revokedTokens(turn.db, row.id);
  const count = (state: string) => leases.filter((lease) => lease.state === state).length;
  return {
    ...describeRevocation(row),
    progress: {
      tokens: tokens.length,
      leases: leases.length,
      proven: count('dead'),
      still_alive: count('ending'),
      abandoned: count('abandoned'),
    },
    finished: count('ending') === 0,
    tokens,
    leases,
  };
}
