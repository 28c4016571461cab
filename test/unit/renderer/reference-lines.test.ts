import { describe, expect, test } from 'vitest';
import { envLines, runLine } from '../../../renderer/features/secrets/reference-lines.ts';
import { parseEnvFile } from '../../../shared/model/env-file.ts';
import { parseReference } from '../../../shared/model/reference.ts';

describe('the lines that take the place of secrets', () => {
  test.each([
    ['shop/live', 'TOKEN'],
    ['a folder/with # and %', 'TOKEN'],
    ["it's", 'TOKEN'],
    [`both ' and "`, 'TOKEN'],
  ])('an env file reads %s back as it was written', (path, field) => {
    const [entry] = parseEnvFile(envLines(path, [field])).entries;
    expect(parseReference(entry?.value ?? '')).toMatchObject({ path: `secret/${path}`, field });
  });

  test('one field is one line, several are one each', () => {
    expect(runLine('shop/live', ['api-key'])).toBe(
      'kw run -e API_KEY=kw://secret/shop/live#api-key -- npm run dev',
    );
    expect(runLine('x', ['A', 'B']).split('\n')).toHaveLength(4);
  });

  test('what a shell would take apart is quoted', () => {
    expect(runLine("it's", ['KEY'])).toContain(`'KEY=kw://secret/it'\\''s#KEY'`);
  });
});
