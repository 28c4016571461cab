import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { reachesMount } from '../access.ts';
import type { CoreServices } from '../core-services.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText } from '../fields.ts';
import { matchRoute } from '../pipeline/match-route.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { describeApi, helpOf } from './describe-api.ts';

/** `sys/internal/specs/openapi` and what `?help=1` asks: of the mounts that the asker can reach, and no others. */
export function apiRoutes(services: Pick<CoreServices, 'cache' | 'registry'>): readonly Route[] {
  const { cache, registry } = services;
  const reachable = (turn: RequestTurn) =>
    cache
      .mounts(turn.db)
      .all.filter(
        ({ path }) => turn.identity !== undefined && reachesMount(services, turn.db, turn.identity, path),
      );

  const openapi = handler({
    input: z.object({}),
    decide: (turn): ReplyDecision => ({
      kind: 'reply',
      reply: { data: describeApi(services, reachable(turn)), bare: true },
    }),
  });

  const help = handler({
    input: z.object({ path: looseText }),
    decide(turn, { path }): ReplyDecision {
      const mount = cache.mounts(turn.db).find(path);
      const registered = mount && registry.find(mount);
      if (!mount || !registered || !reachable(turn).some(({ uuid }) => uuid === mount.uuid)) {
        throw new KeywardenError('no-route', `no handler for route "${path}". route entry not found.`);
      }
      const below = path.slice(mount.path.length);
      const match = below === '' ? undefined : (matchRoute(registered.routes, below, 'read') ?? undefined);
      const text = match
        ? helpOf(mount, match.route)
        : [
            `${mount.path} (${mount.type})`,
            ...registered.engine.routes.map(({ pattern }) => mount.path + pattern),
          ].join('\n');
      const data = { help: text, see_also: null, openapi: describeApi(services, [mount]) };
      return { kind: 'reply', reply: { data, bare: true } };
    },
  });

  return [
    {
      pattern: 'internal/specs/openapi',
      help: 'Describes all that the asker can reach, as an OpenAPI document.',
      anyToken: true,
      operations: { read: openapi },
    },
    {
      pattern: 'internal/help/:path*',
      help: 'Tells what a path is for: what ?help=1 asks.',
      anyToken: true,
      operations: { read: help },
    },
  ];
}
