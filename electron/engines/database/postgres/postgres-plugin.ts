import { z } from 'zod';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { VaultSigner } from '../../../core/signing/vault-signer.ts';
import { USUAL_TEMPLATE } from '../../../core/username-template/make-username.ts';
import type { DatabasePlugin, DatabaseServer, Door, LeasedUser } from '../database-plugin.ts';
import { becomeMember } from './become-member.ts';
import { checkConnection } from './check-connection.ts';
import { dropPool, type PooledConnection, withLoneSession, withSession } from './connection-pools.ts';
import { addressOf, connectionTarget, redactUrl } from './connection-target.ts';
import { createTogether } from './create-together.ts';
import type { DatabaseUser } from './database-user.ts';
import { countSessions, endSessions } from './end-sessions.ts';
import { endTogether } from './end-together.ts';
import { endUser } from './end-user.ts';
import { targetError } from './error-words.ts';
import { fillTemplate } from './fill-template.ts';
import { listMarked } from './list-marked.ts';
import type { Marker } from './mark-role.ts';
import { ownAndStay, putAway } from './own-and-stay.ts';
import { findRole } from './postgres-role.ts';
import { proveDead, refusalOf } from './prove-dead.ts';
import { quoteIdentifier } from './quote.ts';
import { type RehearsalStage, rehearse } from './rehearse.ts';
import { renewUser } from './renew-user.ts';
import { replicasOf } from './replicas.ts';
import { scramVerifier } from './scram-verifier.ts';
import { underTheirPath } from './search-path.ts';
import { requireServer, serverIdentity } from './server-identity.ts';
import { inTransaction } from './session.ts';
import { splitStatements } from './split-statements.ts';
import { tryLogin } from './try-login.ts';

/** Told by the server at creation, where it tells. */
const remembered = z.object({ oid: z.number().optional(), server: z.string().optional() });

/** Milliseconds: somebody waits for the answer. */
const LONGEST_REHEARSAL = 10_000;

/** PostgreSQL behind the engine's interface. */
export const postgresPlugin: DatabasePlugin = {
  names: ['postgresql-database-plugin'],
  title: 'PostgreSQL',
  username: { template: USUAL_TEMPLATE, longest: 63 },
  promise: 'dies-by-itself',
  redactUrl,
  connect: (secret, { id, version, limit, plaintext, signer }) =>
    serverOf({ id, version, limit, target: connectionTarget(secret) }, plaintext, markerOf(signer, id)),
  showDetails: (shownUrl, { plaintext }) => ({
    connection_url: shownUrl,
    password_authentication: plaintext ? 'password' : 'scram-sha-256',
  }),
  plainStatements: [`CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`],
  creationStatements(statements, groupRole) {
    const own = statements.flatMap(splitStatements);
    if (own.length > 0) return own;
    if (groupRole === '') throw new KeywardenError('invalid-request', 'empty creation statements');
    return [defaultCreationStatement(groupRole)];
  },
};

/** The statement for a role that only names a group: membership, because a grant per user and table grows without end. */
function defaultCreationStatement(groupRole: string): string {
  return `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE ${quoteIdentifier(groupRole)}`;
}

/** The cluster is known by the id of its connection: our own, which no server has to tell. */
function markerOf(signer: VaultSigner, cluster: string): Marker {
  return { vault: signer.vaultId, cluster, sign: signer.sign, verify: signer.verify };
}

