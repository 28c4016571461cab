import { z } from 'zod';
import type { DatabaseConnection, DatabaseRole } from '../../../shared/ipc/contract.ts';
import { dataOf, listKeys } from '../answer.ts';
import { engineFields } from '../connection-url.ts';
import { readConnection, readRole, SAMPLE } from '../database-answer.ts';
import type { Desk } from '../desk.ts';
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

const check = z.object({
  healthy: z.boolean(),
  findings: z.array(z.string()),
  server_version: z.string().nullable(),
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
      const kinds = new Map(connections.map(({ name, kind }) => [name, kind]));
      for (const name of await listKeys(ask, 'database/roles')) roles.push(await readRole(ask, name, kinds));
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
      const {
        healthy,
        findings,
        server_version: serverVersion,
      } = dataOf(await ask('read', `database/check/${name}`), check);
      const shown = { healthy, findings, serverVersion, rehearsed: false };
      if (!healthy || !rehearse) return shown;
      // Writing a connection as it is goes through the whole life of a throw-away user on its server.
      const envelope = await ask('update', `database/config/${name}`, { verify_connection: true });
      const missing = [...(envelope?.warnings ?? [])];
      return { ...shown, healthy: missing.length === 0, findings: missing, rehearsed: true };
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
