import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { CoreServices } from '../core-services.ts';
import type { ReplyDecision } from '../decision.ts';
import type { Engine } from '../engine.ts';
import { handler, type Route } from '../route.ts';
import { createTokenRoutes } from './create-token.ts';
import { lookupRoutes } from './lookup-token.ts';
import { renewTokenRoutes } from './renew-token.ts';
import { revokeTokenRoutes } from './revoke-token.ts';
import { tokenChanges } from './token-changes.ts';
import { tokenRoleRoutes } from './token-role-routes.ts';
import { tokenMigrations } from './token-rows.ts';

const accessorsRoute: Route = {
  pattern: 'accessors',
  help: 'Lists the accessors of all tokens.',
  sudo: true,
  operations: {
    list: handler({
      input: z.object({}),
      decide(turn): ReplyDecision {
        const rows = turn.db.all<{ accessor: string }>('SELECT accessor FROM tokens ORDER BY accessor');
        if (rows.length === 0) throw new KeywardenError('not-found');
        return { kind: 'reply', reply: { data: { keys: rows.map(({ accessor }) => accessor) } } };
      },
    }),
  },
};

/** `auth/token/`: what tokens can be asked and told. They are made in one place alone, `make-token`. */
export function tokenEngine(services: Pick<CoreServices, 'cache'>): Engine {
  return {
    type: 'token',
    changes: tokenChanges,
    migrations: tokenMigrations,
    routes: [
      ...createTokenRoutes(services),
      ...lookupRoutes,
      ...renewTokenRoutes(services),
      ...revokeTokenRoutes,
      ...tokenRoleRoutes,
      accessorsRoute,
    ],
  };
}
