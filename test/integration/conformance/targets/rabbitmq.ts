import { rabbitmqEngine } from '../../../../electron/engines/rabbitmq/rabbitmq-engine.ts';
import { openAmqp } from '../../../support/amqp.ts';
import { startRabbitMq } from '../../../support/rabbitmq.ts';
import type { DynamicTarget } from '../dynamic-target.ts';

/** RabbitMQ, with an account for Keywarden that may what it needs. */
export const rabbitmqTarget: DynamicTarget = {
  name: 'RabbitMQ',
  engine: rabbitmqEngine,
  credsPath: 'rabbitmq/creds/app',
  refused: 'login refused: 401',
  refusal: /ACCESS_REFUSED/,
  reconcilePath: 'rabbitmq/reconcile',
  async start() {
    const rabbitmq = await startRabbitMq();
    return {
      port: Number(new URL(rabbitmq.url).port),
      async configure(ask, port) {
        await ask('update', 'sys/mounts/rabbitmq', { type: 'rabbitmq' });
        await ask('update', 'rabbitmq/config/connection', {
          connection_uri: `http://127.0.0.1:${port}`,
          username: rabbitmq.user,
          password: rabbitmq.password,
        });
        await ask('update', 'rabbitmq/config/lease', { ttl: '1h', max_ttl: '24h' });
        await ask('update', 'rabbitmq/roles/app', {
          vhosts: '{"/": {"configure": "", "write": "app-.*", "read": ".*"}}',
        });
      },
      async login(username, password) {
        const connection = await openAmqp(rabbitmq.amqpPort, username, password);
        return { ended: connection.closed, close: () => connection.end() };
      },
      async users() {
        const answer = await rabbitmq.api('GET', 'users?columns=name');
        const names = ((await answer.json()) as { name: string }[]).map(({ name }) => name);
        return names.filter((name) => name.startsWith('v-'));
      },
      async plantMark(from, to, how) {
        const answer = await rabbitmq.api('GET', `users/${from}/topic-permissions`);
        const [mark] = (await answer.json()) as { exchange: string; write: string; read: string }[];
        const write = how === 'copied' ? mark?.write : mark?.write.replace(/:\d{13}:/, ':1000000000000:');
        await rabbitmq.api('PUT', `users/${to}`, { password_hash: '', tags: '' });
        const { exchange, read } = mark ?? {};
        await rabbitmq.api('PUT', `topic-permissions/%2F/${to}`, { exchange, write, read });
      },
      removeByHand: async (username) => void (await rabbitmq.api('DELETE', `users/${username}`)),
      stop: () => rabbitmq.stop(),
      restart: () => rabbitmq.start(),
      close: () => rabbitmq.close(),
    };
  },
};
