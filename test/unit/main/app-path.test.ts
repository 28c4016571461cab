import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveAppPath } from '../../../electron/main/app-path.ts';

const root = resolve('/srv/renderer');

describe('SECURITY(P1) an address names a file of the user interface, or nothing', () => {
  const served: readonly [string, string][] = [
    ['app://keywarden/', 'index.html'],
    ['app://keywarden', 'index.html'],
    ['app://keywarden/index.html', 'index.html'],
    ['app://keywarden/assets/index-1.js', 'assets/index-1.js'],
    ['app://keywarden/assets/a%20b.css', 'assets/a b.css'],
    ['app://keywarden/index.html?x=1#/secrets', 'index.html'],
    ['app://keywarden/assets/../index.html', 'index.html'], // the parser has done this already
  ];
  it.each(served)('%s is %s', (address, file) => {
    expect(resolveAppPath(root, address)).toBe(join(root, file));
  });

  const refused = [
    'app://keywarden/..%2fmain/index.js',
    'app://keywarden/..%2Fmain%2Findex.js',
    'app://keywarden/assets/..%2f..%2fmain/index.js',
    'app://keywarden/..%5cmain/index.js',
    'app://keywarden/%2e%2e%2fmain/index.js',
    'app://keywarden/%252e%252e/x%00',
    'app://keywarden/%00',
    'app://keywarden/index.html%00.js',
    'app://keywarden/c:%5cwindows',
    'app://keywarden/C:/windows',
    'app://keywarden//etc/passwd',
    'app://keywarden/assets//x.js',
    'app://keywarden/assets/',
    'app://keywarden/...',
    'app://keywarden/%E0%A4%A',
    'app://other/index.html',
    'app://keywarden.evil/index.html',
    'app://keywarden:1/index.html',
    'app://evil@keywarden/index.html',
    'file:///etc/passwd',
    'https://keywarden/index.html',
    'not an address',
    '',
  ];
  it.each(refused)('%s is nothing', (address) => {
    expect(resolveAppPath(root, address)).toBeUndefined();
  });

  it.each(['app://keywarden/%2e%2e/main/index.js', 'app://keywarden/../../etc/passwd'])(
    '%s never leaves the folder',
    (address) => {
      expect(resolveAppPath(root, address)?.startsWith(root)).toBe(true);
    },
  );
});
