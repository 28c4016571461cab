import { describe, expect, it } from 'vitest';
import type { Ask, Desk } from '../../../electron/ipc/desk.ts';
import { appsHandlers } from '../../../electron/ipc/handlers/apps-handlers.ts';
import { databasesHandlers } from '../../../electron/ipc/handlers/databases-handlers.ts';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Envelope } from '../../../shared/model/envelope.ts';

/** A core in which everything named `gone` is removed between its list and its reading. */
const ask: Ask = async (operation, path) => {
  if (operation === 'list') return envelope({ keys: ['gone', 'here'] });
  if (path.endsWith('/gone')) throw new KeywardenError('not-found');
  if (path === 'sys/internal/leases') return envelope({ leases: [] });
  if (path.startsWith('database/config/')) {
    return envelope({
      plugin_name: 'postgresql-database-plugin',
      connection_details: { connection_url: 'postgresql://{{username}}:{{password}}@db/shop', username: 'b' },
    });
  }
  if (path.startsWith('database/roles/')) {
    return envelope({ db_name: 'here', creation_statements: [], default_ttl: 60, max_ttl: 60 });
  }
  return envelope({ token_policies: [], token_ttl: 60, creation_time: '', last_login_time: '' });
};
function envelope(data: Record<string, unknown>): Envelope {
  return { data } as unknown as Envelope;
}
const desk = { ask, sample: { state: () => ({ state: 'absent', address: null }) } } as unknown as Desk;

describe('what is removed while a list is read', () => {
  it('is left out of the databases and their kinds of access, and the rest is shown', async () => {
    const { connections, roles } = await databasesHandlers(desk)['databases.list'](undefined);
    expect(connections.map(({ name }) => name)).toEqual(['here']);
    expect(roles.map(({ name }) => name)).toEqual(['here']);
  });

  it('is left out of the apps, and the rest is shown', async () => {
    const { apps } = await appsHandlers(desk)['apps.list'](undefined);
    expect(apps.map(({ name }) => name)).toEqual(['here']);
  });

  it('any other failure still fails the list', async () => {
    const refused: Ask = async (operation) => {
      if (operation === 'list') return envelope({ keys: ['here'] });
      throw new KeywardenError('permission-denied');
    };
    const list = databasesHandlers({ ...desk, ask: refused } as unknown as Desk)['databases.list'];
    await expect(list(undefined)).rejects.toMatchObject({ code: 'permission-denied' });
  });
});
