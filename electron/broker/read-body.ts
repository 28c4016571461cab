import type { IncomingMessage } from 'node:http';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { LIMITS } from './limits.ts';
import { parseJsonObject } from './parse-json-object.ts';
import { readQuery } from './read-target.ts';
import { hasLivingToken } from './standing.ts';

/** SECURITY(B3): how many bytes of large bodies may be in memory at once, over all connections. */
export class BodyBudget {
  readonly #taken = { all: 0, strangers: 0 };

  /** Lets a body grow, and returns how much of the budget it has now. */
  grow(had: number, size: number, isStranger: boolean): number {
    const needed = Math.max(0, size - LIMITS.smallBody);
    const more = needed - had;
    const { all, strangers } = this.#taken;
    const isTooMuch =
      all + more > LIMITS.largeBodies || (isStranger && strangers + more > LIMITS.largeBodiesOfStrangers);
    if (more > 0 && isTooMuch) throw new KeywardenError('too-many-requests');
    this.#take(more, isStranger);
    return needed;
  }

  giveBack(had: number, isStranger: boolean): void {
    this.#take(-had, isStranger);
  }

  #take(more: number, isStranger: boolean): void {
    this.#taken.all += more;
    if (isStranger) this.#taken.strangers += more;
  }
}

/** Reads and parses a body, whatever its declared type says: JSON, or a form if it says so and does not look like JSON. */
export async function readBody(
  request: IncomingMessage,
  budget: BodyBudget,
): Promise<Readonly<Record<string, unknown>>> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw new KeywardenError('unsupported-media-type');
  const text = await readText(request, budget);
  const looksLikeJson = /^[{[]/.test(text.trimStart());
  if (mediaType(request) === 'application/x-www-form-urlencoded' && !looksLikeJson) return readQuery(text);
  return parseJsonObject(text);
}

/** `Content-Type` without its parameters. */
export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

async function readText(request: IncomingMessage, budget: BodyBudget): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > LIMITS.body)
    throw new KeywardenError('body-too-large');
  const isStranger = !hasLivingToken(request.socket);
  const pieces: Buffer[] = [];
  let size = 0;
  let taken = 0;
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      const bytes = piece as Buffer;
      size += bytes.length;
      if (size > LIMITS.body) throw new KeywardenError('body-too-large');
      taken = budget.grow(taken, size, isStranger);
      pieces.push(bytes);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces, size));
  } catch (error) {
    if (error instanceof KeywardenError) throw error;
    if (error instanceof TypeError) throw new KeywardenError('malformed-json');
    throw new KeywardenError('cancelled', undefined, { cause: error });
  } finally {
    budget.giveBack(taken, isStranger);
    // What is left of a refused body is thrown away as it comes, so that the answer can be read.
    request.resume();
  }
}
