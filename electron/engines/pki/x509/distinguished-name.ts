import { type Der, objectIdentifier, printableString, readParts, sequence, set, utf8String } from './der.ts';

/** Whom a certificate is for, beside its names. */
export interface Subject {
  readonly commonName: string;
  readonly serialNumber: string;
  readonly country: readonly string[];
  readonly organization: readonly string[];
  readonly ou: readonly string[];
  readonly locality: readonly string[];
  readonly province: readonly string[];
  readonly streetAddress: readonly string[];
  readonly postalCode: readonly string[];
}

/** Attribute types (X.520) in the order in which they are written. */
const TYPES = {
  country: '2.5.4.6',
  organization: '2.5.4.10',
  ou: '2.5.4.11',
  locality: '2.5.4.7',
  province: '2.5.4.8',
  streetAddress: '2.5.4.9',
  postalCode: '2.5.4.17',
  commonName: '2.5.4.3',
  serialNumber: '2.5.4.5',
} as const satisfies Record<keyof Subject, string>;

/** Encodes a subject. */
export function distinguishedName(subject: Subject): Der {
  const attributes = (Object.keys(TYPES) as (keyof Subject)[]).flatMap((name) => {
    const value: string | readonly string[] = subject[name];
    const values = typeof value === 'string' ? [value] : value;
    return values
      .filter((text) => text !== '')
      .map((text) => set(sequence(objectIdentifier(TYPES[name]), textOf(name, text))));
  });
  return sequence(...attributes);
}

/** Whether an encoded subject names nobody. */
export function isEmptyName(subject: Der): boolean {
  return readParts(subject)[0]?.contents.length === 0;
}

/** Countries and serial numbers are printable by definition. */
function textOf(name: keyof Subject, text: string): Der {
  const isPrintable = /^[A-Za-z0-9 '()+,./:=?-]*$/.test(text);
  return (name === 'country' || name === 'serialNumber') && isPrintable
    ? printableString(text)
    : utf8String(text);
}
