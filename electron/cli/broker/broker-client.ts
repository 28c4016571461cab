import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ERROR_HEADER, readErrorCode } from '../../../shared/errors/error-header.ts';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Envelope } from '../../../shared/model/envelope.ts';
import { addressText, type BrokerAddress } from './broker-address.ts';
import { type BrokerReply, envelopeOf, isJsonObject } from './broker-reply.ts';
import { pinnedConnection } from './pinned-connection.ts';

/** Verbs of the Vault dialect. */
export type Verb = 'GET' | 'POST' | 'DELETE' | 'LIST';

/** One question to a broker. */
export interface Question {
  readonly verb: Verb;
  /** Without `/v1/`: `secret/data/app`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** A broker and the token to ask it with. */
export interface BrokerClient {
  readonly address: BrokerAddress;
  readonly token: string | undefined;
  /** The answer, whatever it says. Throws `not-running` when nobody answers. */
  ask(question: Question): Promise<BrokerReply>;
  /** The envelope of a good answer, undefined when it has no body. Throws what the broker complained about. */
  envelope(question: Question): Promise<Envelope | undefined>;
  /** The same broker, asked with another token. */
  withToken(token: string | undefined): BrokerClient;
}

/** Longer than the broker waits for a database that is slow to answer. */
const ANSWER_WITHIN = 60_000;

/** Speaks the Vault dialect with one broker, over TCP or its local socket. */
export function brokerClient(address: BrokerAddress, token: string | undefined): BrokerClient {
  const ask = (question: Question): Promise<BrokerReply> => exchange(address, token, question);
  return {
    address,
    token,
    ask,
    envelope: async (question) => envelopeOf(await ask(question)),
    withToken: (other) => brokerClient(address, other),
  };
}

function exchange(
  address: BrokerAddress,
  token: string | undefined,
  question: Question,
): Promise<BrokerReply> {
  const body = question.body === undefined ? undefined : Buffer.from(JSON.stringify(question.body));
  const options: RequestOptions = {
    agent: false,
    ...place(address),
    method: question.verb,
    path: `/v1/${encodePath(question.path)}${encodeQuery(question.query)}`,
    timeout: ANSWER_WITHIN,
    ...(question.signal && { signal: question.signal }),
    headers: {
      'X-Vault-Request': 'true',
      ...(token !== undefined && { 'X-Vault-Token': token }),
      ...(body && { 'Content-Type': 'application/json', 'Content-Length': body.length }),
    },
  };
  const send = address.kind === 'url' && address.url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(options, (incoming) => {
      readReply(incoming, token === undefined).then(resolve, (cause: unknown) =>
        reject(unreachable(address, cause)),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.on('error', (cause) => reject(unreachable(address, cause)));
    outgoing.end(body);
  });
}

function place(address: BrokerAddress): RequestOptions {
  if (address.kind === 'socket') return { socketPath: address.path, host: 'localhost' };
  const { hostname, port, protocol } = address.url;
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const where = { host, ...(port !== '' && { port }) };
  const { fingerprint, ca } = address.trust ?? {};
  if (protocol !== 'https:') return where;
  if (fingerprint === undefined) return { ...where, ...(ca !== undefined && { ca }) };
  // Only without an agent does the request take a connection that is made elsewhere.
  return {
    ...where,
    agent: undefined,
    createConnection: pinnedConnection({ host, port: Number(port || 443) }, fingerprint),
  };
}

function encodePath(path: string): string {
  return path.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/');
}

function encodeQuery(query: Question['query']): string {
  return query ? `?${new URLSearchParams(query)}` : '';
}

async function readReply(incoming: IncomingMessage, anonymous: boolean): Promise<BrokerReply> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = parseBody(Buffer.concat(chunks).toString('utf8'));
  const index = Number(incoming.headers['x-keywarden-index'] ?? Number.NaN);
  const status = incoming.statusCode ?? 0;
  const code = readErrorCode(incoming.headers[ERROR_HEADER.toLowerCase()], status);
  return {
    status,
    anonymous,
    body,
    ...(code && { code }),
    ...(Number.isSafeInteger(index) && { index }),
  };
}

function parseBody(text: string): BrokerReply['body'] {
  try {
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function unreachable(address: BrokerAddress, cause: unknown): KeywardenError {
  return new KeywardenError('not-running', `No broker answers at ${addressText(address)}.`, { cause });
}
