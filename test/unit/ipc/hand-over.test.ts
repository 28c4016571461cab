import { describe, expect, it } from 'vitest';
import { revealHandOver } from '../../../electron/ipc/hand-over.ts';
import type { DoorShape } from '../../../shared/model/door.ts';

const reveal = (doors: readonly DoorShape[]) =>
  revealHandOver({ address: 'http://127.0.0.1:8200', roleId: 'public', secretId: 'private', doors });

describe('what is copied when an app is handed over', () => {
  it('the private half stands in itself and in the environment lines alone', () => {
    const texts = reveal([]);
    const holding = Object.entries(texts).filter(([, text]) => text.includes('private'));
    expect(holding.map(([name]) => name).sort()).toEqual(['environment', 'secret-id']);
    expect(texts['environment']).toBe(
      'VAULT_ADDR=http://127.0.0.1:8200\nVAULT_ROLE_ID=public\nVAULT_SECRET_ID=private\n',
    );
  });

  it.each<[DoorShape, string, string]>([
    [
      { kind: 'database', target: 'reader' },
      '"database/creds/reader"',
      'kw://database/creds/reader#password',
    ],
    [
      { kind: 'read-secret', target: 'shop/stripe' },
      '"secret/data/shop/stripe"',
      'kw://secret/shop/stripe#FIELD',
    ],
    [{ kind: 'write-secret', target: 'shop/' }, '"secret/data/shop/NAME"', 'kw://secret/shop/NAME#FIELD'],
  ])('the snippets open the app’s own first door: %j', (door, path, reference) => {
    const texts = reveal([door, { kind: 'database', target: 'other' }]);
    expect(texts['node-vault']).toContain(path);
    expect(texts['hvac']).toContain(path);
    expect(texts['kw-run']).toContain(reference);
  });
});
