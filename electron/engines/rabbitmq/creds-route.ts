import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { maybe, ttlField } from '../../core/fields.ts';
import { randomBase62 } from '../../core/random-text.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { makeUsername, USUAL_TEMPLATE } from '../../core/username-template/make-username.ts';
import { LONGEST_USERNAME, revealTarget } from './connection-route.ts';
import { openApi } from './management-api.ts';
import { markPlace } from './rabbitmq-marks.ts';
import { findConnection, findRole, leaseConfig } from './rabbitmq-rows.ts';
import { createUser } from './rabbitmq-users.ts';
import { roleName } from './role-route.ts';

/** 190 bits of letters and digits. */
const PASSWORD_LENGTH = 32;

const asked = z.object({
  name: roleName,
  /** Ours: how long this one shall live, in seconds; core caps it as it caps the configured one. */
  ttl: maybe(ttlField),
});

/** `creds/:name`: a new user for whoever asks. */
export const credsRoute: Route = {
  pattern: 'creds/:name',
  help: 'A new RabbitMQ user with the role’s tags and permissions, for as long as its lease lives.',
  operations: { read: handler({ input: asked, decide: issue }) },
};

function issue(turn: RequestTurn, { name, ttl }: z.output<typeof asked>): Decision {
  const role = findRole(turn.db, turn.mount.uuid, name);
  if (!role) throw new KeywardenError('unknown-role', `unknown role: ${name}`);
  const connection = findConnection(turn.db, turn.mount.uuid);
  if (!connection)
    throw new KeywardenError('invalid-request', 'there is no connection yet: write config/connection');
  const target = revealTarget(turn, connection);
  const lives = leaseConfig(turn.db, turn.mount.uuid);
  const password = randomBase62(PASSWORD_LENGTH, turn.random);
  const username = makeUsername({
    template: connection.usernameTemplate || USUAL_TEMPLATE,
    displayName: turn.identity?.displayName ?? 'token',
    roleName: role.name,
    now: turn.now,
    random: turn.random,
    longest: LONGEST_USERNAME,
  });
  const place = markPlace(turn.signer(), turn.mount.uuid);
  const user = { ...role, name: username, password, salt: turn.random(4) };
  return {
    kind: 'issue',
    terms: {
      ttl: ttl || lives.ttl,
      maxTtl: lives.maxTtl,
      renewable: true,
      promise: 'needs-keywarden',
      data: { role: role.name, username },
      secret: new TextEncoder().encode(password),
    },
    async create(lease, signal) {
      signal.throwIfAborted();
      // A request that is cut may still be carried out, after the end that follows: so once begun, it is seen through.
      const lives = { lease: lease.nonce, ttl: Math.max(1, (lease.expiresAt - lease.issuedAt) / 1000) };
      const ask = openApi(target, new AbortController().signal);
      const remember = await createUser(ask, place, { ...user, ...lives });
      return { data: { username, password }, remember: { ...remember, due: lease.expiresAt } };
    },
  };
}
