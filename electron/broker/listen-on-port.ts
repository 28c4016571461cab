import type { AddressInfo, Server } from 'node:net';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { listen, systemCode } from './listen.ts';

/** How many ports after the wanted one are tried before any free one is taken. */
const NEXT_PORTS = 20;

/** Listens on the wanted port, else on the next free one. Returns the authority of its address: `127.0.0.1:8201`. */
export async function listenOnPort(server: Server, host: string, port: number): Promise<string> {
  const last = port === 0 ? 0 : Math.min(port + NEXT_PORTS, 65_535);
  const ports = Array.from({ length: last - port + 1 }, (_, index) => port + index);
  for (const wanted of [...ports, 0]) {
    try {
      await listen(server, { host, port: wanted });
      const bound = server.address() as AddressInfo;
      return `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
    } catch (error) {
      if (systemCode(error) === 'EADDRINUSE') continue;
      throw new KeywardenError('not-available', `The broker cannot listen on ${host}.`, { cause: error });
    }
  }
  throw new KeywardenError('not-available', `No port is free on ${host}.`);
}
