import { databaseEngine } from '../../../../electron/engines/database/database-engine.ts';
import { startRedis } from '../../../support/redis.ts';
import type { DynamicTarget } from '../dynamic-target.ts';

/** Redis, with an account for Keywarden that may what it needs. */
export const redisTarget: DynamicTarget = {
  name: 'Redis',
  engine: databaseEngine,
  credsPath: 'database/creds/app',
  refused: 'login refused: WRONGPASS',
  refusal: /WRONGPASS/,
  reconcilePath: 'database/reconcile/main',
  async start() {
    // With a file of its users, so that a restart does not end them for us.
    const redis = await startRedis({ aclFile: true });
    return {
      port: redis.port,
      async configure(ask, port) {
        await ask('update', 'database/config/main', {
          plugin_name: 'redis-database-plugin',
          host: '127.0.0.1',
          port,
          username: redis.user,
          password: redis.password,
          allowed_roles: '*',
        });
        await ask('update', 'database/roles/app', {
          db_name: 'main',
          creation_statements: '["~app:*", "+@read"]',
          default_ttl: '1h',
          max_ttl: '24h',
        });
      },
      async login(username, password) {
        const client = await redis.login(username, password);
        const ended = new Promise((resolve) => client.once('end', resolve));
        return { ended, close: () => client.disconnect() };
      },
      async users() {
        const names = (await redis.command('ACL', 'USERS')) as string[];
        return names.filter((name) => name.startsWith('v-'));
      },
      async plantMark(from, to, how) {
        const rules = JSON.stringify(await redis.command('ACL', 'GETUSER', from));
        const mark = /keywarden:2:[\w:-]+/.exec(rules)?.[0] ?? '';
        const planted = how === 'copied' ? mark : mark.replace(/:\d{13}:/, ':1000000000000:');
        await redis.command('ACL', 'SETUSER', to, 'off', `(~${planted})`);
      },
      removeByHand: async (username) => void (await redis.command('ACL', 'DELUSER', username)),
      stop: () => redis.stop(),
      restart: () => redis.start(),
      close: () => redis.close(),
    };
  },
};
