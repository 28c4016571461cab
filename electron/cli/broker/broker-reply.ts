import { ERROR_TABLE, type ErrorCode } from '../../../shared/errors/error-table.ts';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Envelope } from '../../../shared/model/envelope.ts';

/** What a broker answered: the status and the JSON body, undefined where there was none. */
export interface BrokerReply {
  readonly status: number;
  /** Whether it was asked without a token. */
  readonly anonymous: boolean;
  readonly body: JsonObject | undefined;
  /** The row of the error table, where a broker of ours has answered. */
  readonly code?: ErrorCode;
  /** What a read that waits for the next change waits for more than; told where it was asked for. */
  readonly index?: number;
}

/** A JSON object whose fields nobody has looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The envelope of a good answer; undefined for an answer without a body. Throws what the broker complained about. */
export function envelopeOf(reply: BrokerReply): Envelope | undefined {
  if (reply.status === 204 || reply.status === 202) return undefined;
  if (reply.status !== 200) throw errorOf(reply);
  // Any web server answers 200 to anything: taken for "done", a secret would count as written.
  if (!reply.body) throw new KeywardenError('not-running', 'What answers there is no broker.');
  return reply.body as unknown as Envelope;
}

const NO_TOKEN = 'There is no token: use --token-file or VAULT_TOKEN, or ask the desktop app with kw login.';

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid-request',
  403: 'permission-denied',
  404: 'not-found',
  405: 'unsupported-operation',
  413: 'body-too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
  503: 'sealed',
};

/** Turns a complaint back into the row of the error table that it came from, as closely as its words allow. */
export function errorOf(reply: BrokerReply): KeywardenError {
  const complaints = complaintsOf(reply);
  if (reply.status === 403 && reply.anonymous) return new KeywardenError('permission-denied', NO_TOKEN);
  const text = complaints.join('; ');
  const code = reply.code ?? codeOf(reply.status, complaints[0]);
  const row: { words: string; wire?: string } = ERROR_TABLE[code];
  return new KeywardenError(code, text === '' || text === row.wire ? row.words : text.trim());
}

function complaintsOf({ body }: BrokerReply): readonly string[] {
  const errors = body?.['errors'];
  return Array.isArray(errors) ? errors.filter((one): one is string => typeof one === 'string') : [];
}

/** What another server of the dialect means, by its words. */
function codeOf(status: number, text: string | undefined): ErrorCode {
  for (const [code, row] of Object.entries<{ status: number; words: string; wire?: string }>(ERROR_TABLE)) {
    const isSaid = text !== undefined && (text === row.wire || text === row.words);
    if (row.status === status && isSaid) return code as ErrorCode;
  }
  if (status === 400 && text !== undefined) {
    if (/^unknown role\b/i.test(text)) return 'unknown-role';
    if (/^invalid (?:role or secret ID|username or password)$/i.test(text)) return 'login-failed';
  }
  return BY_STATUS[status] ?? (status >= 500 ? 'internal' : 'invalid-request');
}
