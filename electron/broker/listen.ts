import { once } from 'node:events';
import type { ListenOptions, Server } from 'node:net';

/** So many may have connected before we look: who comes while strangers storm in is not sent away by the system. */
const BACKLOG = 4096;

/** Starts listening; rejects with the system's error. */
export async function listen(server: Server, where: ListenOptions): Promise<void> {
  server.listen({ backlog: BACKLOG, ...where });
  await once(server, 'listening');
}

/** The system's code of an error, such as `EADDRINUSE`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
