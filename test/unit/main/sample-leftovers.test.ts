import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSampleDatabase } from '../../../electron/main/sample-database/sample-database.ts';
import { sampleLeftovers } from '../../../electron/main/sample-database/sample-leftovers.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keywarden-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('what a crash has left of the sample database', () => {
  it('never keeps a vault shut, even where it cannot be removed', async () => {
    const events: string[] = [];
    // A path through a file cannot be removed.
    writeFileSync(join(folder, 'in-the-way'), '');
    const note = { folder: join(folder, 'in-the-way', 'keywarden-sample-x'), vaultId: 'vault-1' };
    writeFileSync(join(folder, 'sample.json'), JSON.stringify(note));
    const sample = createSampleDatabase({
      programs: { initdb: '', postgres: '', runAs: undefined },
      leftovers: sampleLeftovers(folder),
      random: (length) => new Uint8Array(length),
      log: (_level, event) => events.push(event),
      progress: () => undefined,
      changed: () => undefined,
    });
    await sample.sweep(() => Promise.resolve(null), 'vault-1');
    expect(events).toEqual(['sample.leftovers-not-removed']);
  });
});
