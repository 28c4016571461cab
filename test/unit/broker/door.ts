import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { Broker, BrokerOptions } from '../../../electron/broker/broker.ts';
import { startBroker } from '../../../electron/broker/start-broker.ts';
import type { Core, CoreRequest, CoreResponse } from '../../../electron/core/request.ts';
import type { Envelope } from '../../../shared/model/envelope.ts';

/** The broker over a core of the test's own: these tests are about the door, not about what is behind it. */
export interface Door {
  readonly broker: Broker;
  readonly port: number;
  /** What reached core. */
  readonly asked: CoreRequest[];
  readonly logged: string[];
  ask(options: AskOptions): Promise<Reply>;
  /** Sends bytes as they are and gives all that comes back until the connection ends. */
  raw(...pieces: readonly string[]): Promise<string>;
}

export interface AskOptions {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export const EMPTY_ENVELOPE: Envelope = {
  request_id: 'r',
  lease_id: '',
  renewable: false,
  lease_duration: 0,
  data: null,
  wrap_info: null,
  warnings: null,
  auth: null,
};

/** Core's answer with these data. */
export function withData(data: Record<string, unknown>): CoreResponse {
  return { status: 200, envelope: { ...EMPTY_ENVELOPE, data } };
}

/** Nothing ever changes. */
export const NO_EVENTS: Core['events'] = {
  waiterOf: async () => ({ name: 'nobody' }),
  indexOf: () => 0,
  changed: async () => false,
  follow: async () => undefined,
};

export type Handle = (request: CoreRequest) => CoreResponse | Promise<CoreResponse>;

export async function openDoor(
  handle: Handle | 'sealed' = () => ({ status: 204, envelope: null }),
  options: Partial<BrokerOptions> & { readonly events?: Core['events'] } = {},
): Promise<Door> {
  const asked: CoreRequest[] = [];
  const logged: string[] = [];
  const core = {
    async handle(request: CoreRequest) {
      asked.push(request);
      if (handle === 'sealed') throw new Error('core was asked while sealed');
      return await handle(request);
    },
    events: options.events ?? NO_EVENTS,
  };
  const broker = await startBroker({
    core: () => (handle === 'sealed' ? undefined : core),
    status: () => ({ initialized: true, vaultId: 'vault-1' }),
    listen: { host: '127.0.0.1', port: 0 },
    clock: {
      now: () => 1_700_000_000_500,
      after(milliseconds, callback) {
        const timer = setTimeout(callback, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    log: (level, event, fields) => logged.push(`${level} ${event} ${JSON.stringify(fields)}`),
    ...options,
  });
  const port = Number(new URL(broker.address ?? 'http://none:1').port);
  return { broker, port, asked, logged, ask: (each) => ask(port, each), raw: (...each) => raw(port, each) };
}

function ask(port: number, { method = 'GET', path, headers = {}, body }: AskOptions): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path, headers, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => {
          const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function raw(port: number, pieces: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    let text = '';
    socket.on('data', (part) => {
      text += part.toString('latin1');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    const rest = [...pieces];
    const next = () => {
      const piece = rest.shift();
      if (piece !== undefined && socket.writable) socket.write(piece, 'latin1', () => setImmediate(next));
    };
    socket.on('connect', next);
  });
}
