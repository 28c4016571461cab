import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { maybe, ttlField } from '../../core/fields.ts';
import type { Lease } from '../../core/leases/lease.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { makeUsername } from '../../core/username-template/make-username.ts';
import { nameField } from './config-fields.ts';
import { allowsRole, type Connection, findConnection } from './connection-rows.ts';
import { revealServer } from './connection-secret.ts';
import { requirePlugin } from './database-plugins.ts';
import { type LeaseData, userOf } from './lease-data.ts';
import { newPassword } from './new-password.ts';
import { type DatabaseRole, findRole } from './role-rows.ts';

const asked = z.object({
  name: nameField,
  /** Ours: how long this one shall live, in seconds; core caps it as it caps the role's default. */
  ttl: maybe(ttlField),
});

/** `creds/:name`: a new database user for whoever asks. */
export const credsRoute: Route = {
  pattern: 'creds/:name',
  help: 'Makes a user in the database that dies on time, and answers with its password once.',
  operations: { read: handler({ input: asked, decide: issue }) },
};

function issue(turn: RequestTurn, { name, ttl }: z.output<typeof asked>): Decision {
  const { role, connection } = findAllowed(turn, name);
  const plugin = requirePlugin(connection.plugin);
  const statements = plugin.creationStatements(role.creationStatements, role.groupRole);
  const server = revealServer(turn, connection);
  const password = newPassword(turn, role.passwordPolicy || connection.passwordPolicy);
  const salt = turn.random(16);
  // While the intent is being written. Whoever waits for it hears of a failure.
  const hash = server.hashPassword?.(password, salt);
  hash?.catch(() => {});
  const data: LeaseData = {
    connection: connection.id,
    connectionName: connection.name,
    role: role.name,
    username: makeUsername({
      template: connection.usernameTemplate || plugin.username.template,
      displayName: turn.identity?.displayName ?? 'token',
      roleName: role.name,
      now: turn.now,
      random: turn.random,
      longest: plugin.username.longest,
    }),
    revocationStatements: role.revocationStatements,
  };
  return {
    kind: 'issue',
    terms: {
      ttl: ttl || role.defaultTtl,
      maxTtl: role.maxTtl,
      renewable: true,
      // What nobody has tried is not claimed.
      promise: server.rehearse ? role.promise || 'needs-keywarden' : plugin.promise,
      data: { ...data },
      secret: new TextEncoder().encode(password),
    },
    async create(lease, signal) {
      const { expiresAt } = lease;
      const remember = await server.createUser(
        { user: userOf(lease), password, salt, hash, statements, ttl: lifetime(lease), expiresAt },
        signal,
      );
      return { data: { username: data.username, password }, remember: { ...remember, due: expiresAt } };
    },
  };
}

function findAllowed(turn: RequestTurn, name: string): { role: DatabaseRole; connection: Connection } {
  const role = findRole(turn.db, turn.mount.uuid, name);
  if (!role) throw new KeywardenError('unknown-role', `unknown role: ${name}`);
  const connection = findConnection(turn.db, turn.mount.uuid, role.connection);
  if (!connection) {
    throw new KeywardenError(
      'invalid-request',
      `there is no connection ${role.connection}, which this role uses`,
    );
  }
  if (!allowsRole(connection, name)) {
    throw new KeywardenError('invalid-request', `"${name}" is not an allowed role`);
  }
  return { role, connection };
}

/** Seconds, at least one. */
function lifetime(lease: Lease): number {
  return Math.max(1, (lease.expiresAt - lease.issuedAt) / 1000);
}
