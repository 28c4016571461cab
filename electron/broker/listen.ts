import { once } from 'node:events';
import type { ListenOptions, Server } from 'node:net';

/** Starts listening; rejects with the system's error. */
export async function listen(server: Server, where: ListenOptions): Promise<void> {
  server.listen(where);
  await once(server, 'listening');
}

/** The system's code of an error, such as `EADDRINUSE`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
