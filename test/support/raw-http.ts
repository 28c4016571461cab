import { once } from 'node:events';
import { connect } from 'node:net';

/** What one request is made of, as it goes over the wire. */
export interface RawQuestion {
  readonly method: string;
  /** Without `/v1/`. */
  readonly path: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Asks over a connection of its own, without a client that could change or hide anything: `LIST` goes out as it is. */
export async function askRaw(address: string, question: RawQuestion): Promise<RawAnswer> {
  const { method, path, token, headers, body } = question;
  const { hostname, port, host } = new URL(address);
  const lines = [
    `${method} /v1/${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: close',
    ...(token === undefined ? [] : [`X-Vault-Token: ${token}`]),
    ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    '',
    body ?? '',
  ];
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write(lines.join('\r\n'));
  await once(socket, 'close');
  return readAnswer(Buffer.concat(chunks).toString('utf8'));
}

function readAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...rest] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    rest.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(first.split(' ')[1]), headers, body: text.slice(end + 4) };
}
