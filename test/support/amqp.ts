import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An open AMQP 0-9-1 connection: enough of the protocol to see who is let in, and who is thrown out. */
export interface AmqpConnection {
  /** Resolves when the server has closed it, with the server's words or ''. */
  readonly closed: Promise<string>;
  end(): void;
}

const CONNECTION = 10;
const [START, START_OK, TUNE, TUNE_OK, OPEN, OPEN_OK, CLOSE] = [10, 11, 30, 31, 40, 41, 50];
/** Fields of the greeting that say which words of the protocol we know: a refusal is then told instead of a cut. */
const CAPABILITIES = table('authentication_failure_close');

/** Logs in on a loopback port. Throws what the server said. */
export async function openAmqp(port: number, user: string, password: string): Promise<AmqpConnection> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {});
  const methods = readMethods(socket);
  socket.write(Buffer.from('AMQP\0\0\x09\x01', 'latin1'));
  const next = async (wanted: number) => {
    const { value } = await methods.next();
    if (value?.method === wanted) return value.body;
    socket.destroy();
    throw new Error(value?.method === CLOSE ? closeWords(value.body) : 'the server closed the connection');
  };
  await next(START);
  send(
    socket,
    START_OK,
    CAPABILITIES,
    shortText('PLAIN'),
    longText(`\0${user}\0${password}`),
    shortText('en_US'),
  );
  const limits = await next(TUNE);
  send(socket, TUNE_OK, limits.subarray(0, 6), Buffer.alloc(2));
  send(socket, OPEN, shortText('/'), Buffer.alloc(2));
  await next(OPEN_OK);
  const closed = methods.next().then(
    ({ value }) => (value ? closeWords(value.body) : ''),
    () => '',
  );
  return { closed, end: () => socket.destroy() };
}

async function* readMethods(socket: Socket): AsyncGenerator<{ method: number; body: Buffer }> {
  let held = Buffer.alloc(0);
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    held = Buffer.concat([held, chunk as Buffer]);
    while (held.length >= 7 && held.length >= 8 + held.readUInt32BE(3)) {
      const payload = held.subarray(7, 7 + held.readUInt32BE(3));
      const [type] = held;
      held = held.subarray(8 + payload.length);
      if (type === 1) yield { method: payload.readUInt16BE(2), body: payload.subarray(4) };
    }
  }
}

function send(socket: Socket, method: number, ...parts: Buffer[]): void {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(CONNECTION, 0);
  head.writeUInt16BE(method, 2);
  const payload = Buffer.concat([head, ...parts]);
  const frame = Buffer.alloc(7);
  frame[0] = 1;
  frame.writeUInt32BE(payload.length, 3);
  socket.write(Buffer.concat([frame, payload, Buffer.from([0xce])]));
}

function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
}

function longText(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
}

/** `{ capabilities: { <name>: true } }` as a field table. */
function table(name: string): Buffer {
  const inner = Buffer.concat([shortText(name), Buffer.from('t\x01', 'latin1')]);
  return sized(Buffer.concat([shortText('capabilities'), Buffer.from('F'), sized(inner)]));
}

function sized(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

function closeWords(body: Buffer): string {
  return `${body.readUInt16BE(0)} ${body.subarray(3, 3 + (body[2] ?? 0)).toString()}`;
}
