import { z } from 'zod';
import type { DATABASES_METHODS } from '../../../shared/ipc/methods/databases-methods.ts';
import { dataOf, listKeys, readEach } from '../answer.ts';
import { engineFields } from '../connection-url.ts';
import { readConnection, readRole, SAMPLE } from '../database-answer.ts';
import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';

const check = z.object({
  healthy: z.boolean(),
  findings: z.array(z.string()),
  server_version: z.string().nullable(),
  rehearsed: z.boolean(),
});

/** Connections to databases and the kinds of access to them. */
export function databasesHandlers(desk: Desk): Pick<Handlers, keyof typeof DATABASES_METHODS> {
  const { ask, sample } = desk;
  return {
    'databases.list': async () => {
      const connections = await readEach(await listKeys(ask, 'database/config'), (name) =>
        readConnection(ask, name),
      );
      const kinds = new Map(connections.map(({ name, kind }) => [name, kind]));
      const roles = await readEach(await listKeys(ask, 'database/roles'), (name) =>
        readRole(ask, name, kinds),
      );
      return { connections, roles, sample: sample.state() };
    },

    'databases.connect': async ({ name, kind, username, password, ...address }) => {
      const envelope = await ask('update', `database/config/${name}`, {
        ...engineFields(kind, address),
        username,
        ...(password === undefined ? {} : { password }),
        allowed_roles: ['*'],
        verify_connection: true,
      });
      return { connection: await readConnection(ask, name), findings: [...(envelope?.warnings ?? [])] };
    },

    'databases.check': async ({ name, rehearse }) => {
      // Neither changes the connection: the second goes through the whole life of a throw-away user on its server.
      const envelope = await ask(rehearse ? 'update' : 'read', `database/check/${name}`);
      const { server_version: serverVersion, ...seen } = dataOf(envelope, check);
      return { ...seen, serverVersion };
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
