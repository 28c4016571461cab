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

const clock = manualClock(Date.now());
// biome-ignore lint/suspicious/noExplicitAny: whatever Vault's envelope holds there
type Data = any;

/** A root and, below it, an authority that signs leaves. */
async function openAuthorities(keyType: string) {
  const core = (await openMemoryCore([pkiEngine], clock)).start();
  const write = async (path: string, data: Record<string, unknown>): Promise<Data> =>
    (await core.ask('update', path, data)).envelope?.data;
  const file = async (path: string) =>
    Buffer.from((await core.ask('read', path)).raw?.bytes ?? []).toString();
  for (const name of ['root', 'web']) {
    await write(`sys/mounts/${name}`, { type: 'pki', config: { max_lease_ttl: '87600h' } });
  }
  await write('root/root/generate/internal', {
    common_name: 'Root',
    organization: 'Ünïcode & Söhne',
    key_type: keyType,
    ttl: '8760h',
  });
  const { csr } = await write('web/intermediate/generate/internal', {
    common_name: 'Web',
    key_type: keyType,
  });
  const signed = await write('root/root/sign-intermediate', {
    csr,
    common_name: 'Web',
    ttl: '4000h',
    max_path_length: 0,
    permitted_dns_domains: 'example.com,localhost',
  });
  await write('web/intermediate/set-signed', { certificate: `${signed.certificate}\n${signed.issuing_ca}` });
  await write('web/config/urls', {
    issuing_certificates: 'http://127.0.0.1:8200/v1/web/ca',
    crl_distribution_points: 'http://127.0.0.1:8200/v1/web/crl',
  });
  await write('web/roles/web', {
    allowed_domains: ['example.com', 'localhost'],
    allow_bare_domains: true,
    allow_subdomains: true,
    key_type: keyType,
    ttl: '1h',
  });
  return { core, write, file };
}

