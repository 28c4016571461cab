import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Which connections a server has, and how many answers it still owes on each. */
export class Connections {
  readonly #owed = new Map<Duplex, number>();

  constructor(server: Server) {
    server.on('connection', (socket: Duplex) => {
      this.#owed.set(socket, 0);
      socket.once('close', () => this.#owed.delete(socket));
    });
    server.on('request', ({ socket }, response) => {
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

  #add(socket: Duplex, answers: number): void {
    const owed = this.#owed.get(socket);
    if (owed !== undefined) this.#owed.set(socket, owed + answers);
  }
}
