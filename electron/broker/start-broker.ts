/**
 * The broker: HTTP in front of core, in the dialect of HashiCorp Vault, so that existing clients work unchanged.
 * It decides nothing about secrets. It refuses what a web page or a flood could send, turns HTTP into one call of
 * `core.handle`, and says the answer in Vault's shape.
 */
import type { Broker, BrokerOptions } from './broker.ts';
import { closeServer } from './close-server.ts';
import { createRequestHandler } from './handle-request.ts';
import { createHttpServer } from './http-server.ts';
import { listenOnPort } from './listen-on-port.ts';
import { listenOnSocket } from './listen-on-socket.ts';

/** Starts serving. Throws `not-available` when it cannot listen; then nothing is left listening. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  let closed: Promise<void> | undefined;
  const closing = new AbortController();
  const handle = createRequestHandler(options, closing.signal);
  const tcp = createHttpServer(handle, 'http', { clock: options.clock, tls: options.tls });
  const local = createHttpServer(handle, 'socket', { clock: options.clock });
  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.all(
      [tcp, local]
        .filter(({ server }) => server.listening)
        .map(({ server, connections }) => closeServer(server, connections, options.clock)),
    );
  };

  try {
    const { listen, socketPath } = options;
    const authority = listen && (await listenOnPort(tcp.server, listen.host, listen.port));
    const address = authority && `${options.tls === undefined ? 'http' : 'https'}://${authority}`;
    const taken = socketPath !== undefined && !(await listenOnSocket(local.server, socketPath));
    if (taken) options.log('warn', 'socket-in-use');
    options.log('info', 'broker-listening', { address });
    return {
      address,
      socketPath: taken ? undefined : socketPath,
      close() {
        closed ??= close();
        return closed;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