if (!works('openssl', ['version'])) {
  didNotRun('openssl', 'openssl');
} else {
  describe.each(['ec', 'rsa', 'ed25519'])('certificates of keys of type %s', (keyType) => {
    let authorities: Awaited<ReturnType<typeof openAuthorities>>;
    let folder: string;
    const put = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });
    const issue = (data: Record<string, unknown> = {}) =>
      authorities.write('web/issue/web', { common_name: 'shop.example.com', ...data });
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'keywarden-pki-'));
      authorities = await openAuthorities(keyType);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    /** Verifies with the whole chain, and asks both lists of revoked certificates about it. */
    const verify = async (certificate: string, ...more: string[]) => {
      const root = put('root.pem', await authorities.file('root/ca/pem'));
      const middle = put('middle.pem', await authorities.file('web/ca/pem'));
      const lists = put(
        'lists.pem',
        `${await authorities.file('root/crl/pem')}\n${await authorities.file('web/crl/pem')}\n`,
      );
      const checks = [
        '-x509_strict',
        '-crl_check_all',
        '-CRLfile',
        lists,
        '-untrusted',
        middle,
        '-CAfile',
        root,
      ];
      return openssl('verify', ...checks, ...more, put('leaf.pem', certificate));
    };

    it('are accepted by openssl verify, strictly, with their chain and its lists of revoked ones', async () => {
      const { certificate } = await issue({ alt_names: '*.shop.example.com', ip_sans: '127.0.0.1' });
      expect(
        await verify(certificate, '-purpose', 'sslserver', '-verify_hostname', 'a.shop.example.com'),
      ).toContain('OK');
      expect(await verify(certificate, '-purpose', 'sslclient')).toContain('OK');
    });

    it('are refused by it when they were revoked', async () => {
      const { certificate, serial_number } = await issue();
      expect(await verify(certificate)).toContain('OK');
      await authorities.write('web/revoke', { serial_number });
      await expect(verify(certificate)).rejects.toThrow('certificate revoked');
    });

    it('are refused by it when they bear a name that their authority may not give', async () => {
      await authorities.write('web/roles/any', { allow_any_name: true, key_type: keyType });
      const { certificate } = await authorities.write('web/issue/any', { common_name: 'evil.org' });
      await expect(verify(certificate)).rejects.toThrow('permitted subtree violation');
    });

    it('for requests that openssl has made are accepted too', async () => {
      const key = put(
        'own.key',
        openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'),
      );
      const csr = openssl(
        'req',
        '-new',
        '-key',
        key,
        '-subj',
        '/CN=own.example.com',
        '-addext',
        'subjectAltName=DNS:other.example.com',
      );
      await authorities.write('web/roles/sign', {
        allowed_domains: 'example.com',
        allow_subdomains: true,
        key_type: 'any',
      });
      const { certificate } = await authorities.write('web/sign/sign', { csr });
      expect(await verify(certificate, '-verify_hostname', 'other.example.com')).toContain('OK');
    });

    it('name key, authority, usage and where to look', async () => {
      const { certificate } = await issue();
      const text = openssl('x509', '-noout', '-text', '-in', put('leaf.pem', certificate));
      for (const part of [
        'X509v3 Subject Key Identifier',
        'X509v3 Authority Key Identifier',
        'CA:FALSE',
        'Digital Signature',
        'TLS Web Server Authentication, TLS Web Client Authentication',
        'CA Issuers - URI:http://127.0.0.1:8200/v1/web/ca',
        'URI:http://127.0.0.1:8200/v1/web/crl',
      ]) {
        expect(text).toContain(part);
      }
      const list = openssl(
        'crl',
        '-noout',
        '-text',
        '-in',
        put('list.pem', await authorities.file('web/crl/pem')),
      );
      expect(list).toContain('X509v3 CRL Number');
      expect(list).toContain('Next Update');
    });

    it('serve TLS, and are asked of clients', async () => {
      const served = await issue({ common_name: 'localhost' });
      const chain = (made: Data) => [made.certificate, made.issuing_ca].join('\n');
      const root = await authorities.file('root/ca/pem');
      const lists = async () => [
        await authorities.file('root/crl/pem'),
        await authorities.file('web/crl/pem'),
      ];
      const server = createServer(
        {
          cert: chain(served),
          key: served.private_key,
          ca: root,
          crl: await lists(),
          requestCert: true,
          rejectUnauthorized: true,
        },
        (request, response) => response.end((request.socket as TLSSocket).getPeerCertificate().subject.CN),
      );
      const port = await listen(server);
      const fetchAs = (client: Data | undefined, ca = root) =>
        new Promise<string>((resolve, reject) => {
          const own = client && { cert: chain(client), key: client.private_key };
          get({ host: 'localhost', port, path: '/', ca, agent: false, ...own }, (response) => {
            let body = '';
            response.on('data', (chunk: Buffer) => {
              body += chunk.toString();
            });
            response.on('end', () => resolve(body));
          }).on('error', reject);
        });
      try {
        const client = await issue({ common_name: 'app.example.com' });
        expect(await fetchAs(client)).toBe('app.example.com');
        await expect(fetchAs(undefined)).rejects.toThrow();
        const stranger = await (await openAuthorities('ec')).file('root/ca/pem');
        await expect(fetchAs(client, stranger)).rejects.toThrow(
          /self-signed certificate in certificate chain|unable to/,
        );
        await authorities.write('web/revoke', { serial_number: client.serial_number });
        server.setSecureContext({
          cert: chain(served),
          key: served.private_key,
          ca: root,
          crl: await lists(),
        });
        await expect(fetchAs(client)).rejects.toThrow();
        expect(await fetchAs(await issue({ common_name: 'other.example.com' }))).toBe('other.example.com');
      } finally {
        server.close();
      }
    });
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, 'localhost', () => resolve((server.address() as AddressInfo).port));
  });
}
