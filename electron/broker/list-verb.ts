import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { RequestFramer } from './request-framer.ts';

/** What `LIST` arrives as, because Node's parser does not know it. */
export const LIST_METHOD = 'LINK';

/**
 * Makes a server understand Vault's verb `LIST`: its handler sees `LINK`.
 *
 * The server's own listener has attached its parser by the time that ours runs, and a listener that is put ahead of it
 * sees, and may change, each piece of input first. (Adding one also makes Node read the socket in JavaScript, not in
 * native code past us.)
 */
export function understandListVerb(server: Server, connected: 'connection' | 'secureConnection'): void {
  server.on(connected, (socket: Duplex) => {
    const framer = new RequestFramer();
    socket.prependListener('data', (bytes: Uint8Array) => framer.renameVerbs(bytes));
  });
}
