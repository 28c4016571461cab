import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  LONGEST_MARK,
  type MarkPlace,
  readMark,
  sortMarks,
  writeMark,
} from '../../../electron/core/signing/user-mark.ts';
import { vaultSigner } from '../../../electron/core/signing/vault-signer.ts';

const VAULT = '01234567-89ab-4def-8123-456789abcdef';
const signer = vaultSigner(VAULT, new Uint8Array(32).fill(1));
const place: MarkPlace = { signer, kind: 'redis', connection: 'connection-1' };
const lease = 'a'.repeat(32);
const mark = { lease, until: 1_700_000_000_000 };
const text = writeMark(place, 'server-1', 'v-app', mark);

it('a mark fits where servers take text, and holds nothing but digits, small letters, dashes and colons', () => {
  expect(text).toMatch(/^[0-9a-z:-]+$/);
  expect(text.length).toBeLessThanOrEqual(LONGEST_MARK);
  const latest = writeMark(place, 'server-1', 'v-app', { lease, until: 9_999_999_999_999 });
  expect(latest.length).toBe(LONGEST_MARK);
});

it('read back it says what was written', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(9_999_999_999_999), (name, server, until) => {
      const written = writeMark(place, server, name, { lease, until });
      expect(readMark(place, ['another', server], { name, text: written })).toEqual({
        lease,
        until,
        name,
        server,
      });
    }),
    { numRuns: 50 },
  );
});

const stranger = vaultSigner(VAULT, new Uint8Array(32).fill(2));
const other = vaultSigner('another', new Uint8Array(32).fill(1));

it.each<[string, MarkPlace, string, string]>([
  ['for another user', place, 'server-1', 'v-app2'],
  ['for another server', place, 'server-2', 'v-app'],
  ['for another connection', { ...place, connection: 'connection-2' }, 'server-1', 'v-app'],
  ['for another kind of server', { ...place, kind: 'mysql' }, 'server-1', 'v-app'],
  ['by another key', { ...place, signer: stranger }, 'server-1', 'v-app'],
  ['by another vault', { ...place, signer: other }, 'server-1', 'v-app'],
])('it is none %s', (_what, there, server, name) => {
  expect(readMark(there, [server], { name, text })).toBeUndefined();
});

it('it is none when any of its characters is another', () => {
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.constantFrom('0', 'f', ':', 'A', ' '), (at, letter) => {
      fc.pre(text[at] !== letter);
      const broken = text.slice(0, at) + letter + text.slice(at + 1);
      expect(readMark(place, ['server-1'], { name: 'v-app', text: broken })).toBeUndefined();
    }),
    { numRuns: 200 },
  );
});

it('of two that hold the later counts; what claims to be ours is a finding; others’ marks are theirs', () => {
  const later = writeMark(place, 'server-1', 'v-app', { lease, until: mark.until + 1 });
  const elsewhere = { ...place, connection: 'connection-2' };
  const found = [
    { name: 'v-app', text },
    { name: 'v-app', text: later },
    { name: 'copied', text },
    { name: 'broken', text: `keywarden:2:${VAULT}` },
    { name: 'bare', text: 'keywarden:2' },
    { name: 'theirs', text: writeMark({ ...place, signer: other }, 'server-1', 'theirs', mark) },
    { name: 'elsewhere', text: writeMark(elsewhere, 'server-1', 'elsewhere', mark) },
    { name: 'plain', text: 'nothing of the kind' },
  ];
  const { marks, findings } = sortMarks(place, ['server-1'], ['connection-2'], found);
  expect(marks).toEqual([{ name: 'v-app', lease, until: mark.until + 1, server: 'server-1' }]);
  expect(findings.map(({ name }) => name)).toEqual(['copied', 'broken', 'bare']);
});
