import { expect, it } from 'vitest';
import { pkiEngine } from '../../../../electron/engines/pki/pki-engine.ts';
import { PKI_MIGRATIONS } from '../../../../electron/engines/pki/pki-migrations.ts';
import type { Change } from '../../../../electron/vault/change.ts';
import { DatabaseImage } from '../../../../electron/vault/database-image.ts';
import { State } from '../../../../electron/vault/state.ts';
import type { StateDb } from '../../../../electron/vault/state-db.ts';

/** What a vault recorded when a mount had one issuer. */
const RECORDED: readonly Change[] = [
  { type: 'pki/key-pending@1', data: { mount: 'm', id: 'vain', key: 'sealed vain' } },
  { type: 'pki/key-pending@1', data: { mount: 'm', id: 'ca', key: 'sealed' } },
  {
    type: 'pki/issuer-set@1',
    data: { mount: 'm', id: 'ca', certificate: 'Y2E=', chain: ['dG9w'], key: 'sealed' },
  },
  {
    type: 'pki/certificate-issued@1',
    data: { mount: 'm', serial: '01', issuer: 'ca', certificate: 'bGVhZg==', notAfter: 10 },
  },
  {
    type: 'pki/crl-signed@1',
    data: { mount: 'm', issuer: 'ca', number: 7, nextUpdate: 9, list: 'bGlzdA==' },
  },
  { type: 'pki/certificate-revoked@1', data: { mount: 'm', serial: '01', at: 5 } },
  { type: 'pki/key-pending@1', data: { mount: 'm', id: 'waiting', key: 'sealed waiting' } },
  { type: 'pki/key-pending@1', data: { mount: 'n', id: 'alone', key: 'sealed alone' } },
];

/** The rows that the version of then had made of it. */
const KEPT = [
  "INSERT INTO pki_issuer VALUES ('m', 'ca', 'Y2E=', '[\"dG9w\"]', 'sealed')",
  "INSERT INTO pki_pending_key VALUES ('m', 'waiting', 'sealed waiting')",
  "INSERT INTO pki_pending_key VALUES ('n', 'alone', 'sealed alone')",
  "INSERT INTO pki_certificate VALUES ('m', '01', 'ca', 'bGVhZg==', 10, 5)",
  "INSERT INTO pki_crl VALUES ('m', 'ca', 7, 9, 1, 'bGlzdA==')",
];

it('a mount of one issuer is the same whether its snapshot is taken over or its records are read again', async () => {
  const old = await State.open({ changes: [], migrations: PKI_MIGRATIONS.slice(0, 1) });
  for (const sql of KEPT) (old.reading as StateDb).run(sql);
  const image = new DatabaseImage();
  for (const block of old.freeze().take()) image.append(Uint8Array.from(block));
  old.close();
  const schema = { changes: pkiEngine.changes, migrations: PKI_MIGRATIONS };
  const takenOver = await State.open(schema, image);
  const readAgain = await State.open(schema);
  readAgain.apply({
    sequence: 1,
    time: 5,
    actor: { kind: 'token', id: '', name: '' },
    operation: 'update',
    path: '',
    outcome: 'ok',
    requestId: '',
    changes: RECORDED,
  });
  const rows = (state: State) =>
    ['issuer', 'key', 'config', 'role', 'certificate', 'crl', 'unkept', 'tidied'].map((table) =>
      state.reading.all(`SELECT * FROM pki_${table} ORDER BY 1, 2`),
    );
  expect(rows(takenOver)).toEqual(rows(readAgain));
  expect(rows(takenOver)[0]).toEqual([
    {
      mount: 'm',
      id: 'ca',
      name: '',
      key_id: 'ca',
      authority: 'ca',
      certificate: 'Y2E=',
      chain: '["dG9w"]',
      settings: '{}',
    },
  ]);
  takenOver.close();
  readAgain.close();
});
