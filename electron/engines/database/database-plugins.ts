import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { DatabasePlugin } from './database-plugin.ts';
import { mysqlLegacyPlugin, mysqlPlugin } from './mysql/mysql-plugin.ts';
import { postgresPlugin } from './postgres/postgres-plugin.ts';
import { redisPlugin } from './redis/redis-plugin.ts';

const PLUGINS: readonly DatabasePlugin[] = [postgresPlugin, mysqlPlugin, mysqlLegacyPlugin, redisPlugin];

/** The plugin of that name. Throws `invalid-request` with those that there are. */
export function requirePlugin(name: string): DatabasePlugin {
  const plugin = PLUGINS.find((candidate) => candidate.names.includes(name));
  if (plugin) return plugin;
  const names = PLUGINS.map((candidate) => candidate.names[0]).join(', ');
  throw new KeywardenError('invalid-request', `plugin_name must be one of: ${names}`);
}
