import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Envelope } from '../../../shared/model/envelope.ts';
import { isJsonObject, type JsonObject } from '../broker/broker-reply.ts';
import { type Invocation, optionFlag, optionText } from '../command.ts';
import { tell } from '../surroundings.ts';
import { formatTable, plainText, type TableRow, visible } from './table.ts';

/** Where the fields of an answer lie. */
export type FieldsIn = 'data' | 'kv2';

/** Prints an answer as `--json`, `--field` or, for a person, as a table. Throws `not-found` for a field that is not there. */
export function printEnvelope(
  invocation: Invocation,
  envelope: Envelope | undefined,
  fieldsIn: FieldsIn,
): void {
  const { surroundings } = invocation;
  for (const warning of envelope?.warnings ?? []) tell(surroundings, `the broker says: ${warning}`);
  const field = optionText(invocation, 'field');
  if (field !== undefined) {
    const value = revealField(envelope, fieldsIn, field);
    surroundings.stdout.write(surroundings.stdout.isTTY ? `${visible(value)}\n` : value);
  } else if (optionFlag(invocation, 'json')) {
    if (envelope) surroundings.stdout.write(`${JSON.stringify(envelope)}\n`);
  } else if (envelope)
    surroundings.stdout.write(formatTable([...leaseRows(envelope), ...answerRows(envelope, fieldsIn)]));
  else tell(surroundings, 'done.');
}

/** The fields of an answer: KV 2 keeps them one level deeper. */
export function fieldsOf(envelope: Envelope | undefined, fieldsIn: FieldsIn): JsonObject {
  const data = fieldsIn === 'kv2' ? envelope?.data?.['data'] : envelope?.data;
  return isJsonObject(data) ? data : {};
}

/** The value of one field, exactly: a file or a variable takes it as it is. Throws `not-found`. */
function revealField(envelope: Envelope | undefined, fieldsIn: FieldsIn, field: string): string {
  const places = [fieldsOf(envelope, fieldsIn), envelope?.auth, envelope];
  const found = places.find((place) => isJsonObject(place) && Object.hasOwn(place, field));
  if (!isJsonObject(found)) throw new KeywardenError('not-found', `There is no field ${field}.`);
  return plainText(found[field]);
}

function leaseRows(envelope: Envelope): TableRow[] {
  if (!envelope.lease_id) return [];
  return [
    ['lease_id', envelope.lease_id],
    ['lease_duration', `${envelope.lease_duration}s`],
    ['lease_renewable', envelope.renewable],
  ];
}

function answerRows(envelope: Envelope, fieldsIn: FieldsIn): TableRow[] {
  if (envelope.auth) {
    const { client_token, accessor, lease_duration, renewable, policies } = envelope.auth;
    return [
      ['token', client_token],
      ['token_accessor', accessor],
      ['token_duration', `${lease_duration}s`],
      ['token_renewable', renewable],
      ['token_policies', policies],
    ];
  }
  // sys/seal-status and its like answer without an envelope.
  return Object.entries('data' in envelope ? fieldsOf(envelope, fieldsIn) : envelope);
}
