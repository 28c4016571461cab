import { expect } from '@playwright/test';
import pg from 'pg';

/** Where a credential says that it opens, as it is copied: `postgresql://user:password@host:port/database`. */
export type DoorUrl = string;

/** Logs in and answers with the open client; the caller ends it. Throws what the server said. */
export async function openDoor(url: DoorUrl): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // A terminated session is an event of its own besides the failing query; journeys look at the query.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Tries to log in: `opens`, `refused` by PostgreSQL for its user or password, or `gone` when nobody listens. */
export async function knock(url: DoorUrl): Promise<'opens' | 'refused' | 'gone'> {
  try {
    const client = await openDoor(url);
    await client.end();
    return 'opens';
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === '28P01' || code === '28000') return 'refused';
    if (code === 'ECONNREFUSED') return 'gone';
    throw error;
  }
}

/** Waits until PostgreSQL refuses. Fails when nobody listens any more: that would prove nothing about the credential. */
export async function expectRefused(url: DoorUrl, timeout = 30_000): Promise<void> {
  await expect
    .poll(() => knock(url), { message: 'PostgreSQL refuses the credential', timeout })
    .toBe('refused');
}
