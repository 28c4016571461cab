import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import HashiVault from 'hashi-vault-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KwHome, makeKwHome } from '../../support/kw.ts';
import { didNotRun, findPython, runProgram, works } from './run-python.ts';
import { ROOT } from './stage.ts';

let home: KwHome;
let address: string;
beforeAll(async () => {
  home = makeKwHome();
  ({ address } = await home.serve(['--dev', '--dev-root-token-id', ROOT, '--listen', '127.0.0.1:0']));
});
afterAll(() => home?.remove());

const ask = async (method: string, path: string, body?: unknown, token = ROOT) => {
  const response = await fetch(`${address}/v1/${path}`, {
    method,
    headers: token === '' ? {} : { 'X-Vault-Token': token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    bytes: Buffer.from(await response.arrayBuffer()),
  };
};

describe('hashi-vault-js, unmodified', () => {
  let vault: HashiVault;
  beforeAll(async () => {
    vault = new HashiVault({
      https: false,
      baseUrl: `${address}/v1`,
      rootPath: '',
      timeout: 10_000,
      proxy: false,
      namespace: '',
    });
    await ask('POST', 'sys/mounts/hvj', { type: 'pki', config: { max_lease_ttl: '87600h' } });
    await ask('POST', 'sys/mounts/below', { type: 'pki' });
  });
  /** Its types say no more than `Object`. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  const told = async (asked: unknown): Promise<any> => await asked;
  const params = (given: Record<string, unknown>) => given as never;

  it('makes a CA and one below it, and reads both without a token', async () => {
    const root = await told(
      vault.generateRootCA(
        ROOT,
        params({ type: 'internal', commonName: 'Root', ttl: '8760h', keyType: 'ec', keyBits: 384 }),
        'hvj',
      ),
    );
    expect(new X509Certificate(root.certificate).ca).toBe(true);
    expect(await vault.readCACertificate('pem', 'hvj')).toBe(root.certificate);
    expect(await vault.readCAChain('hvj')).toBe(root.certificate);
    const { csr } = await told(
      vault.genIntermediateCA(ROOT, params({ type: 'internal', commonName: 'Below' }), 'below'),
    );
    const signed = await told(
      vault.signIntermediateCA(ROOT, params({ csr, commonName: 'Below', useCsrValues: true }), 'hvj'),
    );
    await vault.setIntermediateCA(ROOT, `${signed.certificate}\n${signed.issuing_ca}`, 'below');
    expect(await vault.readCAChain('below')).toBe(`${signed.certificate}\n${root.certificate}`);
  });

  it('writes URLs and how lists are made, and reads them back', async () => {
    await vault.setPkiUrls(
      ROOT,
      params(['http://127.0.0.1/ca'] as never),
      params(['http://127.0.0.1/crl'] as never),
      params([] as never),
      'hvj',
    );
    expect(await vault.readPkiUrls(ROOT, 'hvj')).toMatchObject({
      issuing_certificates: ['http://127.0.0.1/ca'],
      crl_distribution_points: ['http://127.0.0.1/crl'],
    });
    await vault.setCrlConfig(ROOT, '48h', false, 'hvj');
    expect(await vault.readCrlConfig(ROOT, 'hvj')).toMatchObject({ expiry: '48h0m0s', disable: false });
  });

  it('handles roles, issues, reads, lists and revokes', async () => {
    const role = {
      name: 'web',
      allowedDomains: ['example.com'],
      allowSubdomains: true,
      keyType: 'ec',
      keyBits: 256,
      maxTtl: '72h',
    };
    await vault.createPkiRole(ROOT, params(role), 'hvj');
    await vault.updatePkiRole(ROOT, params({ ...role, ttl: '1h' }), 'hvj');
    expect(await vault.readPkiRole(ROOT, 'web', 'hvj')).toMatchObject({
      allowed_domains: ['example.com'],
      ttl: 3600,
      max_ttl: 259_200,
    });
    expect(await vault.listPkiRoles(ROOT, 'hvj')).toEqual({ keys: ['web'] });
    const made = await told(
      vault.genPkiCertificate(
        ROOT,
        params({ role: 'web', commonName: 'a.example.com', altNames: 'b.example.com', format: 'pem' }),
        'hvj',
      ),
    );
    expect(new X509Certificate(made.certificate).subjectAltName).toBe('DNS:a.example.com, DNS:b.example.com');
    expect(await vault.readCertificate(made.serial_number, 'hvj')).toMatchObject({
      certificate: made.certificate,
    });
    expect((await told(vault.listCertificates(ROOT, 'hvj'))).keys).toContain(made.serial_number);
    expect(await vault.revokePkiCertificate(ROOT, made.serial_number, 'hvj')).toMatchObject({
      state: 'revoked',
    });
    expect(await vault.readPkiCrl('pem', 'hvj')).toContain('BEGIN X509 CRL');
    expect(await vault.rotatePkiCrl(ROOT, 'hvj')).toEqual({ success: true });
    await vault.deletePkiRole(ROOT, 'web', 'hvj');
    await vault.deleteRootCA(ROOT, 'hvj');
  });
});

describe('anybody, without a token', () => {
  it('fetches the certificate, the chain, and the list of revoked ones as files of their kinds', async () => {
    await ask('POST', 'sys/mounts/open', { type: 'pki' });
    expect((await ask('GET', 'open/ca', undefined, '')).status).toBe(204);
    await ask('POST', 'open/root/generate/internal', { common_name: 'Open', key_type: 'ec' });
    const file = async (path: string) => await ask('GET', `open/${path}`, undefined, '');
    expect(await file('ca')).toMatchObject({ status: 200, type: 'application/pkix-cert' });
    expect(new X509Certificate((await file('ca')).bytes).subject).toBe('CN=Open');
    expect(await file('ca/pem')).toMatchObject({ type: 'application/pem-certificate-chain' });
    expect(await file('ca_chain')).toMatchObject({ type: 'application/pem-certificate-chain' });
    expect(await file('crl')).toMatchObject({ type: 'application/pkix-crl' });
    expect(await file('crl/pem')).toMatchObject({ type: 'application/x-pem-file' });
    for (const path of ['certs?list=true', 'roles/web', 'config/urls', 'config/crl', 'crl/rotate']) {
      expect((await ask('GET', `open/${path}`, undefined, '')).status).toBe(403);
    }
  });
});

const python = findPython('hvac');
if (python === undefined) {
  didNotRun('hvac', 'python3-hvac');
} else if (!works('openssl', ['version'])) {
  didNotRun('openssl', 'openssl');
} else {
  describe('Debian’s hvac, unmodified', () => {
    const script = join(import.meta.dirname, 'hvac_pki_client.py');
    it.each([
      ['makes a CA, roles and certificates, and revokes', 'pki'],
      ['puts one CA below another', 'intermediate'],
      ['brings a CA from elsewhere', 'imported'],
      ['leases certificates as its own tests do', 'leases'],
      ['signs SSH keys', 'ssh'],
    ])('%s', async (_, name) => {
      await runProgram(python, [script, name], { STAGE: JSON.stringify({ address, root: ROOT }) });
    });
  });
}
