import { asKeywardenError, KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { parseDuration } from '../../shared/model/duration.ts';
import type { Clock } from '../core/ports.ts';
import type { Core, CoreRequest } from '../core/request.ts';
import { type Answer, answerError, answerOf } from './answer.ts';
import { LIMITS } from './limits.ts';

/** How a read is to wait: `?index=N&wait=30s`. */
export interface Patience {
  /** The index of what the client has seen. */
  readonly after: number;
  readonly milliseconds: number;
}

/** Where the answer tells what to wait for more than. */
const INDEX_HEADER = 'X-Keywarden-Index';
const WITHOUT_WAITING = 0;

/** Takes `index` and `wait` out of a query. Undefined: neither is there. Throws `invalid-request`. */
export function readPatience(query: Readonly<Record<string, unknown>>): Patience | undefined {
  const { index, wait } = query;
  if (index === undefined && wait === undefined) return undefined;
  const after = index === undefined ? '0' : String(index);
  if (!/^\d{1,15}$/.test(after)) throw new KeywardenError('invalid-request', 'an index is a whole number');
  const seconds = wait === undefined ? WITHOUT_WAITING : parseDuration(String(wait));
  if (seconds < 0) throw new KeywardenError('invalid-request', 'a wait cannot be negative');
  return { after: Number(after), milliseconds: Math.min(seconds * 1000, LIMITS.longestWait) };
}

/**
 * Answers with what is there as soon as it is newer than the client has seen, or with 304 when it is not after the wait.
 * The index is looked up ahead of the read: what is written meanwhile is seen again rather than missed.
 */
export async function answerBlockingRead(
  core: Core,
  request: CoreRequest & { readonly signal: AbortSignal },
  { after, milliseconds }: Patience,
  clock: Clock,
): Promise<Answer> {
  const waits = new AbortController();
  const stop = () => waits.abort();
  const cancel = clock.after(milliseconds, stop);
  request.signal.addEventListener('abort', stop);
  try {
    const changed = await core.events.changed({ ...request, signal: waits.signal }, after);
    if (!changed) return { status: 304, headers: { [INDEX_HEADER]: String(after) } };
  } finally {
    cancel();
    request.signal.removeEventListener('abort', stop);
  }
  const index = core.events.indexOf(request.path);
  const headers = { [INDEX_HEADER]: String(index) };
  try {
    return { ...answerOf(await core.handle(request)), headers };
  } catch (thrown) {
    // What is not there can be waited for as well.
    const error = asKeywardenError(thrown);
    if (error.code !== 'not-found') throw error;
    return { ...answerError(error), headers };
  }
}
