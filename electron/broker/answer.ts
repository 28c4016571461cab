import type { ServerResponse } from 'node:http';
import { ERROR_HEADER } from '../../shared/errors/error-header.ts';
import { ERROR_TABLE } from '../../shared/errors/error-table.ts';
import { type KeywardenError, wireText } from '../../shared/errors/keywarden-error.ts';
import type { CoreResponse } from '../core/request.ts';

/** A whole answer: a status and, unless it is 204, a body. */
export interface Answer {
  readonly status: number;
  readonly body?: string | Uint8Array;
  /** Of the body; JSON unless it says otherwise. */
  readonly contentType?: string;
  /** Besides those of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Core's answer in Vault's shape. `data` is repeated at the top where clients look for it there. */
export function answerOf({ status, envelope, dataAtTop, bare, raw }: CoreResponse): Answer {
  if (raw) return { status, body: raw.bytes, contentType: raw.contentType };
  if (envelope === null) return { status };
  if (bare) return { status, body: JSON.stringify(envelope.data) };
  return { status, body: JSON.stringify(dataAtTop ? { ...envelope.data, ...envelope } : envelope) };
}

/** An error in Vault's shape; what is simply not there has no words. */
export function answerError(error: KeywardenError): Answer {
  const text = wireText(error);
  const silent = error.code === 'not-found' && text === ERROR_TABLE['not-found'].words;
  return {
    status: ERROR_TABLE[error.code].status,
    headers: { [ERROR_HEADER]: error.code },
    body: JSON.stringify({ errors: silent ? [] : [text] }),
  };
}

/** The exact headers of every answer: `; charset` makes clients reject the body. SECURITY(B3) */
export function answerHeaders({ status, body, contentType, headers }: Answer): Record<string, string> {
  const all: Record<string, string> = { 'Cache-Control': 'no-store', ...headers };
  if (body !== undefined) {
    all['Content-Type'] = contentType ?? 'application/json';
    all['Content-Length'] = String(Buffer.byteLength(body));
  } else if (status === 202) all['Content-Length'] = '0';
  return all;
}

/** Sends the answer, unless nobody is there any more. */
export function sendAnswer(response: ServerResponse, answer: Answer, closing: boolean): void {
  if (response.headersSent || response.destroyed) return;
  const bodiless = answer.status === 204 || answer.status === 304;
  const { status, headers = {} } = answer;
  const sent: Answer = bodiless ? { status, headers } : answer;
  const all = answerHeaders(sent);
  if (closing) all['Connection'] = 'close';
  response.writeHead(status, all);
  response.end(sent.body);
}
