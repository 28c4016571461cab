import { expect, it } from 'vitest';
import { startMariaDb } from '../support/mariadb.ts';
import { startRabbitMq } from '../support/rabbitmq.ts';
import { startRedis } from '../support/redis.ts';
import { serverSuite } from '../support/server-suite.ts';

serverSuite('mariadbd', 'MariaDB for tests', () => {
  it('starts on loopback, keeps its data over a restart, and refuses a wrong password', async () => {
    const mariadb = await startMariaDb();
    try {
      await mariadb.query('CREATE DATABASE shop');
      await mariadb.stop();
      await expect(mariadb.query('SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await mariadb.start();
      expect(await mariadb.query("SHOW DATABASES LIKE 'shop'")).toHaveLength(1);
      await expect(mariadb.login('root', 'wrong')).rejects.toMatchObject({ errno: 1045 });
      expect(await mariadb.log()).toContain('CREATE DATABASE shop');
    } finally {
      await mariadb.close();
    }
  });
});

serverSuite('redis-server', 'Redis for tests', () => {
  it('starts on loopback, forgets its users over a restart, and refuses a wrong password', async () => {
    const redis = await startRedis();
    try {
      await redis.command('ACL', 'SETUSER', 'app', 'on', '>secret', '+ping');
      (await redis.login('app', 'secret')).disconnect();
      await redis.stop();
      await redis.start();
      await expect(redis.login('app', 'secret')).rejects.toThrow('WRONGPASS');
    } finally {
      await redis.close();
    }
  });
});

serverSuite('rabbitmq-server', 'RabbitMQ for tests', () => {
  it('starts on loopback, and refuses a wrong password', async () => {
    const rabbitmq = await startRabbitMq();
    try {
      expect((await rabbitmq.api('GET', 'whoami')).status).toBe(200);
      const wrong = { user: rabbitmq.user, password: 'wrong' };
      expect((await rabbitmq.api('GET', 'whoami', undefined, wrong)).status).toBe(401);
    } finally {
      await rabbitmq.close();
    }
  });
});
