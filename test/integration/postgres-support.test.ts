import { expect, it } from 'vitest';
import { startPostgres } from '../support/postgres.ts';

it('the embedded PostgreSQL starts on loopback, keeps its data over a restart, and refuses a wrong password', async () => {
  const postgres = await startPostgres();
  try {
    await postgres.query('CREATE TABLE t (n int); INSERT INTO t VALUES (7)');
    await expect(postgres.login('postgres', 'wrong')).rejects.toMatchObject({ code: '28P01' });
    await postgres.stop();
    await expect(postgres.query('SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await postgres.start();
    expect(await postgres.query('SELECT n FROM t')).toEqual([{ n: 7 }]);
  } finally {
    await postgres.close();
  }
});
