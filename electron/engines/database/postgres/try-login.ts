import pg from 'pg';
import { clientConfig } from './connection-pools.ts';
import type { ConnectionTarget } from './connection-target.ts';

/** Logs in and out again. Throws exactly what the server or the network said: the caller needs its code. */
export async function tryLogin(target: ConnectionTarget, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const client = new pg.Client(clientConfig(target));
  client.on('error', () => {});
  const cut = () => void client.end().catch(() => {});
  signal.addEventListener('abort', cut, { once: true });
  try {
    await client.connect();
  } finally {
    signal.removeEventListener('abort', cut);
    cut();
  }
}
