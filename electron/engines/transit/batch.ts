import { z } from 'zod';
import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseInteger } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { maybe } from '../../core/fields.ts';
import { type AnyHandler, handler } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { keyName } from './fields.ts';
import { requireKey, type TransitKey } from './key-rows.ts';
import { isRsa } from './key-types.ts';
import { type KeyUse, openKey, refused } from './key-use.ts';

/** All of a batch runs in one turn, which nobody else gets a word into: so there is an end to it. */
const LONGEST_BATCH = 1000;
const LONGEST_RSA_BATCH = 100;

/** What is done with one text. */
type Work<I> = (use: KeyUse, item: I, turn: RequestTurn) => Readonly<Record<string, unknown>>;

/**
 * A handler for one text or, as `batch_input`, for many, each with a result or an error of its own. What stands beside the
 * batch goes for all in it. As in Vault, one error among them makes it 400, with all results in the answer, unless
 * `partial_failure_response_code` says 200.
 */
export function batched<S extends z.ZodRawShape>(
  shape: S,
  work: Work<z.output<z.ZodObject<S>>>,
  more: {
    readonly unknownKey?: string;
    /** Makes the key where there is none. */
    readonly make?: (
      turn: RequestTurn,
      name: string,
    ) => { readonly use: KeyUse; readonly changes: readonly Change[] };
  } = {},
): AnyHandler {
  const item = z.object(shape);
  const input = z.object({
    ...shape,
    name: keyName,
    batch_input: maybe(z.array(z.record(z.string(), z.unknown()))),
    partial_failure_response_code: maybe(looseInteger),
  });
  return handler({
    input,
    decide(turn, asked): Decision {
      const {
        name,
        batch_input: batch,
        partial_failure_response_code: partly,
      } = asked as z.output<typeof input> & {
        name: string;
        batch_input?: readonly Record<string, unknown>[];
        partial_failure_response_code?: number;
      };
      const made = turn.operation === 'create' ? more.make?.(turn, name) : undefined;
      const use = made?.use ?? openKey(turn, requireKey(turn, name, more.unknownKey));
      const changes = made?.changes ?? [];
      if (batch === undefined) {
        const one = asked as z.output<z.ZodObject<S>>;
        return { kind: 'reply', changes, reply: { data: work(use, one, turn), mountType: 'transit' } };
      }
      checkLength(use.key, batch.length);
      const { batch_input: _, ...beside } = turn.data;
      const results = batch.map((given) =>
        each(item, { ...beside, ...given }, given, (one) => work(use, one, turn)),
      );
      const failed = results.some((result) => 'error' in result) && partly !== 200;
      return {
        kind: 'reply',
        changes,
        reply: { ...(failed ? { status: 400 } : {}), data: { batch_results: results }, mountType: 'transit' },
      };
    },
  });
}

function checkLength({ type }: TransitKey, length: number): void {
  if (length === 0) throw refused('missing batch input to process');
  const most = isRsa(type) ? LONGEST_RSA_BATCH : LONGEST_BATCH;
  if (length > most) throw refused(`a batch of this key may have ${most} entries at most`);
}

/** An item's own mistake is its own result; whatever else goes wrong is the whole request's. */
function each<I>(
  schema: z.ZodType<I>,
  given: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
  run: (item: I) => Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const reference = own['reference'] === undefined ? {} : { reference: own['reference'] };
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { error: `${issue?.path.join('.')}: ${issue?.message}`, ...reference };
  }
  try {
    return { ...run(parsed.data), ...reference };
  } catch (thrown) {
    const error = asKeywardenError(thrown);
    if (error.code !== 'invalid-request') throw thrown;
    return { error: error.message, ...reference };
  }
}
