import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../../electron/core/policy/parse-policy.ts';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';

function refusal(text: string): string {
  try {
    parsePolicy('p', text);
  } catch (error) {
    if (error instanceof KeywardenError && error.code === 'policy-invalid') return error.message;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

describe('a policy that is valid', () => {
  test('reads the same in HCL, JSON and base64', () => {
    const hcl = `
      # app
      path "secret/data/app/*" { capabilities = ["read", "list"] } // one
      path "/sys/x" { capabilities = ["update",], required_parameters = ["A"] /* two */ }`;
    const json = JSON.stringify({
      path: {
        'secret/data/app/*': { capabilities: ['read', 'list'] },
        '/sys/x': { capabilities: ['update'], required_parameters: ['A'] },
      },
    });
    const paths = [
      { pattern: 'secret/data/app/*', capabilities: ['read', 'list'] },
      { pattern: 'sys/x', capabilities: ['update'], requiredParameters: ['a'] },
    ];
    for (const raw of [hcl, json]) {
      expect(parsePolicy('app', raw)).toEqual({ name: 'app', raw, paths });
      expect(parsePolicy('app', Buffer.from(raw).toString('base64'))).toEqual({ name: 'app', raw, paths });
    }
  });

  test.each([
    ['deny', ['deny']],
    ['read', ['read', 'list']],
    ['write', ['create', 'read', 'update', 'delete', 'list']],
    ['sudo', ['create', 'read', 'update', 'delete', 'list', 'sudo']],
  ])('means by the legacy policy = "%s" what Vault means', (legacy, capabilities) => {
    expect(parsePolicy('p', `path "x" { policy = "${legacy}" }`).paths[0]?.capabilities).toEqual(
      capabilities,
    );
  });

  test('says deny alone where deny is among its capabilities', () => {
    const [rule] = parsePolicy('p', 'path "x" { capabilities = ["read", "deny", "list"] }').paths;
    expect(rule?.capabilities).toEqual(['deny']);
  });

  test('keeps parameters and wrapping limits', () => {
    const [rule] = parsePolicy(
      'p',
      `path "x" {
        capabilities = ["create"] allowed_parameters = { "Ttl" = ["1h", 5, true], "*" = [] }
        denied_parameters = { k = [{ a = 1 }] }
        min_wrapping_ttl = "1m" max_wrapping_ttl = 90 needs_keywarden_max_ttl = "10m"
      }`,
    ).paths;
    expect(rule).toEqual({
      pattern: 'x',
      capabilities: ['create'],
      allowedParameters: new Map<string, unknown[]>([
        ['ttl', ['1h', 5, true]],
        ['*', []],
      ]),
      deniedParameters: new Map([['k', [{ a: 1 }]]]),
      minWrappingTtl: 60,
      maxWrappingTtl: 90,
      needsKeywardenMaxTtl: 600,
    });
  });

  test.each([
    ['an empty text', ''],
    ['only comments', '# nothing\n/* at all */'],
    ['a name', 'name = "app"'],
    ['an empty JSON object', ' {} '],
    ['a path without capabilities', 'path "x" {}'],
    ['path as an object', 'path = { "x" = { capabilities = ["read"] } }'],
    ['repeated blocks in JSON', '{"path":[{"x":{"policy":"read"}},{"y":{"policy":"read"}}]}'],
    ['quoted attribute names', 'path "x" { "capabilities" = ["read"] }'],
    ['a heredoc', 'path "x" { comment = <<EOT\nsome } text\nEOT\n policy = "read" }'],
    ['a byte order mark', '\uFEFFpath "x" { policy = "read" }'],
    ['a comment key', 'path "x" { comment = "why" }'],
    ['a star that is not last, which is an ordinary character', 'path "a*b/c" {}'],
  ])('may be %s', (_what, text) => {
    expect(parsePolicy('p', text).raw).toBe(text);
  });

  test('may escape characters of a pattern, and write it as an indented heredoc', () => {
    expect(parsePolicy('p', 'path "a\\u002fb\\x2fc" {}').paths[0]?.pattern).toBe('a/b/c');
    const [rule] = parsePolicy(
      'p',
      'path "x" { denied_parameters = { k = [<<-EOT\n    a\n      b\n    EOT\n] } }',
    ).paths;
    expect(rule?.deniedParameters).toEqual(new Map([['k', ['a\n  b\n']]]));
  });
});

describe('a policy that is not valid is refused with line and column', () => {
  test.each([
    ['path "x" {\n  capabilities = ["reed"]\n}', 'line 2, column 19: unknown capability "reed"'],
    ['path "x" {\n  capability = ["read"]\n}', 'line 2, column 3: unknown key "capability"'],
    ['paths "x" {}', 'line 1, column 1: unknown key "paths"'],
    ['path "x" { mfa_methods = ["a"] }', 'line 1, column 12: mfa_methods is not supported'],
    ['path "x" { policy = "owner" }', 'line 1, column 21: policy must be "deny", "read", "write" or "sudo"'],
    ['path "a/+*" {}', 'line 1, column 6: path "a/+*": "+*" is forbidden'],
    ['path "x" { capabilities = "read" }', 'line 1, column 27: expected a list of strings'],
    ['path "x" { capabilities = [1] }', 'line 1, column 28: expected a string'],
    [
      'path "x" { allowed_parameters = ["a"] }',
      'line 1, column 33: expected parameters, each with a list of values',
    ],
    ['path "x" { denied_parameters = { a = "b" } }', 'line 1, column 38: expected a list of values'],
    ['path "x" { denied_parameters = { a = [] A = [] } }', 'line 1, column 41: parameter "A" is there twice'],
    ['path "x" { policy = "read" policy = "deny" }', 'line 1, column 28: policy is there twice'],
    ['path "x" { min_wrapping_ttl = "soon" }', /^line 1, column 31: that is not a duration/],
    ['path "x" { min_wrapping_ttl = 9 max_wrapping_ttl = 8 }', /^line 1, column 6: max_wrapping_ttl is less/],
    ['path "x" {', 'line 1, column 11: expected a name or "}", found the end'],
    ['path "x" "y" = 1', 'line 1, column 14: expected "{", found "="'],
    ['path "x" { capabilities = ["read" "list"] }', 'line 1, column 35: expected "," or "]", found "list"'],
    ['path "x', 'line 1, column 6: this string does not end'],
    ['path "\\q" {}', 'line 1, column 7: unknown escape in a string'],
    ['/* path', 'line 1, column 1: this comment does not end'],
    ['path = 1', 'line 1, column 8: path needs a pattern and a block'],
    ['path "x" { comment = <<EOT\nno end', /^line 1, column 22: this text does not end/],
    ['\n\n  ;', 'line 3, column 3: unexpected character ";"'],
    ['{"path":{"x":{"policy":"read"}},}', 'line 1, column 33: expected a quoted name, found "}"'],
    ['{"path":\n {"x":{"policy" "read"}}}', 'line 2, column 17: expected ":", found "read"'],
    ['{"path":{"x":{"capabilities":["read",]}}}', 'line 1, column 38: expected a value, found "]"'],
    ['{} {}', 'line 1, column 4: expected the end, found "{"'],
    ['{ # comment\n}', 'line 1, column 3: unexpected character "#"'],
    ['{"rules":{}}', 'line 1, column 2: unknown key "rules"'],
    [`path "x" { comment = ${'['.repeat(40)}`, /nested too deeply$/],
    [`{"path":${'['.repeat(100_000)}`, /nested too deeply$/],
  ])('%s', (text, words) => {
    expect(refusal(text)).toEqual(typeof words === 'string' ? words : expect.stringMatching(words));
  });

  test('a text that is too long is refused before it is read', () => {
    expect(refusal(`# ${'x'.repeat(300_000)}`)).toContain('longer than');
  });

  test('whatever the text, it parses or is refused as policy-invalid, and never throws anything else', () => {
    // biome-ignore format: a bag of pieces
    const pieces = ['path', '"a/+"', '"', '{', '}', '[', ']', '=', ',', ':', '<<E\n', 'E', '\n', '\\', '#', '/*', '*/', ' ', '-1e', '0x', 'true', 'null', 'capabilities', '"read"', '\u{1F600}', '\0'];
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parsePolicy('p', text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'policy-invalid' });
          expect((error as Error).message).toMatch(/^line \d+, column \d+: /);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
