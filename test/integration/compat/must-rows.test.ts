import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askRaw } from '../../support/raw-http.ts';
import { ROWS_OF_ACCESS } from './must-rows/rows-of-access.ts';
import { ROWS_OF_LEASES } from './must-rows/rows-of-leases.ts';
import { ROWS_OF_SECRETS } from './must-rows/rows-of-secrets.ts';
import { ROWS_OF_SYS } from './must-rows/rows-of-sys.ts';
import { ROWS_THAT_SHOULD_BE } from './must-rows/rows-that-should-be.ts';
import { ENVELOPE, type Json, type Step } from './must-rows/step.ts';
import { openStage, ROOT, type Stage } from './stage.ts';

let stage: Stage;
let folder: string;
beforeAll(async () => {
  stage = await openStage();
  await stage.ask('POST', 'sys/auth/userpass', { type: 'userpass' });
  await stage.ask('POST', 'secret/data/row', { data: { a: '1' } });
  const empty = ['--vault', join(stage.home.folder, 'empty'), '--backups', 'none'];
  const where = ['--listen', '127.0.0.1:0', '--socket', join(stage.home.folder, 'empty.sock')];
  folder = (await stage.home.serve([...empty, ...where])).address;
});
afterAll(() => stage?.close());

/** The table of what must be there, row by row; within an area each row stands on those ahead of it. */
const M = { ...ROWS_OF_SYS, ...ROWS_OF_ACCESS, ...ROWS_OF_SECRETS, ...ROWS_OF_LEASES };

describe.each([
  ...Object.entries(M).map(([area, rows]) => [`M: ${area}`, rows] as const),
  ...Object.entries(ROWS_THAT_SHOULD_BE).map(([area, rows]) => [`S: ${area}`, rows] as const),
])('%s', (_area, rows) => {
  it.each(Object.entries(rows))('%s', async (_row, steps) => {
    for (const step of steps) await take(step);
  });
});

async function take({ ask: [method, asked, given], ...step }: Step): Promise<void> {
  const value = <T>(made: T | (() => T) | undefined) =>
    typeof made === 'function' ? (made as () => T)() : made;
  const path = value<string>(asked) ?? '';
  const body = typeof given === 'function' ? given(stage) : given;
  const token = value<string>(step.token) ?? ROOT;
  const answer = await askRaw(step.at === 'folder' ? folder : stage.address, {
    method,
    path,
    ...(token === '' ? {} : { token }),
    ...(body && { body: JSON.stringify(body) }),
    ...(step.headers && { headers: step.headers }),
  });
  const what = `${method} ${path}: ${answer.body}`;
  expect(answer.status, what).toBe(step.status);
  if (answer.status === 204 || answer.status === 202 || method === 'HEAD')
    return expect(answer.body, what).toBe('');
  const json: Json = JSON.parse(answer.body);
  const keys = (of: object) => Object.keys(of).sort().join(' ');
  const sorted = (names: string) => names.split(' ').sort().join(' ');
  if (step.bare !== undefined) expect(keys(json), what).toBe(sorted(step.bare));
  else if (answer.status === 200 && method !== 'HEAD' && !step.top && !step.at) expectEnvelope(json, what);
  if (step.data !== undefined) expect(keys(json.data), what).toBe(sorted(step.data));
  if (step.top) expect(json, what).toMatchObject(json.data);
  if (step.like) expect(json, what).toMatchObject(value<object>(step.like) ?? {});
  step.keep?.(json);
}

function expectEnvelope(json: Json, what: string): void {
  for (const key of ENVELOPE.split(' ')) expect(json, what).toHaveProperty(key);
  expect(json.warnings, what).toBeNull();
}
