import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkNames } from '../../../../electron/engines/pki/check-names.ts';
import { fitsGlob, readHostName } from '../../../../electron/engines/pki/host-name.ts';
import { DEFAULT_ROLE, type PkiRole } from '../../../../electron/engines/pki/role-fields.ts';

const NO_NAMES = { dns: [], email: [], ip: [], uri: [] };
const role = (said: Partial<PkiRole>): PkiRole => ({ ...DEFAULT_ROLE, ...said });
const ask = (said: Partial<PkiRole>, commonName: string, names: Partial<typeof NO_NAMES> | object = {}) =>
  checkNames(role(said), { commonName, names: { ...NO_NAMES, ...names }, excludeCommonName: false });

describe('a host name', () => {
  it.each([
    ['Example.COM', 'example.com'],
    ['*.Example.com', '*.example.com'],
    ['münchen.example', 'xn--mnchen-3ya.example'],
    ['xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
    // A Kelvin sign is a k, and a wide dot a dot: what is checked is what is signed.
    ['\u212Aey.example', 'key.example'],
  ])('%s is read as %s', (given, text) => {
    expect(readHostName(given, true)?.text).toBe(text);
  });

  it.each([
    '',
    '.',
    'a..b',
    '-a.example',
    'a-.example',
    'a_b.example',
    'f*o.example',
    '*',
    '*.',
    '*.*.example',
    'a.*.example',
    'a.example.',
    'a b.example',
    'a\u0000.example',
    'a\n.example',
    'a%2eb',
    'a/b',
    'a@b',
    'xn--a.example',
    'xn--80ak6aa92e--.com',
    '1.2.3.4',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(130)}example`,
    'evil.com\uFF0Fgood.example',
    'good.example。',
    '例。\u0000',
  ])('%j is none', (given) => {
    expect(readHostName(given, true)).toBeUndefined();
  });

  it('stays the same when it is read again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (given) => {
        const read = readHostName(given, false);
        if (read) expect(readHostName(read.text, false)).toEqual(read);
      }),
    );
  });
});

describe('a role', () => {
  const shop = { allowed_domains: ['example.com'] };
  it.each([
    ['nothing of the domain unless it says so', shop, 'example.com'],
    ['no other domain', { ...shop, allow_subdomains: true, allow_bare_domains: true }, 'evil.com'],
    [
      'no domain that only ends alike',
      { ...shop, allow_subdomains: true, allow_bare_domains: true },
      'notexample.com',
    ],
    ['not the domain where only those below it are', { ...shop, allow_subdomains: true }, 'example.com'],
    ['none below it where only itself is', { ...shop, allow_bare_domains: true }, 'a.example.com'],
    [
      'no wildcard where none is allowed',
      { ...shop, allow_subdomains: true, allow_wildcard_certificates: false },
      '*.example.com',
    ],
    [
      'no wildcard even where any name is',
      { allow_any_name: true, allow_wildcard_certificates: false },
      '*.a.b',
    ],
    [
      'no glob where globs are not allowed',
      { allowed_domains: ['*.example.com'], allow_subdomains: true },
      'a.example.com',
    ],
    ['no text that is no name', { allow_any_name: true }, 'hello world'],
    ['no localhost where it is forbidden', { allow_localhost: false }, 'localhost'],
    ['no control character in a common name', { allow_any_name: true, enforce_hostnames: false }, 'a\u0000b'],
    [
      'no address as a common name where addresses are forbidden',
      { allow_any_name: true, allow_ip_sans: false },
      '10.0.0.1',
    ],
    ['no email of another host', { ...shop, allow_bare_domains: true }, 'ann@evil.com'],
    [
      'no email where only hosts may be common names',
      { ...shop, allow_bare_domains: true, cn_validations: ['hostname'] },
      'ann@example.com',
    ],
    ['no email with two hosts', { ...shop, allow_bare_domains: true }, 'ann@evil.com@example.com'],
  ])('allows %s', (_, said, commonName) => {
    expect(() => ask(said, commonName)).toThrow();
    // The same holds for what is asked for beside the common name.
    const kind = commonName.includes('@') ? 'email' : /^\d/.test(commonName) ? 'ip' : 'dns';
    if (_.includes('only hosts may be')) return;
    expect(() => ask({ ...said, require_cn: false }, '', { [kind]: [commonName] })).toThrow();
  });

  it.each([
    [{ ...shop, allow_bare_domains: true }, 'EXAMPLE.com', 'example.com'],
    [{ ...shop, allow_subdomains: true }, 'a.b.example.com', 'a.b.example.com'],
    [{ ...shop, allow_subdomains: true }, '*.example.com', '*.example.com'],
    [
      { allowed_domains: ['web-*.example.com'], allow_glob_domains: true },
      'web-1.example.com',
      'web-1.example.com',
    ],
    [{ allow_any_name: true }, '*.any.name', '*.any.name'],
    [
      { allowed_domains: ['münchen.example'], allow_bare_domains: true },
      'xn--mnchen-3ya.example',
      'xn--mnchen-3ya.example',
    ],
    [{}, 'localhost', 'localhost'],
    [{ ...shop, allow_bare_domains: true }, 'Ann@Example.com', 'Ann@example.com'],
    [{ allow_any_name: true, enforce_hostnames: false }, 'Hello World', 'Hello World'],
  ])('%j allows %s as %s', (said, commonName, signed) => {
    expect(ask(said, commonName).commonName).toBe(signed);
  });

  it('puts the common name among the alternative names of its kind, once', () => {
    const said = { allow_any_name: true };
    expect(ask(said, 'a.example', { dns: ['b.example', 'A.example'] }).names.dns).toEqual([
      'a.example',
      'b.example',
    ]);
    expect(ask(said, '10.0.0.1').names.ip).toEqual(['10.0.0.1']);
    expect(ask({ ...said, enforce_hostnames: false }, 'Hello World').names).toEqual(NO_NAMES);
  });

  it('allows the URIs that it names and no others', () => {
    const said = { ...shop, require_cn: false, allowed_uri_sans: ['spiffe://shop/*'] };
    expect(ask(said, '', { uri: ['spiffe://shop/web'] }).names.uri).toEqual(['spiffe://shop/web']);
    for (const uri of ['spiffe://other/web', 'no uri', 'spiffe://shop/a b']) {
      expect(() => ask(said, '', { uri: [uri] })).toThrow();
    }
  });
});

it('a glob means what a regular expression of it means', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
  fc.assert(
    fc.property(
      text,
      text.map((given) => given.replaceAll('*', 'a')),
      (glob, given) => {
        const parts = glob.split('*').map((part) => part.replaceAll('.', '\\.'));
        expect(fitsGlob(glob, given)).toBe(new RegExp(`^${parts.join('.*')}$`).test(given));
      },
    ),
  );
});
