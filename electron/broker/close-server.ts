import type { Server } from 'node:http';
import type { Clock } from '../core/ports.ts';
import { LIMITS } from './limits.ts';

/** Stops taking requests, waits for those that are being answered, and after the grace ends what is left. */
export async function closeServer(server: Server, clock: Clock): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const cancel = clock.after(LIMITS.closingGrace, () => server.closeAllConnections());
  await closed;
  cancel();
}
