import { asKeywardenError, KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import type { Turn, ValueHash } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import type { IssueDecision, Issued } from '../decision.ts';
import { calculateTtl, secondsUntil } from '../limits.ts';
import { type Admitted, admit } from '../pipeline/admit.ts';
import { type Answered, planAnswer } from '../pipeline/answer.ts';
import type { Asked } from '../pipeline/asked.ts';
import { type Refused, recordRequest, refuse, STARTED } from '../pipeline/record-request.ts';
import { safeTurn } from '../pipeline/safe-turn.ts';
import { randomBase62 } from '../random-text.ts';
import type { CoreResponse } from '../request.ts';
import { countUse } from '../tokens/count-use.ts';
import { lastInstant, type TokenRow } from '../tokens/token-rows.ts';
import { endLeases } from './end-leases.ts';
import type { Left } from './issuing.ts';
import type { Lease } from './lease.ts';
import { leaseIntended, leaseIssued, leaseRemembered } from './lease-changes.ts';
import { findLease, type LeaseRow } from './lease-rows.ts';
import { leaseSecretContext, leaseView } from './lease-view.ts';

/** A lease whose intent is recorded; the target is touched once that is durable. */
export interface IntendedLease {
  readonly kind: 'issue';
  readonly decision: IssueDecision;
  readonly admitted: Admitted;
  readonly lease: Lease;
  readonly ttl: number;
  readonly warnings: readonly string[];
}

type Outcome = { readonly value: Issued } | { readonly thrown: unknown };

/** Plans the lease and the record of its intent: limits, name, and the sealed credential. */
export function planIssue(
  { cache, issuing, ports }: Pick<CoreServices, 'cache' | 'issuing' | 'ports'>,
  turn: Turn,
  asked: Asked,
  admitted: Admitted,
  decision: IssueDecision,
): IntendedLease & { record(turn: Turn): void } {
  const { token, mount, engine } = admitted;
  const { terms } = decision;
  if (!token || !engine.leases) throw new KeywardenError('internal');
  if (token.usesLeft === 1) {
    // Vault issues, revokes at once and answers this; the client sees the same, the target nothing.
    throw new KeywardenError(
      'invalid-request',
      'Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.',
    );
  }
  const limit = terms.promise === 'needs-keywarden' ? limitOf({ cache }, turn, asked, token) : undefined;
  const life = lifeOf(turn.now, token, admitted, decision, limit);
  const nonce = Buffer.from(ports.random(16)).toString('hex');
  const path = asked.request.path;
  const row: LeaseRow = {
    id: `${path}/${randomBase62(24, ports.random)}`,
    nonce,
    mount: mount.uuid,
    path,
    state: 'pending',
    tokenHash: token.hash,
    tokenAccessor: token.accessor,
    owner: token.app ?? token.displayName,
    ttl: life.ttl,
    issuedAt: turn.now,
    expiresAt: Math.min(turn.now + life.ttl * 1000, life.maxExpiresAt),
    maxExpiresAt: life.maxExpiresAt,
    renewable: terms.renewable,
    promise: terms.promise,
    data: terms.data,
    secret: terms.secret
      ? turn.sealValue(terms.secret, leaseSecretContext({ mount: mount.uuid, nonce }))
      : null,
    ...NOT_ENDED,
  };
  const changes = [...countUse(token, turn.now), intended(row), ...(decision.changes ?? [])];
  return {
    kind: 'issue',
    decision,
    admitted,
    lease: leaseView(row, mount),
    ttl: life.ttl,
    warnings: [...(decision.warnings ?? []), ...life.warnings],
    record(current) {
      issuing.begin(row.id, asked.requestId);
      recordRequest(current, asked, token, STARTED, changes);
    },
  };
}

/** Touches the target, then settles: the credential goes out, or its end begins. */
export async function runIssue(
  services: CoreServices,
  asked: Asked,
  intent: IntendedLease,
): Promise<CoreResponse> {
  const { id } = intent.lease;
  const unwanted = services.issuing.signalOf(id);
  let left: Left = 'unsettled';
  try {
    const outcome = await create(intent, asked.request.signal, unwanted);
    const step = await safeTurn(services, asked, (turn) => settle(services, turn, asked, intent, outcome));
    if (step.kind === 'refused') throw step.error;
    left = 'issued';
    return step.response;
  } finally {
    services.issuing.finish(id, left);
  }
}

async function create(
  { decision, lease }: IntendedLease,
  client: AbortSignal | undefined,
  unwanted: AbortSignal,
): Promise<Outcome> {
  try {
    const signal = client ? AbortSignal.any([client, unwanted]) : unwanted;
    return { value: await decision.create(lease, signal) };
  } catch (thrown) {
    return { thrown };
  }
}

function settle(
  services: CoreServices,
  turn: Turn,
  asked: Asked,
  intent: IntendedLease,
  outcome: Outcome,
): Answered | Refused {
  const { lease, admitted, ttl } = intent;
  const again = admit(services, turn, asked, 'settling');
  const isWanted = findLease(turn.db, lease.id)?.state === 'pending' && !asked.request.signal?.aborted;
  if ('error' in again || 'thrown' in outcome || !isWanted) {
    const changes: Change[] = [];
    if ('value' in outcome)
      changes.push(leaseRemembered.make({ id: lease.id, remember: remembered(outcome.value) }));
    changes.push(...endLeases([lease.id], 'issue-failed', asked.requestId));
    const error =
      'error' in again ? again.error : 'thrown' in outcome ? asKeywardenError(outcome.thrown) : gone(asked);
    return refuse(services, turn, asked, admitted.token, error, { changes, used: true });
  }
  const planned = planAnswer(
    services,
    turn,
    asked,
    again,
    {
      kind: 'reply',
      changes: [leaseIssued.make({ id: lease.id, remember: remembered(outcome.value) })],
      reply: { data: outcome.value.data },
    },
    {
      used: true,
      lease: { id: lease.id, renewable: lease.renewable, duration: ttl },
      warnings: intent.warnings,
    },
  );
  planned.record(turn);
  return planned;
}

/** What the token's policies say of credentials that nobody but us ends. Throws `policy-denied` where they want none. */
function limitOf(
  { cache }: Pick<CoreServices, 'cache'>,
  { db }: Turn,
  { request }: Asked,
  token: TokenRow,
): number | undefined {
  if (token.policies.includes('root')) return undefined;
  const limit = cache.acl(db, token).needsKeywardenMaxTtl(request.path);
  if (limit !== 0) return limit;
  throw new KeywardenError(
    'policy-denied',
    'a credential from here dies only while Keywarden runs, and a policy refuses such credentials',
  );
}

function lifeOf(
  now: number,
  token: TokenRow,
  { mount }: Admitted,
  { terms }: IssueDecision,
  limit = Number.POSITIVE_INFINITY,
) {
  const answer = calculateTtl({
    now,
    startedAt: now,
    wanted: terms.ttl,
    fallback: 0,
    mountDefault: mount.defaultTtl,
    mountMax: mount.maxTtl,
    maxTtl: terms.maxTtl,
    period: 0,
    explicitMaxTtl: 0,
  });
  // A lease dies with its token, so it promises no more than the token can; the duration says so, without a warning.
  const last = lastInstant(token) ?? Number.POSITIVE_INFINITY;
  const maxExpiresAt = Math.min(answer.maxExpiresAt ?? now, last, now + limit * 1000);
  return {
    ttl: Math.min(answer.ttl, secondsUntil(maxExpiresAt, now)),
    maxExpiresAt,
    warnings: answer.warnings,
  };
}

function gone({ request }: Asked): KeywardenError {
  return new KeywardenError(request.signal?.aborted ? 'cancelled' : 'permission-denied');
}

function remembered({ remember }: Issued): Record<string, unknown> {
  return { ...remember };
}

const NOT_ENDED = {
  lastRenewedAt: null,
  endedAt: null,
  endedWhy: null,
  endedBy: null,
  attempts: 0,
  reason: null,
  nextTryAt: null,
  provenAt: null,
  proof: null,
} as const;

function intended(row: LeaseRow): Change {
  return leaseIntended.make({
    id: row.id,
    nonce: row.nonce,
    mount: row.mount,
    path: row.path,
    tokenHash: row.tokenHash,
    tokenAccessor: row.tokenAccessor,
    owner: row.owner,
    ttl: row.ttl,
    issuedAt: row.issuedAt,
    expiresAt: row.expiresAt,
    maxExpiresAt: row.maxExpiresAt,
    renewable: row.renewable,
    promise: row.promise,
    data: { ...row.data },
    secret: row.secret as ValueHash | null,
  });
}
