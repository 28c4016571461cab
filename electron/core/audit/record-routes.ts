import { z } from 'zod';
import { looseBoolean, looseInteger } from '../../../shared/model/loose-field.ts';
import type { LedgerRecord, RecordPage, RecordQuery } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText, maybe, withDefault } from '../fields.ts';
import { strangersCounted } from '../pipeline/stranger-log.ts';
import { handler, type Route } from '../route.ts';
import { unsealed } from '../system/unseal-record.ts';
import { wrapUsedAgain } from '../wrapping/wrap-changes.ts';

const query = z.object({
  /** Milliseconds since 1970. */
  from: maybe(looseInteger),
  to: maybe(looseInteger),
  actor: maybe(looseText),
  path_prefix: maybe(looseText),
  operation: maybe(looseText),
  outcome: maybe(looseText),
  oldest_first: withDefault(looseBoolean, false),
  limit: withDefault(looseInteger.pipe(z.number().min(1).max(1000)), 100),
  cursor: maybe(looseText),
});

/** What somebody should look at: a wrapping token that was used is shown again. */
const ALARMS: readonly string[] = [wrapUsedAgain.type];
/** Changes that were made to be read. */
const TOLD: readonly string[] = [strangersCounted.type, unsealed.type];

/** `sys/internal/records`: the audit trail itself, page by page, for the desktop and for whoever may see everything. */
export function recordRoutes({ vault }: Pick<CoreServices, 'vault'>): readonly Route[] {
  const read = handler<z.infer<typeof query>, RecordPage>({
    input: query,
    prepare: (input) => vault.readRecords(queryOf(input)),
    decide: (_turn, _input, { records, cursor }): ReplyDecision => ({
      kind: 'reply',
      reply: { data: { records: records.map(describeRecord), cursor: cursor ?? '' } },
    }),
  });
  return [
    {
      pattern: 'internal/records',
      help: 'Reads the audit trail, the newest records first.',
      sudo: true,
      operations: { read },
    },
  ];
}

function queryOf(input: z.infer<typeof query>): RecordQuery {
  const { path_prefix: pathPrefix, oldest_first: oldestFirst, ...rest } = input;
  const given = Object.entries({ ...rest, pathPrefix }).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  return { ...Object.fromEntries(given), newestFirst: !oldestFirst };
}

/** Types of changes, not what is in them: that names what lies sealed. */
function describeRecord({
  sequence,
  time,
  actor,
  operation,
  path,
  outcome,
  requestId,
  changes,
}: LedgerRecord) {
  const told = changes.find(({ type }) => TOLD.includes(type));
  return {
    sequence,
    time: new Date(time).toISOString(),
    actor,
    operation,
    path,
    outcome,
    request_id: requestId,
    changes: changes.map(({ type }) => type),
    ...(changes.some(({ type }) => ALARMS.includes(type)) && { alarm: true }),
    ...(told && { told: told.data }),
  };
}
