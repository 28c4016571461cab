import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';

/** Where the management API is, and as whom to ask it. */
export interface ManagementTarget {
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  /** PEM, or ''. */
  readonly tlsCa: string;
}

/** What the API said. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The server's clock as its answer tells it, in milliseconds since 1970. */
  readonly at: number | undefined;
}

/**
 * A name as one segment of a path. Servers resolve `.` and `..` in paths, however they are written, so that what is called so
 * cannot be named there: throws `invalid-request` rather than asking for something else.
 */
export function segment(name: string): string {
  if (isNameable(name)) return encodeURIComponent(name);
  throw new KeywardenError(
    'invalid-request',
    `RabbitMQ's management API cannot name what is called "${name}"`,
  );
}

/** Whether the API can be asked about something of this name. */
export function isNameable(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..';
}

/** Asks the API; resolves with any answer below 500. Throws `target-unavailable` with a reason that is safe to show. */
export type AskApi = (method: string, path: string, body?: unknown) => Promise<Answer>;

const ANSWER_WITHIN = 10_000;
const MOST_BYTES = 16 * 1024 * 1024;

/** Node's system errors in words for a person. */
const ERROR_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing answers at that address: is RabbitMQ running, with its management plugin?',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the host name cannot be resolved right now',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the host does not answer',
  DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is self-signed: give its CA in tls_ca",
  SELF_SIGNED_CERT_IN_CHAIN: "the server's CA is not known here: give it in tls_ca",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the server's CA is not known here: give it in tls_ca",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server's CA is not known here: give it in tls_ca",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another host",
};

/** Reads the address of an API. Throws `invalid-request` in words; a password in it is refused, so that none is shown. */
export function parseUri(text: string): string {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {}
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new KeywardenError('invalid-request', 'connection_uri must look like http://host:15672');
  }
  if (url.username !== '' || url.password !== '') {
    throw new KeywardenError(
      'invalid-request',
      'give username and password as fields, not in connection_uri',
    );
  }
  return `${url.origin}${url.pathname.replace(/\/$/, '')}`;
}

/** An API to ask. Nothing is kept open between two questions, and redirects are not followed. */
export function openApi(target: ManagementTarget, signal: AbortSignal): AskApi {
  return async (method, path, body) => {
    try {
      const answer = await ask(
        target,
        AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN)]),
        method,
        path,
        body,
      );
      if (answer.status >= 500) {
        throw new KeywardenError('target-unavailable', `RabbitMQ could not do it (status ${answer.status})`);
      }
      return answer;
    } catch (error) {
      if (error instanceof KeywardenError) throw error;
      throw new KeywardenError('target-unavailable', reasonFor(error, signal), { cause: error });
    }
  };
}

async function ask(
  { uri, username, password, tlsCa }: ManagementTarget,
  signal: AbortSignal,
  method: string,
  path: string,
  body: unknown,
): Promise<Answer> {
  const send = uri.startsWith('https:') ? httpsRequest : httpRequest;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(`${uri}/api/${path}`, {
      method,
      auth: `${username}:${password}`,
      agent: false,
      signal,
      headers:
        text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      ...(tlsCa === '' ? {} : { ca: tlsCa }),
    });
    request.on('response', resolve);
    request.on('error', reject);
    request.end(text);
  });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += (chunk as Buffer).length;
    if (length > MOST_BYTES) throw new KeywardenError('target-unavailable', 'RabbitMQ answered too much');
    chunks.push(chunk as Buffer);
  }
  const at = Date.parse(response.headers.date ?? '');
  return {
    status: response.statusCode ?? 0,
    body: parseJson(Buffer.concat(chunks).toString('utf8')),
    at: Number.isNaN(at) ? undefined : at,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonFor(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'stopped before it was done';
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (name === 'TimeoutError' || name === 'AbortError') return 'RabbitMQ did not answer in time';
  return (typeof code === 'string' && ERROR_WORDS[code]) || 'RabbitMQ could not be asked';
}
