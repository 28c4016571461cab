import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { LIMITS } from './limits.ts';

/** Which connections a server has, and how many answers it still owes on each. */
export class Connections {
  readonly #open = new Set<Duplex>();
  /** Have not finished a first request, in the order in which they came. */
  readonly #silent = new Set<Duplex>();
  readonly #owed = new Map<Duplex, number>();

  /** `connected` is the event with which a connection begins to talk HTTP. */
  constructor(server: Server, connected: 'connection' | 'secureConnection') {
    server.on('connection', (socket: Duplex) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
    server.on(connected, (socket: Duplex) => {
      this.#owed.set(socket, 0);
      this.#silent.add(socket);
      socket.once('close', () => {
        this.#owed.delete(socket);
        this.#silent.delete(socket);
      });
      // SECURITY(B3): who only connects must not take the places of those who ask.
      const [oldest] = this.#silent;
      if (this.#silent.size > LIMITS.silentConnections) oldest?.destroy();
    });
    server.on('request', ({ socket }, response) => {
      this.#silent.delete(socket);
      this.#add(socket, 1);
      response.once('close', () => this.#add(socket, -1));
    });
  }

  /** True while an answer is due: nothing else may be written then. */
  owes(socket: Duplex): boolean {
    return (this.#owed.get(socket) ?? 0) > 0;
  }

  /** Ends all connections on which nothing is owed: idle ones, and those that have not finished asking. */
  endQuiet(): void {
    for (const [socket, owed] of this.#owed) if (owed === 0) socket.destroy();
  }

  /** Ends all, those too that are still in their TLS handshake. */
  endAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #add(socket: Duplex, answers: number): void {
    const owed = this.#owed.get(socket);
    if (owed !== undefined) this.#owed.set(socket, owed + answers);
  }
}
