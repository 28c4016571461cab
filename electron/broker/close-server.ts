import type { Server } from 'node:http';
import type { Clock } from '../core/ports.ts';
import type { Connections } from './connections.ts';
import { LIMITS } from './limits.ts';

/** Stops taking requests, waits for those that are being answered, and after the grace ends what is left. */
export async function closeServer(server: Server, connections: Connections, clock: Clock): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  connections.endQuiet();
  const cancel = clock.after(LIMITS.closingGrace, () => connections.endAll());
  await closed;
  cancel();
}
