import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a server finds its certificate, its key and the CA whose clients it knows. */
export interface TlsFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** A certification authority of the test's own, made by openssl. */
export interface TlsAuthority {
  /** PEM. */
  readonly ca: string;
  /** Issues a certificate and its key, both as PEM. */
  issue(subject: string, extensions: string): { readonly certificate: string; readonly key: string };
  /** Writes what a server with these names (`IP:127.0.0.1`, `DNS:localhost`) needs; again under new names, in the same place. */
  serve(names: string): TlsFiles;
  remove(): void;
}

/** Makes one. */
export function makeTlsAuthority(): TlsAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'keywarden-authority-'));
  // Servers run as users of their own.
  chmodSync(folder, 0o755);
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const make = (name: string, subject: string, extensions: string, signer: readonly string[]) => {
    writeFileSync(file('extensions'), extensions);
    openssl(
      ...['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', subject],
      ...['-keyout', file(`${name}.key`), '-out', file('request')],
    );
    openssl(
      ...['x509', '-req', '-days', '30', '-in', file('request'), '-extfile', file('extensions')],
      ...['-out', file(`${name}.pem`), ...signer],
    );
    chmodSync(file(`${name}.key`), 0o644);
  };
  const pem = (name: string) => readFileSync(file(name), 'utf8');
  make('ca', '/CN=Authority of a test', 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign', [
    ...['-signkey', file('ca.key')],
  ]);
  const byCa = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial'];
  return {
    ca: pem('ca.pem'),
    issue(subject, extensions) {
      make('leaf', subject, extensions, byCa);
      return { certificate: pem('leaf.pem'), key: pem('leaf.key') };
    },
    serve(names) {
      make('server', '/CN=a server', `subjectAltName=${names}`, byCa);
      return { ca: file('ca.pem'), certificate: file('server.pem'), key: file('server.key') };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
