import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseTextList } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, maybe, ttlField } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { HTTP_ROLE_REMOVED, HTTP_ROLE_WRITTEN } from './http-changes.ts';
import { nameField } from './name-field.ts';
import { findRole, type HttpRole, roleNames } from './role-rows.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const named = z.object({ name: nameField });
const roleFields = z.object({
  name: nameField,
  upstream: maybe(looseText),
  allowed_methods: maybe(looseTextList),
  allowed_paths: maybe(looseTextList),
  ttl: maybe(ttlField),
  max_ttl: maybe(ttlField),
});

/** `roles`: which roles there are. */
export const roleListRoute: Route = {
  pattern: 'roles',
  help: 'Lists the roles of this mount.',
  operations: {
    list: handler({
      input: z.object({}),
      decide: (turn): Decision => {
        const keys = roleNames(turn.db, turn.mount.uuid);
        if (keys.length === 0) throw new KeywardenError('not-found');
        return { kind: 'reply', reply: { data: { keys } } };
      },
    }),
  },
};

/** `roles/:name`: what keycards of that name may do. */
export const roleRoute: Route = {
  pattern: 'roles/:name',
  help: 'What a keycard may do: its upstream, allowed_methods (GET and HEAD unless told), allowed_paths below the base URL (+ is one segment, a last * any rest), ttl and max_ttl.',
  exists: (turn, captures) => findRole(turn.db, turn.mount.uuid, captures['name'] ?? '') !== undefined,
  operations: {
    read: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const role = findRole(turn.db, turn.mount.uuid, name);
        if (!role) throw new KeywardenError('not-found');
        return { kind: 'reply', reply: { data: show(role) } };
      },
    }),
    update: handler({ input: roleFields, decide: write }),
    delete: handler({
      input: named,
      decide: (turn, { name }): Decision => ({
        kind: 'reply',
        changes: findRole(turn.db, turn.mount.uuid, name)
          ? [HTTP_ROLE_REMOVED.make({ mount: turn.mount.uuid, name })]
          : [],
        reply: {},
      }),
    }),
  },
};

function write(turn: RequestTurn, input: z.output<typeof roleFields>): Decision {
  const before = findRole(turn.db, turn.mount.uuid, input.name);
  const upstream = input.upstream ?? before?.upstream;
  if (!upstream) throw new KeywardenError('invalid-request', 'missing upstream');
  const methods = (input.allowed_methods ?? before?.methods ?? ['GET', 'HEAD']).map((m) => m.toUpperCase());
  const unknown = methods.find((method) => !METHODS.includes(method));
  if (unknown !== undefined || methods.length === 0) {
    throw new KeywardenError('invalid-request', `allowed_methods: some of ${METHODS.join(', ')}`);
  }
  const paths = (input.allowed_paths ?? before?.paths ?? []).map((path) => path.replace(/^\/+/, ''));
  if (paths.length === 0) {
    throw new KeywardenError('invalid-request', 'allowed_paths: name at least one; * allows all of them');
  }
  const ttl = input.ttl ?? before?.ttl ?? 0;
  const maxTtl = input.max_ttl ?? before?.maxTtl ?? 0;
  if (maxTtl > 0 && ttl > maxTtl) {
    throw new KeywardenError('invalid-request', 'ttl cannot be greater than max_ttl');
  }
  const written = { mount: turn.mount.uuid, name: input.name, upstream, methods, paths, ttl, maxTtl };
  return { kind: 'reply', changes: [HTTP_ROLE_WRITTEN.make(written)], reply: {} };
}

function show(role: HttpRole): Record<string, unknown> {
  return {
    upstream: role.upstream,
    allowed_methods: role.methods,
    allowed_paths: role.paths,
    ttl: role.ttl,
    max_ttl: role.maxTtl,
  };
}
