import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../core/ports.ts';
import { isFlowing } from './forward-request.ts';
import { LIMITS } from './limits.ts';
import { hasLivingToken } from './standing.ts';

/** One connection. */
interface Place {
  /** What is ended to free it: over TLS the raw socket until the handshake is over. */
  socket: Socket;
  /** Answers that are due on it. */
  owed: number;
  /** The last whose head has come. */
  request: IncomingMessage | undefined;
  /** When it last gave a sign of life, in steps: it came, it asked, it was answered. */
  stirred: number;
  /** Which body was found unfinished at the last look, and how many bytes the connection had brought by then. */
  slow: { readonly request: IncomingMessage; readonly bytes: number } | undefined;
}

/**
 * Which connections a server has, and who must leave when there are too many. SECURITY(B3): strangers are those whose
 * last request showed no living token. Among them the one that has been still for longest leaves, so that neither who only
 * connects nor who stalls takes the places of others. Whoever has shown one stays, as long as some room is left to
 * newcomers; one that is being answered (a read that waits, a stream) never leaves.
 */
export class Connections {
  readonly #places = new Set<Place>();
  readonly #of = new WeakMap<Duplex, Place>();
  readonly #clock: Clock;
  #steps = 0;
  #cancelLook: (() => void) | undefined;

  constructor(server: Server, clock: Clock) {
    this.#clock = clock;
    server.on('connection', (socket: Socket) => this.#arrive(socket));
    server.on('secureConnection', (socket: Socket) => this.#secured(socket));
    server.on('request', (request, response) => this.#asked(request, response));
  }

  /** True while an answer is due: nothing else may be written then. */
  owes(socket: Duplex): boolean {
    return (this.#of.get(socket)?.owed ?? 0) > 0;
  }

  /** Ends all connections on which nothing is owed: idle ones, and those that have not finished asking. */
  endQuiet(): void {
    this.#cancelLook?.();
    for (const place of this.#places) if (place.owed === 0) this.#end(place);
  }

  /** Ends all. */
  endAll(): void {
    for (const place of this.#places) this.#end(place);
  }

  #arrive(socket: Socket): void {
    const place = { socket, owed: 0, request: undefined, stirred: ++this.#steps, slow: undefined };
    this.#keep(place, socket);
    this.#places.add(place);
    this.#cancelLook ??= this.#lookLater();
    if (this.#places.size > LIMITS.connections) this.#end(this.#mostDispensable(place));
  }

  /** From here on the same connection talks through another socket. */
  #secured(socket: Socket): void {
    for (const place of this.#places) {
      const { remotePort, remoteAddress } = place.socket;
      if (remotePort !== socket.remotePort || remoteAddress !== socket.remoteAddress) continue;
      place.socket = socket;
      this.#keep(place, socket);
      return;
    }
    // Its client has hung up within the handshake.
    socket.destroy();
  }

  #keep(place: Place, socket: Socket): void {
    this.#of.set(socket, place);
    socket.once('close', () => this.#places.delete(place));
  }

  #asked(request: IncomingMessage, response: ServerResponse): void {
    const place = this.#of.get(request.socket);
    if (place === undefined) return;
    place.request = request;
    place.owed += 1;
    place.stirred = ++this.#steps;
    response.once('close', () => {
      place.owed -= 1;
      place.stirred = ++this.#steps;
    });
    // No client asks so much ahead of its answers: each of them holds memory.
    if (place.owed > LIMITS.askedAhead) this.#end(place);
  }

  #end(place: Place): void {
    // At once: until the system has closed it, it would be counted.
    this.#places.delete(place);
    place.socket.destroy();
  }

  #mostDispensable(newcomer: Place): Place {
    let stranger: Place | undefined;
    let known: Place | undefined;
    let strangers = 0;
    for (const place of this.#places) {
      if (place === newcomer) continue;
      if (!hasLivingToken(place.socket)) {
        strangers += 1;
        if (stranger === undefined || place.stirred < stranger.stirred) stranger = place;
      } else if (!isAnswered(place) && (known === undefined || place.stirred < known.stirred)) known = place;
    }
    const roomLeft = strangers <= LIMITS.roomForStrangers;
    return (roomLeft ? (known ?? stranger) : stranger) ?? newcomer;
  }

  #lookLater(): () => void {
    return this.#clock.after(LIMITS.bodyLook, () => {
      this.#cancelLook = undefined;
      for (const place of this.#places) this.#cutIfSlow(place);
      if (this.#places.size > 0) this.#cancelLook ??= this.#lookLater();
    });
  }

  /** Bodies that are forwarded have a limit of silence of their own. */
  #cutIfSlow(place: Place): void {
    const { request, socket, slow } = place;
    if (request === undefined || request.complete || isFlowing(socket)) {
      place.slow = undefined;
      return;
    }
    if (slow?.request === request && socket.bytesRead - slow.bytes < LIMITS.bodyProgress) this.#end(place);
    else place.slow = { request, bytes: socket.bytesRead };
  }
}

/** Whether it has asked, and waits. */
function isAnswered({ owed, request, socket }: Place): boolean {
  return owed > 0 && (request?.complete === true || isFlowing(socket));
}