function serverOf(connection: PooledConnection, plaintext: boolean, marker: Marker): DatabaseServer {
  const { target } = connection;
  const passwordText = async (password: string, salt: Uint8Array) =>
    plaintext ? password : await scramVerifier(password, salt);
  const server: DatabaseServer = {
    address: addressOf(target),
    user: target.user,
    database: target.database,
    close: () => dropPool(connection.id),
    check: (signal) => withLoneSession(target, signal, checkConnection),
    identities: (signal) =>
      withLoneSession(target, signal, async (session) => {
        const id = await serverIdentity(session);
        return id === undefined ? [] : [id];
      }),

    hashPassword: passwordText,

    async createUser({ user, password, salt, hash, statements, ttl, expiresAt }, signal) {
      const text = await (hash ?? passwordText(password, salt));
      const wanted = { user: postgresUser(user), statements, passwordText: text, ttl, expiresAt };
      return { ...(await createTogether(connection, wanted, marker, signal)) };
    },

    endUser: (user, how, signal) =>
      withSession(connection, signal, async (session) => {
        await requireServer(session, remembered.parse(user.remembered).server);
        const replicas = replicasOf(target, signal);
        const { oid, notes } = await endUser(session, postgresUser(user), {
          statements: how.statements.flatMap(splitStatements),
          marker,
          expiry: how.expiry,
          shutOutElsewhere: (oid) => replicas.shutOut(oid),
          inDatabase: (database, work) => withLoneSession({ ...target, database }, signal, work),
        });
        const { password } = how;
        const door =
          password === undefined
            ? undefined
            : () => tryLogin({ ...target, user: user.name, password }, signal);
        const proof = await proveDead(session, { name: user.name, oid }, door);
        const elsewhere = await replicas.proveGone({ name: user.name, oid });
        return { checks: [...proof, ...elsewhere, ...notes] };
      }),

    // A user may be looked for on one server in a group, and on more of them by itself.
    ...(target.replicas.length === 0 && {
      endUsers: (ends, signal) =>
        withSession(connection, signal, async (session) => {
          const plain = ends.filter(({ how }) => how.statements.length === 0);
          for (const { user } of plain) {
            await requireServer(session, remembered.parse(user.remembered).server);
          }
          const users = plain.map(({ user, how: { expiry, password } }) => ({
            user: postgresUser(user),
            expiry,
            tryLogin:
              password === undefined
                ? undefined
                : () => tryLogin({ ...target, user: user.name, password }, signal),
          }));
          const shown = await endTogether(session, users, { marker });
          const checks = new Map(plain.map(({ user }, at) => [user, shown[at]]));
          return ends.map(({ user }) => {
            const its = checks.get(user);
            return its && { checks: its };
          });
        }),
    }),

    async rehearse({ users, revocationStatements }, asked) {
      const signal = AbortSignal.any([asked, AbortSignal.timeout(LONGEST_REHEARSAL)]);
      const stage: RehearsalStage = {
        create: (wanted, ttl) =>
          server.createUser({ ...wanted, ttl, expiresAt: wanted.expiresAt + ttl * 1000 }, signal),
        async ownAndStay({ user, password }) {
          const { leave, object } = await ownAndStay({ ...target, user: user.name, password }, signal);
          return async () => {
            leave();
            if (object === undefined) return;
            // What stays is empty, and without any right.
            await withSession(connection, signal, (session) => putAway(session, object)).catch(() => {});
          };
        },
        async letsIn({ user, password }) {
          const door = await server.tryLogin({ name: user.name, password }, signal);
          if (door.kind === 'unknown') throw new KeywardenError('target-unavailable', door.reason);
          return door.kind === 'accepted';
        },
        async end({ user, password }, told) {
          await server.endUser(
            { ...user, remembered: told },
            { statements: revocationStatements, password },
            signal,
          );
        },
      };
      return rehearse(stage, { users, revocationStatements });
    },

    listMarked: (others, signal) =>
      withSession(connection, signal, (session) => listMarked(session, marker, others)),

    renewUser: (user, ttl, statements, signal) =>
      withSession(connection, signal, (session) =>
        renewUser(session, postgresUser(user), ttl, statements.flatMap(splitStatements), marker),
      ),

    async setPassword({ name, password, salt, statements }, signal) {
      const own = statements.flatMap(splitStatements);
      const chosen = own.length > 0 ? own : [`ALTER ROLE ${quoteIdentifier(name)} PASSWORD '{{password}}'`];
      const values = { username: name, password: await passwordText(password, salt) };
      await withSession(connection, signal, (session) =>
        inTransaction(session, async () => {
          const filled = chosen.map((statement) => fillTemplate(statement, values));
          for (const statement of underTheirPath(filled)) await session.query(statement);
        }),
      );
    },

    sessions: (name, signal) =>
      withSession(connection, signal, async (session) => {
        const elsewhere = await replicasOf(target, signal).countSessions(name);
        return (await countSessions(session, name)) + elsewhere;
      }),

    endSessions: (name, signal) =>
      withSession(connection, signal, async (session) => {
        const role = await findRole(session, name);
        if (!role) return;
        await becomeMember(session, name);
        await endSessions(session, role.oid);
        await replicasOf(target, signal).endSessions(role.oid);
      }),

    tryLogin: ({ name, password }, signal) =>
      tryLogin({ ...target, user: name, password }, signal).then(
        (): Door => ({ kind: 'accepted' }),
        (error: unknown): Door => {
          const code = refusalOf(error);
          if (code !== undefined) return { kind: 'refused', code };
          return { kind: 'unknown', reason: targetError(error, [target.password, password]).message };
        },
      ),
  };
  return server;
}

function postgresUser({ name, mount, lease, remembered: told }: LeasedUser): DatabaseUser {
  const { oid } = remembered.parse(told);
  return { name, mount, lease, ...(oid === undefined ? {} : { oid }) };
}
