import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pkiEngine } from '../../electron/engines/pki/pki-engine.ts';
import { manualClock } from '../support/manual-clock.ts';
import { openMemoryCore } from '../support/memory-core.ts';
import { didNotRun, works } from './compat/run-python.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever Vault's envelope holds there
type Data = any;

/** A root that signs leaves, whose key is rotated on demand; certificates name the list of their own issuer. */
async function openAuthority(keyType: string) {
  const core = (await openMemoryCore([pkiEngine], manualClock(Date.now()))).start();
  await core.start();
  const write = async (path: string, data: Record<string, unknown> = {}): Promise<Data> =>
    (await core.ask('update', path, data)).envelope?.data;
  const file = async (path: string) =>
    Buffer.from((await core.ask('read', path)).raw?.bytes ?? []).toString();
  await write('sys/mounts/pki', { type: 'pki', config: { max_lease_ttl: '87600h' } });
  // No other CA may stand below it: the one that takes its place does not.
  await write('pki/root/generate/internal', {
    common_name: 'House',
    key_type: keyType,
    ttl: '8760h',
    max_path_length: 0,
    permitted_dns_domains: 'example.com,localhost',
  });
  await write('pki/roles/web', {
    allowed_domains: ['example.com', 'localhost'],
    allow_bare_domains: true,
    allow_subdomains: true,
    key_type: keyType,
    ttl: '1h',
  });
  const { rotation_id: rotation } = await write('pki/config/rotation');
  return {
    write,
    file,
    id: async () => (await core.ask('read', 'pki/config/issuers')).envelope?.data?.['default'] as string,
    issue: (name = 'shop.example.com') => write('pki/issue/web', { common_name: name }),
    rotate: () => write(`sys/rotations/${rotation}/rotate`),
  };
}

/** What a server sends: its certificate and the chain, as they came. */
const chain = (made: Data) => [made.certificate, ...made.ca_chain].join('\n');

if (!works('openssl', ['version'])) {
  didNotRun('openssl', 'openssl');
} else {
  describe.each(['ec', 'rsa', 'ed25519'])('the rotation of a root with a key of type %s', (keyType) => {
    let folder: string;
    const put = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const verify = (root: string, made: Data, lists: readonly string[]) =>
      execFileSync(
        'openssl',
        [
          'verify',
          '-x509_strict',
          '-crl_check_all',
          ...['-CRLfile', put('lists.pem', lists.join('\n'))],
          ...['-untrusted', put('chain.pem', made.ca_chain.join('\n'))],
          ...['-CAfile', put('root.pem', root)],
          put('leaf.pem', made.certificate),
        ],
        { encoding: 'utf8', stdio: 'pipe' },
      );
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'keywarden-pki-rotation-'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('leaves old and new certificates good to whoever trusts the old root, as openssl sees it', async () => {
      const authority = await openAuthority(keyType);
      const roots = [await authority.file('pki/ca/pem')];
      const ids = [await authority.id()];
      const made = [await authority.issue()];
      for (let time = 0; time < 2; time += 1) {
        await authority.rotate();
        roots.push(await authority.file('pki/ca/pem'));
        ids.push(await authority.id());
        made.push(await authority.issue());
      }
      const lists = () => Promise.all(ids.map((id) => authority.file(`pki/issuer/${id}/crl/pem`)));
      const [first = '', , third = ''] = roots;
      const [oldest, middle, newest] = made;
      const all = await lists();
      // The way from the newest certificate to the first root goes by two roots that vouch for their successors.
      for (const one of [oldest, middle, newest]) expect(verify(first, one, all)).toContain('OK');
      expect(verify(third, newest, all)).toContain('OK');
      // An old certificate is none of the new root's.
      expect(() => verify(third, oldest, all)).toThrow(
        /self-signed certificate in certificate chain|unable to get local/,
      );
      // Whoever trusts what ca_chain holds now takes all of them.
      const bundle = await authority.file('pki/ca_chain');
      for (const one of [oldest, middle, newest]) expect(verify(bundle, one, all)).toContain('OK');
      // Revoked is what each has signed, on its own list.
      await authority.write('pki/revoke', { serial_number: oldest.serial_number });
      await authority.write('pki/revoke', { serial_number: newest.serial_number });
      const later = await lists();
      expect(() => verify(first, oldest, later)).toThrow('certificate revoked');
      expect(() => verify(first, newest, later)).toThrow('certificate revoked');
      expect(() => verify(third, newest, later)).toThrow('certificate revoked');
      expect(verify(first, middle, later)).toContain('OK');
    });

    it('is not noticed by TLS clients and servers that are asked for certificates all the while', async () => {
      const authority = await openAuthority(keyType);
      const before = await authority.file('pki/ca/pem');
      const own = {
        old: await authority.issue('localhost'),
        client: await authority.issue('app.example.com'),
      };
      const options = (made: Data, ca: string | string[]) => ({
        cert: chain(made),
        key: made.private_key,
        ca,
        requestCert: true,
        rejectUnauthorized: true,
      });
      const server = createServer(options(own.old, before), (request, response) =>
        response.end((request.socket as TLSSocket).getPeerCertificate().subject.CN),
      );
      const port = await listen(server);
      let failures = 0;
      let answers = 0;
      let isOver = false;
      /** Asks until the end, trusting the roots that it had at the beginning. */
      const keepAsking = async (client: () => Data, ca: () => string | string[]) => {
        while (!isOver) {
          const answer = await fetchAs(port, client(), ca()).catch(() => undefined);
          if (answer === 'app.example.com') answers += 1;
          else failures += 1;
        }
      };
      let latest = own.client;
      let trusted: string | string[] = before;
      const asking = [
        keepAsking(
          () => own.client,
          () => before,
        ),
        keepAsking(
          () => latest,
          () => trusted,
        ),
      ];
      const seen = async (more: number) => {
        const until = answers + more;
        await expect.poll(() => answers + failures, { timeout: 30_000 }).toBeGreaterThan(until);
      };
      try {
        await seen(10);
        await authority.rotate();
        await seen(10);
        // A client that renews its certificate first; the server knows nothing but the old root.
        latest = await authority.issue('app.example.com');
        await seen(10);
        // The server renews, and goes on trusting the old root alone.
        server.setSecureContext(options(await authority.issue('localhost'), before));
        await seen(10);
        // Both have heard of the new root at last.
        trusted = await authority.file('pki/ca/pem');
        server.setSecureContext(
          options(await authority.issue('localhost'), [before, await authority.file('pki/ca/pem')]),
        );
        await seen(10);
        expect({ failures, hasAnswers: answers > 50 }).toEqual({ failures: 0, hasAnswers: true });
      } finally {
        isOver = true;
        await Promise.all(asking);
        server.close();
      }
    });
  });
}

function fetchAs(port: number, client: Data, ca: string | string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const own = { cert: chain(client), key: client.private_key };
    get({ host: 'localhost', port, path: '/', ca, agent: false, ...own }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () => resolve(body));
    }).on('error', reject);
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, 'localhost', () => resolve((server.address() as AddressInfo).port));
  });
}
