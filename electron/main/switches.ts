import { KeywardenError } from '../../shared/errors/keywarden-error.ts';

/** Where the broker's loopback door goes when nobody says otherwise. */
export const DEFAULT_LISTEN = { host: '127.0.0.1', port: 8200 } as const;

/** An address to listen on; port 0 is any free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads `--listen=127.0.0.1:PORT`, as `kw serve` takes it. Loopback only. SECURITY(B1) */
export function parseListen(text: string): ListenAddress {
  if (text === '') return DEFAULT_LISTEN;
  const match = /^(127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match?.[1] || port > 65_535) {
    throw new KeywardenError(
      'usage',
      '--listen takes a loopback address with a port, such as 127.0.0.1:8200',
    );
  }
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}
