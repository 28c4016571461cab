import { expect, it } from 'vitest';
import { targetError } from '../../../electron/engines/database/postgres/error-words.ts';

const thrown = (message: string, code?: string) => Object.assign(new Error(message), code ? { code } : {});

it.each([
  [
    thrown('password authentication failed for user "x"', '28P01'),
    'the database refused the user name or password',
  ],
  [
    thrown('role "readers" does not exist', '42704'),
    'something that is named does not exist: role "readers" does not exist',
  ],
  [thrown('syntax error at or near "hunter2"', '42601'), 'a statement is not valid SQL'],
  [thrown('value "hunter2" is odd', '22023'), 'the database refused (22023)'],
  [
    thrown('role "hunter2" does not exist', '42704'),
    'something that is named does not exist: role "***" does not exist',
  ],
  [
    thrown('connect ECONNREFUSED 10.0.0.1:5432', 'ECONNREFUSED'),
    'nothing answers at that address: is the database running?',
  ],
  [thrown('timeout exceeded when trying to connect'), 'the database did not answer in time'],
  [thrown('Connection terminated unexpectedly'), 'the connection was cut'],
  [thrown('hunter2 is what I know'), 'the database could not be used'],
])('%s becomes safe words', (error, words) => {
  const told = targetError(error, ['hunter2', '']);
  expect(told).toMatchObject({ code: 'target-unavailable', message: words });
});
