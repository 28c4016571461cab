import type { IncomingMessage } from 'node:http';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { parseDuration } from '../../shared/model/duration.ts';
import type { Operation } from '../../shared/model/operation.ts';
import { type Patience, readPatience } from './blocking-read.ts';
import { parseGoBool } from './go-bool.ts';
import { LIST_METHOD } from './list-verb.ts';
import { type BodyBudget, mediaType, readBody } from './read-body.ts';
import type { Target } from './read-target.ts';

/** Vault takes the first alone, but there are clients whose `update` has never said anything but the second. */
const PATCH_TYPES: readonly string[] = ['application/merge-patch+json', 'application/json'];

/** What a request asks, in core's words. */
export interface Asked {
  readonly operation: Operation;
  readonly path: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly wrapTtl?: number;
  readonly patience?: Patience;
}

/** Turns Vault's HTTP into core's words. Throws KeywardenError for whatever is not of the dialect. */
export async function readRequest(
  request: IncomingMessage,
  { path, query }: Target,
  budget: BodyBudget,
): Promise<Asked> {
  checkNamespace(request);
  const { list, help, ...parameters } = query;
  const who = readWrapTtl(request);
  if (help !== undefined && parseGoBool(help) && request.method === 'GET') {
    return { ...who, operation: 'read', path: `sys/internal/help/${path}`, data: {} };
  }
  const operation = operationOf(request, list);

  if (operation === 'read' || operation === 'list' || operation === 'delete') {
    // As in Vault, a body means nothing here; it is thrown away as it comes.
    if (mayHaveBody(request)) request.resume();
    if (operation === 'read') {
      if (parameters['index'] === undefined && parameters['wait'] === undefined) {
        return { ...who, operation, path, data: parameters };
      }
      const { index, wait, ...data } = parameters;
      const patience = readPatience({ index, wait });
      return { ...who, operation, path, data, ...(patience !== undefined && { patience }) };
    }
    const listed = operation === 'list' && !path.endsWith('/') ? `${path}/` : path;
    return { ...who, operation, path: listed, data: parameters };
  }
  if (path.endsWith('/')) {
    throw new KeywardenError('invalid-request', "cannot write to a path ending in '/'");
  }
  if (operation === 'patch' && !PATCH_TYPES.includes(mediaType(request))) {
    throw new KeywardenError(
      'unsupported-media-type',
      'PATCH requires Content-Type of application/merge-patch+json',
    );
  }
  const rest = list === undefined ? parameters : query;
  return { ...who, operation, path, data: { ...rest, ...(await readBody(request, budget)) } };
}

function mayHaveBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/** POST and PUT are the same; whether it is a create is for core to find out. */
function operationOf(request: IncomingMessage, list: string | string[] | undefined): Operation {
  switch (request.method) {
    case LIST_METHOD:
      return 'list';
    case 'GET':
      return list !== undefined && parseGoBool(list) ? 'list' : 'read';
    case 'POST':
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return 'delete';
    default:
      throw new KeywardenError('unsupported-operation');
  }
}

/** Seconds; 0 asks for nothing. What cannot be read is refused: an answer must not go out unwrapped by mistake. */
function readWrapTtl(request: IncomingMessage): { readonly wrapTtl?: number } {
  const asked = request.headers['x-vault-wrap-ttl'];
  if (asked === undefined) return {};
  const seconds = parseDuration(String(asked));
  if (seconds < 0) throw new KeywardenError('invalid-request', 'requested wrap ttl cannot be negative');
  return seconds === 0 ? {} : { wrapTtl: seconds };
}

function checkNamespace(request: IncomingMessage): void {
  const named = request.headers['x-vault-namespace'] ?? '';
  const name = String(named).replace(/^\/|\/$/g, '');
  if (name !== '' && name !== 'root') throw new KeywardenError('not-found', 'namespace not found');
}
