import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { type Decision, handler, type Lease, type RequestTurn, type Route } from '../../core/engine.ts';
import { maybe, ttlField } from '../../core/fields.ts';
import { randomBase62 } from '../../core/random-text.ts';
import { nameField } from './config-fields.ts';
import { allowsRole, type Connection, findConnection } from './connection-rows.ts';
import { revealPooledConnection } from './connection-secret.ts';
import { type LeaseData, userOf } from './lease-data.ts';
import { withSession } from './postgres/connection-pools.ts';
import { createUser } from './postgres/create-user.ts';
import { quoteIdentifier } from './postgres/quote.ts';
import { scramVerifier } from './postgres/scram-verifier.ts';
import { serverIdentity } from './postgres/server-identity.ts';
import { splitStatements } from './postgres/split-statements.ts';
import { type DatabaseRole, findRole } from './role-rows.ts';
import { newUserName } from './user-name.ts';

/** 190 bits of letters and digits: nothing in it needs quoting anywhere. */
const PASSWORD_LENGTH = 32;

const asked = z.object({
  name: nameField,
  /** Ours: how long this one shall live, in seconds; core caps it as it caps the role's default. */
  ttl: maybe(ttlField),
});

/** `creds/:name`: a new database user for whoever asks. */
export const credsRoute: Route = {
  pattern: 'creds/:name',
  operations: { read: handler({ input: asked, decide: issue }) },
};

function issue(turn: RequestTurn, { name, ttl }: z.output<typeof asked>): Decision {
  const { role, connection } = findAllowed(turn, name);
  const statements = creationStatements(role);
  const pooled = revealPooledConnection(turn, connection);
  const password = randomBase62(PASSWORD_LENGTH, turn.random);
  const salt = turn.random(16);
  const data: LeaseData = {
    connection: connection.id,
    connectionName: connection.name,
    role: role.name,
    username: newUserName(turn.identity?.displayName ?? 'token', role.name, turn.now, turn.random),
    revocationStatements: role.revocationStatements,
  };
  return {
    kind: 'issue',
    terms: {
      ttl: ttl || role.defaultTtl,
      maxTtl: role.maxTtl,
      renewable: true,
      promise: 'dies-by-itself',
      data: { ...data },
      secret: new TextEncoder().encode(password),
    },
    async create(lease, signal) {
      const plain = connection.passwordAuthentication === 'password';
      const passwordText = plain ? password : await scramVerifier(password, salt);
      const wanted = { user: userOf(lease), statements, passwordText, ttl: lifetime(lease) };
      const remember = await withSession(pooled, signal, async (session) => {
        const server = await serverIdentity(session);
        return { ...(server === undefined ? {} : { server }), oid: await createUser(session, wanted) };
      });
      return { data: { username: data.username, password }, remember };
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

function creationStatements(role: DatabaseRole): string[] {
  const statements = role.creationStatements.flatMap(splitStatements);
  if (statements.length > 0) return statements;
  if (role.groupRole === '') throw new KeywardenError('invalid-request', 'empty creation statements');
  return [defaultCreationStatement(role.groupRole)];
}

/** The statement for a role that only names a group: membership, because a grant per user and table grows without end. */
function defaultCreationStatement(groupRole: string): string {
  return `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE ${quoteIdentifier(groupRole)}`;
}

/** Seconds, at least one. */
function lifetime(lease: Lease): number {
  return Math.max(1, (lease.expiresAt - lease.issuedAt) / 1000);
}
