import { once as nextEvent } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One measurement: requests per second, and how long one took, in milliseconds. */
export interface Figures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of processor time that the server spent on one, where that can be read. */
  readonly cpu?: number;
}

/**
 * Runs `once` in `lanes` endless loops for `milliseconds`, after a warm-up of a fifth of it. `cpu` tells what the server
 * has used of the processor so far, in microseconds: unlike the rate, that hardly depends on who else is at work.
 */
export async function measure(
  lanes: number,
  milliseconds: number,
  once: (lane: number) => Promise<void>,
  cpu?: () => number,
): Promise<Figures> {
  await spin(lanes, milliseconds / 5, once);
  const used = cpu?.() ?? Number.NaN;
  const started = performance.now();
  const took = await spin(lanes, milliseconds, once);
  const seconds = (performance.now() - started) / 1000;
  const spent = (cpu?.() ?? Number.NaN) - used;
  took.sort((a, b) => a - b);
  const at = (share: number) =>
    took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? Number.NaN;
  return {
    perSecond: took.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    ...(Number.isNaN(spent) ? {} : { cpu: spent / took.length }),
  };
}

async function spin(
  lanes: number,
  milliseconds: number,
  once: (lane: number) => Promise<void>,
): Promise<number[]> {
  const took: number[] = [];
  const until = performance.now() + milliseconds;
  const lane = async (number: number) => {
    while (performance.now() < until) {
      const started = performance.now();
      await once(number);
      took.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  return took;
}

/** Where a server listens. */
export type Place =
  | { readonly host: string; readonly port: string }
  | { readonly socketPath: string; readonly host: string };

/** Reads `http://HOST:PORT`, or takes anything else for the path of a local socket. */
export function placeOf(address: string): Place {
  if (!address.startsWith('http')) return { socketPath: address, host: 'localhost' };
  const { hostname, port } = new URL(address);
  return { host: hostname, port };
}

/** What is asked. */
export interface Question {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Asks once, on a connection of its own. */
export async function answerTo(place: Place, question: Question): Promise<{ readonly body: string }> {
  const lane = await Lane.open(place);
  const said = await lane.ask(bytesOf(place, question));
  lane.close();
  return { body: said.slice(said.indexOf('\r\n\r\n') + 4) };
}

/**
 * Asks the same thing again and again over kept connections, one for each lane. Throws on anything but 200.
 * Over bare sockets, because the load comes from the machine that serves: what asking costs, serving does not get.
 */
export function asker(place: Place, question: Question): (lane: number) => Promise<void> {
  const bytes = bytesOf(place, question);
  const lanes: (Lane | undefined)[] = [];
  return async (number) => {
    lanes[number] ??= await Lane.open(place);
    const said = await lanes[number].ask(bytes);
    if (!said.startsWith('HTTP/1.1 200 ')) throw new Error(`${question.path} answered ${said}`);
  };
}

function bytesOf(place: Place, { method = 'GET', path, headers = {}, body }: Question): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body);
  const lines = Object.entries({
    Host: place.host,
    ...headers,
    ...(body !== undefined && { 'Content-Length': String(Buffer.byteLength(text)) }),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`);
}

/** One connection with one question at a time. */
class Lane {
  readonly #socket: Socket;
  #said = '';
  #answered: { resolve: (said: string) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (said: string) => {
      this.#said += said;
      if (isWhole(this.#said)) this.#answered?.resolve(this.#said);
    });
    socket.once('close', () => this.#answered?.reject(new Error('the connection was closed')));
    socket.on('error', (error) => this.#answered?.reject(error));
  }

  static async open(place: Place): Promise<Lane> {
    const socket =
      'port' in place
        ? connect({ host: place.host, port: Number(place.port), noDelay: true })
        : connect(place.socketPath);
    await nextEvent(socket, 'connect');
    return new Lane(socket.unref());
  }

  close(): void {
    this.#socket.destroy();
  }

  ask(question: Buffer): Promise<string> {
    this.#said = '';
    return new Promise((resolve, reject) => {
      this.#answered = { resolve, reject };
      this.#socket.write(question);
    });
  }
}

function isWhole(said: string): boolean {
  const head = said.indexOf('\r\n\r\n');
  if (head === -1) return false;
  const length = said.indexOf('Content-Length: ');
  return length === -1 || said.length >= head + 4 + Number.parseInt(said.slice(length + 16, head), 10);
}

/** The run with the median rate, with the median processor time: machines are shared and noisy. */
export function median(runs: readonly Figures[]): Figures {
  const middle = [...runs].sort((a, b) => a.perSecond - b.perSecond)[Math.floor(runs.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  const costs = runs.map(({ cpu }) => cpu).filter((cpu) => cpu !== undefined);
  const cost = costs.sort((a, b) => a - b)[Math.floor(costs.length / 2)];
  return cost === undefined ? middle : { ...middle, cpu: cost };
}
