import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parsePolicy } from '../../electron/core/policy/parse-policy.ts';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { parseDuration } from '../../shared/model/duration.ts';
import { type Dice, throwDice } from './dice.ts';
import { type FuzzedBroker, openFuzzedBroker } from './fuzzed-broker.ts';

setFlagsFromString('--expose-gc');
/** What is garbage must not count as kept. */
const collectGarbage = runInNewContext('gc') as () => void;

/** The short form is a part of every run of the tests; `npm run test:fuzz -- --rounds 100000` is the long one. */
const ROUNDS = Number(process.env['KEYWARDEN_FUZZ_ROUNDS'] ?? 4_000);
const LONG = 3_600_000;
const SEED = Number(process.env['KEYWARDEN_FUZZ_SEED'] ?? Date.now() % 1_000_000);
const LANES = 16;
/** A stranger's requests are recorded one by one up to 20 a minute and reason, then counted. */
const RECORDED_A_MINUTE = 20;
/** Failed logins of one auth method, likewise. */
const FAILED_LOGINS_A_MINUTE = 60;

const PATHS = [
  'secret/data/a',
  'secret/metadata/',
  'sys/mounts',
  'sys/policies/acl/x',
  'auth/token/lookup-self',
  'sys/health',
  'nowhere',
  'sys/wrapping/unwrap',
  'sys/internal/ui/mounts/secret',
  'identity/entity/id/x',
  'cubbyhole/a',
  'auth/approle/login',
  'sys/rekey/init',
  'sys/rekey/update',
  'sys/generate-root/attempt',
  'sys/generate-root/update',
  'sys/internal/records',
];
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'LIST', 'PATCH', 'HEAD', 'OPTIONS', 'LINK', 'TRACE'];
const VALUES = [
  '""',
  'null',
  'true',
  '-1',
  '1e999',
  '0.1',
  '[]',
  '{}',
  '"\\u0000"',
  '[[[[]]]]',
  '{"a":{"b":[1,"2",null]}}',
  `"${'x'.repeat(3000)}"`,
  '"1h30m"',
  '99999999999999999999',
];
const FIELDS = [
  'data',
  'options',
  'cas',
  'version',
  'versions',
  'token',
  'accessor',
  'ttl',
  'policies',
  'role_id',
  'secret_id',
  'path',
  'paths',
  'policy',
  '__proto__',
  'constructor',
  'lease_id',
  'increment',
  'metadata',
  'type',
];

let broker: FuzzedBroker;
let dice: Dice;
beforeAll(async () => {
  broker = await openFuzzedBroker();
  process.stderr.write(`fuzz: KEYWARDEN_FUZZ_SEED=${SEED}\n`);
});
beforeEach(() => {
  dice = throwDice(SEED);
});
afterAll(() => broker.close());

