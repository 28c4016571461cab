import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
}

/** Reads `HOST:PORT`. SECURITY(B1): without TLS the loopback alone. Throws `usage`. */
export function parseListenAddress(text: string, overTls: boolean): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new KeywardenError('usage', '--listen takes HOST:PORT, as in 127.0.0.1:8200.');
  }
  const isLoopback = host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
  if (!overTls && !isLoopback) {
    throw new KeywardenError(
      'usage',
      'Without TLS, --listen takes a loopback address only: 127.0.0.1, [::1] or localhost. --tls serves the network.',
    );
  }
  return { host, port };
}
