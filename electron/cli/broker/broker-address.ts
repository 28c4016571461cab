import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { type RuntimePaths, runtimePaths } from '../../../shared/model/runtime-paths.ts';
import type { Surroundings } from '../surroundings.ts';
import { runtimeFolderIsOurs } from './runtime-folder.ts';

/** Where a broker listens. `trusted` is one that only this user can have started: the token of `kw login` is for it alone. */
export type BrokerAddress =
  | { readonly kind: 'socket'; readonly path: string; readonly trusted: boolean }
  | { readonly kind: 'url'; readonly url: URL; readonly trusted: boolean; readonly trust?: TlsTrust };

/** Whose certificate is believed over TLS, besides what the system believes. */
export interface TlsTrust {
  /** SHA-256 of the one certificate that is accepted, in lower-case hex. */
  readonly fingerprint?: string;
  /** PEM certificates that may have signed it. */
  readonly ca?: string;
}

/**
 * Finds the broker: what was named, else this user's socket. Never the address that this user's broker has left beside
 * it: after a crash anybody may listen there. Throws `usage` for an address that cannot be read and `not-running` when
 * there is none.
 */
export async function findBroker(
  named: string | undefined,
  surroundings: Surroundings,
): Promise<BrokerAddress> {
  const given = named ?? surroundings.env['VAULT_ADDR'];
  if (given) return await withOwnCa(parseAddress(given), surroundings.env['VAULT_CACERT']);

  const paths = runtimePaths(surroundings);
  // A stranger's socket in our place would be handed our token.
  if ((await runtimeFolderIsOurs(paths.folder, surroundings)) && (await answers(paths.socketPath))) {
    return { kind: 'socket', path: paths.socketPath, trusted: true };
  }
  throw new KeywardenError(
    'not-running',
    'No broker is running here. Unlock the desktop app or start kw serve; --address names another.',
  );
}

/** What the broker of this user has written about itself: its HTTP address. */
export async function recordedAddress(paths: RuntimePaths): Promise<string | undefined> {
  const text = await readFile(paths.addressPath, 'utf8').catch(() => '');
  return text.trim() || undefined;
}

/** Reads `http://…`, `https://…` or `unix:PATH`. `https://…#sha256:HEX` pins the broker's certificate. */
export function parseAddress(text: string): BrokerAddress {
  const socket = /^unix:(?:\/\/)?(.+)$/.exec(text)?.[1];
  if (socket !== undefined) return { kind: 'socket', path: socket, trusted: false };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const pin = url?.protocol === 'https:' ? /^#sha256:([0-9a-f]{64})$/i.exec(url.hash)?.[1] : undefined;
  if (url !== undefined && pin !== undefined) {
    return { kind: 'url', url, trusted: false, trust: { fingerprint: pin.toLowerCase() } };
  }
  if (url?.hash) {
    throw new KeywardenError('usage', 'A pinned certificate is written as https://HOST:PORT#sha256:HEX.');
  }
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return { kind: 'url', url, trusted: false };
  throw new KeywardenError(
    'usage',
    'The address cannot be read: use http://HOST:PORT, https://HOST:PORT or unix:PATH.',
  );
}

async function withOwnCa(address: BrokerAddress, file: string | undefined): Promise<BrokerAddress> {
  if (!file || address.kind !== 'url') return address;
  const ca = await readFile(file, 'utf8').catch((cause) => {
    throw new KeywardenError('usage', 'The file that VAULT_CACERT names cannot be read.', { cause });
  });
  return { ...address, trust: { ca, ...address.trust } };
}

/** The address as a person reads it. */
export function addressText(address: BrokerAddress): string {
  return address.kind === 'socket' ? `unix:${address.path}` : address.url.origin;
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const end = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
