import { z } from 'zod';
import type { Operation } from '../../../shared/model/operation.ts';
import type { CoreServices } from '../core-services.ts';
import type { Mount } from '../mounts/mount.ts';
import type { AnyHandler, Route } from '../route.ts';

type Json = Readonly<Record<string, unknown>>;

const METHODS: Readonly<Partial<Record<Operation, string>>> = {
  read: 'get',
  create: 'post',
  update: 'post',
  patch: 'patch',
  delete: 'delete',
};

/** Everything below some mounts as an OpenAPI 3 document, made of the routes themselves: it cannot say anything else than they do. */
export function describeApi({ registry }: Pick<CoreServices, 'registry'>, mounts: readonly Mount[]): Json {
  const paths: Record<string, Json> = {};
  for (const mount of mounts) {
    for (const route of registry.find(mount)?.engine.routes ?? []) {
      const path = `/${mount.path}${templateOf(route.pattern)}`.replace(/\/$/, '');
      paths[path] = { ...paths[path], ...describeRoute(mount, route) };
    }
  }
  return {
    openapi: '3.0.2',
    info: {
      title: 'Keywarden',
      description: 'HTTP API in the dialect of HashiCorp Vault. All paths are below /v1.',
      version: '1.15.6',
    },
    servers: [{ url: '/v1' }],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** What one route does, in its own words or in those of its pattern. */
export function helpOf(mount: Mount, { pattern, help, operations, sudo, unauthenticated }: Route): string {
  const verbs = Object.keys(operations).join(', ');
  const notes = [
    ...(sudo ? ['It needs the sudo capability.'] : []),
    ...(unauthenticated ? ['It needs no token.'] : []),
  ];
  return [`${mount.path}${shownName(pattern)}`, help, `Operations: ${verbs}.`, ...notes]
    .filter(Boolean)
    .join('\n');
}

function describeRoute(mount: Mount, route: Route): Json {
  const operations = Object.entries(route.operations) as [Operation, AnyHandler][];
  const described = operations.flatMap(([operation, { input }]) => {
    // Lists are reads that ask for it, as GET has no other name for them here.
    const method = operation === 'list' && !route.operations.read ? 'get' : METHODS[operation];
    if (method === undefined) return [];
    const isWrite = method === 'post' || method === 'patch';
    return [[method, describeOperation(mount, route, operation, isWrite ? input : undefined)] as const];
  });
  const names = captureNames(route.pattern);
  return {
    description: helpOf(mount, route),
    parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...(route.sudo ? { 'x-vault-sudo': true } : {}),
    ...(route.unauthenticated ? { 'x-vault-unauthenticated': true } : {}),
    ...(route.exists ? { 'x-vault-createSupported': true } : {}),
    ...Object.fromEntries(described),
  };
}

function describeOperation(
  mount: Mount,
  route: Route,
  operation: Operation,
  input: z.ZodType | undefined,
): Json {
  const listed = { name: 'list', in: 'query', schema: { type: 'string', enum: ['true'] }, required: true };
  return {
    operationId: operationId(mount, route, operation),
    tags: [mount.path.startsWith('auth/') ? 'auth' : mount.type === 'system' ? 'system' : 'secrets'],
    ...(operation === 'list' ? { parameters: [listed] } : {}),
    ...(input
      ? { requestBody: { content: { 'application/json': { schema: bodySchema(route, input) } } } }
      : {}),
    responses: { 200: { description: 'OK' }, 204: { description: 'OK, without content' } },
  };
}

function operationId(mount: Mount, { pattern }: Route, operation: Operation): string {
  const path = `${mount.path}${pattern}`.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '');
  return `${path}-${operation}`;
}

/** What may stand in the body: what the path captures does not. */
function bodySchema(route: Route, input: z.ZodType): Json {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(input, {
    io: 'input',
    unrepresentable: 'any',
  }) as Record<string, unknown>;
  const captured = captureNames(route.pattern);
  const keep = ([name]: [string, unknown]) => !captured.includes(shownName(name));
  const properties = Object.fromEntries(Object.entries((schema['properties'] as Json) ?? {}).filter(keep));
  const required = ((schema['required'] as string[] | undefined) ?? []).filter(
    (name) => !captured.includes(shownName(name)),
  );
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}

function captureNames(pattern: string): readonly string[] {
  return pattern
    .split('/')
    .filter((segment) => segment.startsWith(':'))
    .map(plainName);
}

function templateOf(pattern: string): string {
  return pattern
    .split('/')
    .map((segment) => (segment.startsWith(':') ? `{${plainName(segment)}}` : segment))
    .join('/');
}

function plainName(segment: string): string {
  return shownName(segment).replace(/^:|\*$/g, '');
}

/** KV 1 and the cubbyhole keep every field that is sent, so what they capture has a name that no field has. */
function shownName(text: string): string {
  return text.replaceAll('\u0000', '');
}
