import { z } from 'zod';
import type { DatabaseConnection, DatabaseRole } from '../../../shared/ipc/contract.ts';
import { dataOf, listKeys } from '../answer.ts';
import { connectionUrl } from '../connection-url.ts';
import type { Ask, Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';

type DatabasesChannel =
  | 'databases.list'
  | 'databases.connect'
  | 'databases.check'
  | 'databases.disconnect'
  | 'databases.writeRole'
  | 'databases.removeRole'
  | 'databases.startSample'
  | 'databases.stopSample';

/** The names under which the sample database appears. */
export const SAMPLE = { connection: 'sample', role: 'sample-readonly' } as const;

const config = z.object({
  connection_details: z.object({ connection_url: z.string(), username: z.string().default('') }),
});
const check = z.object({
  healthy: z.boolean(),
  findings: z.array(z.string()),
  server_version: z.string().nullable(),
});
const role = z.object({
  db_name: z.string(),
  creation_statements: z.array(z.string()),
  default_ttl: z.number(),
  max_ttl: z.number(),
});

/** Connections to databases and the kinds of access to them. */
export function databasesHandlers(desk: Desk): Pick<Handlers, DatabasesChannel> {
  const { ask, sample } = desk;
  return {
    'databases.list': async () => {
      const connections: DatabaseConnection[] = [];
      for (const name of await listKeys(ask, 'database/config'))
        connections.push(await readConnection(ask, name));
      const roles: DatabaseRole[] = [];
      for (const name of await listKeys(ask, 'database/roles')) roles.push(await readRole(ask, name));
      return { connections, roles, sample: sample.state() };
    },

    'databases.connect': async ({ name, username, password, ...address }) => {
      await ask('update', `database/config/${name}`, {
        plugin_name: 'postgresql-database-plugin',
        connection_url: connectionUrl(address),
        username,
        ...(password === undefined ? {} : { password }),
        allowed_roles: ['*'],
        verify_connection: true,
      });
      return readConnection(ask, name);
    },

    'databases.check': async ({ name }) => {
      const { healthy, findings, server_version } = dataOf(
        await ask('read', `database/check/${name}`),
        check,
      );
      return { healthy, findings, serverVersion: server_version };
    },

    'databases.disconnect': async ({ name }) => {
      await ask('delete', `database/config/${name}`);
      return {};
    },

    'databases.writeRole': async (input) => {
      await ask('update', `database/roles/${input.name}`, {
        db_name: input.connection,
        creation_statements: input.creationStatements,
        default_ttl: input.defaultTtl,
        max_ttl: input.maxTtl,
      });
      return readRole(ask, input.name);
    },

    'databases.removeRole': async ({ name }) => {
      await ask('delete', `database/roles/${name}`);
      return {};
    },

    'databases.startSample': async () => {
      await sample.start();
      return {
        connection: await readConnection(ask, SAMPLE.connection),
        role: await readRole(ask, SAMPLE.role),
      };
    },

    'databases.stopSample': async () => {
      await sample.stop();
      return {};
    },
  };
}

/** Reads a connection as the window may know it: never its password. */
async function readConnection(ask: Ask, name: string): Promise<DatabaseConnection> {
  const { connection_details: details } = dataOf(await ask('read', `database/config/${name}`), config);
  return {
    name,
    url: details.connection_url.replace('{{username}}:{{password}}@', ''),
    username: details.username,
    isSample: name === SAMPLE.connection,
  };
}

async function readRole(ask: Ask, name: string): Promise<DatabaseRole> {
  const found = dataOf(await ask('read', `database/roles/${name}`), role);
  return {
    name,
    connection: found.db_name,
    creationStatements: found.creation_statements,
    defaultTtl: found.default_ttl,
    maxTtl: found.max_ttl,
  };
}
