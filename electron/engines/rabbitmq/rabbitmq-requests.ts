import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Answer, AskApi } from './management-api.ts';

/** Puts something there. Throws `target-unavailable` with what RabbitMQ said. */
export async function put(ask: AskApi, path: string, body: unknown): Promise<void> {
  const answer = await ask('PUT', path, body);
  if (answer.status >= 300) throw refused(answer);
}

/** Removes what is there, if anything is. */
export async function remove(ask: AskApi, path: string): Promise<void> {
  const answer = await ask('DELETE', path);
  if (answer.status >= 300 && answer.status !== 404) throw refused(answer);
}

/** What is there; undefined for 404. */
export async function found(ask: AskApi, path: string): Promise<unknown> {
  const answer = await ask('GET', path);
  if (answer.status === 404) return undefined;
  if (answer.status >= 300) throw refused(answer);
  return answer.body;
}

/** A refusal in words. */
export function refused({ status, body }: Answer): KeywardenError {
  const given = (body as { reason?: unknown } | undefined)?.reason ?? '';
  const reason = wordsOf(given).slice(0, 200);
  if (status === 401 || status === 403) {
    const words = /administrator/i.test(reason)
      ? "the connection's user lacks a right: it needs the tag administrator"
      : 'RabbitMQ refused the user name or password';
    return new KeywardenError('target-unavailable', words);
  }
  return new KeywardenError(
    'target-unavailable',
    `RabbitMQ refused (${status}${reason === '' ? '' : `: ${reason}`})`,
  );
}

/** The server tells of a broken pattern in lists of characters. */
function wordsOf(reason: unknown): string {
  if (!Array.isArray(reason)) return String(reason);
  const [what, pattern] = reason as readonly unknown[];
  const text = Array.isArray(pattern) ? String.fromCharCode(...pattern.map(Number)) : '';
  return what === 'invalid_regexp' ? `"${text}" is no regular expression` : String(what);
}