/** Sends so many, some at once, and gives the statuses that came back. Any 500, crash or change of the state fails. */
async function bombard(make: () => string): Promise<Map<string, number>> {
  const before = await broker.stateDigest();
  const statuses = new Map<string, number>();
  let left = ROUNDS;
  const lane = async () => {
    while (left-- > 0) {
      const text = make();
      const heard = await broker.send(Buffer.from(text, 'latin1'));
      for (const [, status = ''] of heard.matchAll(/^HTTP\/1\.1 (\d{3})/gm)) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === '500') throw new Error(`answered 500 to ${JSON.stringify(text)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  expect(broker.failures).toEqual([]);
  expect(await broker.stateDigest()).toBe(before);
  return statuses;
}

function requestText(headers: readonly string[], body = ''): string {
  const path = dice.oneOf([...PATHS, dice.damage(dice.oneOf(PATHS))]);
  const query = dice.oneOf([
    '',
    '',
    `?${dice.damage('version=1&list=true&depth=2&help=0')}`,
    '?index=0&wait=0s',
  ]);
  return [
    `${dice.oneOf(METHODS)} /v1/${path}${query} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    ...headers,
    ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`]),
    '',
    body,
  ].join('\r\n');
}

/** A login at a name of its own: guessing at one name is slowed down. */
function guessedLogin(): string {
  const body = `{"role_id":"guess-${dice.bytes(8).toString('hex')}","secret_id":${dice.oneOf(VALUES)}}`;
  return [
    'POST /v1/auth/approle/login HTTP/1.1',
    'Host: localhost',
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

function someJson(): string {
  const members = Array.from(
    { length: dice.below(5) },
    () => `"${dice.oneOf(FIELDS)}":${dice.oneOf(VALUES)}`,
  );
  return dice.damage(`{${members.join(',')}}`);
}

describe(`${ROUNDS} inputs of strangers`, () => {
  it(
    'that are no HTTP, nearly HTTP, or HTTP with odd headers and tokens: nothing happens but audit, within its bounds',
    async () => {
      const [records, started] = [broker.records(), Date.now()];
      const odd = () => [
        dice.damage(`X-Vault-Token: hvs.${dice.bytes(12).toString('hex')}`),
        dice.damage('X-Vault-Wrap-TTL: 5m'),
        dice.damage('Authorization: Bearer x'),
        dice.damage('X-Vault-Namespace: root'),
      ];
      const make = () =>
        dice.oneOf([
          () => dice.bytes(dice.below(400)).toString('latin1'),
          () => dice.damage(requestText([`X-Vault-Token: none-${dice.below(9)}`], someJson())),
          () => requestText(odd().slice(0, 1 + dice.below(4))),
          guessedLogin,
        ])();
      const heapAfter = () => {
        collectGarbage();
        return process.memoryUsage().heapUsed;
      };
      const heap = heapAfter();
      const statuses = await bombard(make);
      expect([...statuses.keys()].length).toBeGreaterThan(2);
      const minutes = Math.ceil((Date.now() - started) / 60_000) + 1;
      const reasons = 10;
      expect(broker.records() - records).toBeLessThan(
        (RECORDED_A_MINUTE * reasons + reasons + FAILED_LOGINS_A_MINUTE + 1) * minutes,
      );
      expect(heapAfter() - heap).toBeLessThan(16 * 1024 * 1024);
    },
    LONG,
  );
});

describe(`${ROUNDS} inputs of somebody who may do anything`, () => {
  /** None of these changes anything whatever its body says; writes name a version that is not there. */
  const HARMLESS: readonly (readonly [string, string])[] = [
    ['POST', 'sys/capabilities-self'],
    ['POST', 'auth/token/lookup'],
    ['POST', 'auth/token/lookup-accessor'],
    ['PUT', 'sys/leases/lookup'],
    ['POST', 'sys/wrapping/lookup'],
    ['POST', 'auth/approle/login'],
    ['GET', 'secret/data/a'],
    ['LIST', 'secret/metadata/a'],
    ['GET', 'sys/internal/ui/mounts/secret/a'],
  ];

  it(
    'as JSON of any shape: each is answered, none with 500, and none changes the state',
    async () => {
      const token = `X-Vault-Token: ${broker.rootToken}`;
      const statuses = await bombard(() => {
        const [method, path] = dice.oneOf(HARMLESS);
        const body = dice.below(3) === 0 ? someJson() : `{"options":{"cas":999999},${someJson().slice(1)}`;
        const query = method === 'GET' ? `?version=${encodeURIComponent(dice.damage('12'))}` : '';
        const head = [
          `${method} /v1/${path}${query} HTTP/1.1`,
          'Host: localhost',
          'Connection: close',
          token,
        ];
        return [...head, `Content-Length: ${Buffer.byteLength(body, 'latin1')}`, '', body].join('\r\n');
      });
      expect(Number(statuses.get('400'))).toBeGreaterThan(0);
    },
    LONG,
  );
});

describe(`${ROUNDS} texts`, () => {
  /** Whatever is thrown is one of ours: it is for the caller, not a fault. */
  const survives = (read: () => unknown) => {
    try {
      read();
    } catch (thrown) {
      if (!(thrown instanceof KeywardenError) || thrown.code === 'internal') throw thrown;
    }
  };

  it(
    'that are nearly policies parse or are refused',
    () => {
      const POLICIES = [
        'path "secret/data/+/x*" { capabilities = ["read", "list"] min_wrapping_ttl = "1h" }',
        '# a\npath "a" { policy = "write" allowed_parameters = { "b" = ["*"], "c" = [] } }',
        '{"path":{"x":{"capabilities":["sudo"],"required_parameters":["a"]}}}',
        'path "identity/{{identity.entity.id}}/*" { capabilities = <<EOF\n["read"]\nEOF\n }',
      ];
      for (let round = 0; round < ROUNDS; round += 1)
        survives(() => parsePolicy('x', dice.damage(dice.oneOf(POLICIES))));
    },
    LONG,
  );

  it(
    'that are nearly durations parse or are refused',
    () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        survives(() => parseDuration(dice.damage(dice.oneOf(['1h30m', '90', '1.5h', '50d', '-5s', '10µs']))));
      }
    },
    LONG,
  );
});
