import { Agent, request } from 'node:http';

/** One measurement: requests per second, and how long one took, in milliseconds. */
export interface Figures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Runs `once` in `lanes` endless loops for `milliseconds`, after a warm-up of a fifth of it. */
export async function measure(
  lanes: number,
  milliseconds: number,
  once: (lane: number) => Promise<void>,
): Promise<Figures> {
  await spin(lanes, milliseconds / 5, once);
  const started = performance.now();
  const took = await spin(lanes, milliseconds, once);
  const seconds = (performance.now() - started) / 1000;
  took.sort((a, b) => a - b);
  const at = (share: number) =>
    took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? Number.NaN;
  return { perSecond: took.length / seconds, p50: at(0.5), p99: at(0.99) };
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

/** One request over kept connections, one for each lane. Throws on anything but 200. */
export function asker(
  place: Place,
  lanes: number,
  what: {
    readonly method?: string;
    readonly path: string;
    readonly headers?: Record<string, string>;
    readonly body?: unknown;
  },
): () => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  const { method = 'GET', path, headers = {}, body } = what;
  const text = body === undefined ? undefined : JSON.stringify(body);
  return () =>
    new Promise((resolve, reject) => {
      const sent = request({ ...place, method, path, agent, headers }, (response) => {
        let said = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          said += part;
        });
        response.once('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`${path} answered ${response.statusCode}: ${said}`));
        });
      });
      sent.once('error', reject);
      sent.end(text);
    });
}

/** The run with the median rate: machines are shared and noisy. */
export function median(runs: readonly Figures[]): Figures {
  const sorted = [...runs].sort((a, b) => a.perSecond - b.perSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}
