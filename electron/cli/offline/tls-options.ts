import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { stateFolder } from '../../../shared/model/state-folder.ts';
import type { TlsIdentity } from '../../broker/broker.ts';
import { type Invocation, type OptionSpec, optionFlag, optionText, optionTexts } from '../command.ts';
import type { ListenAddress } from './listen-address.ts';

/** Options of a listener that others than this machine may reach. */
export const TLS_OPTIONS = {
  tls: { type: 'boolean', help: 'serve TLS, with a certificate of its own whose fingerprint clients pin' },
  'tls-cert': {
    type: 'string',
    value: 'FILE',
    help: 'serve TLS with this certificate (PEM, with its chain)',
  },
  'tls-key': { type: 'string', value: 'FILE', help: 'the private key of --tls-cert (PEM)' },
  'allow-host': {
    type: 'string',
    value: 'NAME',
    multiple: true,
    help: 'a host name besides the loopback’s that clients may use; repeat for more',
  },
} as const satisfies Record<string, OptionSpec>;

/** What a TLS listener shows, and what clients pin: SHA-256 of the certificate, in hex. */
export interface ServedIdentity {
  readonly identity: TlsIdentity;
  readonly fingerprint: string;
}

/** Whether the command line asks for TLS. Throws `usage` for half of a pair. */
export function asksForTls(invocation: Invocation): boolean {
  const cert = optionText(invocation, 'tls-cert');
  const key = optionText(invocation, 'tls-key');
  if ((cert === undefined) !== (key === undefined)) {
    throw new KeywardenError('usage', '--tls-cert and --tls-key go together.');
  }
  return optionFlag(invocation, 'tls') || cert !== undefined;
}

/** The identity that was named, else the one of this user's own, made on first use. `now` in milliseconds since 1970. */
export async function openIdentity(
  invocation: Invocation,
  listen: ListenAddress,
  now: number,
): Promise<ServedIdentity> {
  const { fingerprintOf } = await import('../../broker/self-made-certificate.ts');
  const cert = optionText(invocation, 'tls-cert');
  const key = optionText(invocation, 'tls-key');
  const identity =
    cert !== undefined && key !== undefined
      ? await readIdentity(resolve(cert), resolve(key))
      : await ownIdentity(invocation, listen, now);
  return { identity, fingerprint: fingerprintOf(identity.cert) };
}

async function readIdentity(certFile: string, keyFile: string): Promise<TlsIdentity> {
  try {
    const identity = { cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
    createSecureContext(identity);
    return identity;
  } catch (cause) {
    throw new KeywardenError('usage', '--tls-cert and --tls-key must be a PEM certificate and its key.', {
      cause,
    });
  }
}

/** Kept outside of the vault, 0600: it proves which broker this is, and opens nothing. */
async function ownIdentity(invocation: Invocation, listen: ListenAddress, now: number): Promise<TlsIdentity> {
  const { answersFor, makeCertificate } = await import('../../broker/self-made-certificate.ts');
  const folder = join(stateFolder(invocation.surroundings), 'tls');
  const file = join(folder, 'identity.json');
  const names = namesOf(invocation, listen);
  const known = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as TlsIdentity,
    () => undefined,
  );
  if (known !== undefined && answersFor(known, names, now)) return known;
  const made = await makeCertificate(names, now);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  await writeFile(`${file}.new`, JSON.stringify(made), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return made;
}

function namesOf(invocation: Invocation, { host }: ListenAddress): readonly string[] {
  const anywhere = host === '0.0.0.0' || host === '::';
  const names = ['localhost', '127.0.0.1', '::1', anywhere ? hostname() : host];
  return [...new Set([...names, ...optionTexts(invocation, 'allow-host')])];
}
