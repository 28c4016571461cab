import { createPublicKey, type KeyObject, webcrypto } from 'node:crypto';
import type { Pkcs10CertificateRequest } from '@peculiar/x509';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { type Der, explicit, integer, objectIdentifier, readParts, sequence, set } from './der.ts';
import type { AltNames } from './extensions.ts';
import { signDer } from './sign-der.ts';

type X509 = typeof import('@peculiar/x509');

/** A request for a certificate, by whoever has the key. */
export interface CertificateRequest {
  readonly publicKey: KeyObject;
  readonly spki: Der;
  /** Byte for byte as it stands there. */
  readonly subject: Der;
  readonly commonName: string;
  readonly names: AltNames;
}

/** Reads a request (PKCS #10, PEM) and checks that it is signed with its own key. Throws `invalid-request`. */
export async function readRequest(pem: string): Promise<CertificateRequest> {
  const x509 = await loadX509();
  const der = readPem(pem);
  const request = parse(x509, der);
  const isSigned = await request.verify(webcrypto as Crypto).catch(() => false);
  if (!isSigned) throw new KeywardenError('invalid-request', 'the signature of the csr does not fit its key');
  try {
    const [whole] = readParts(der);
    const [info] = readParts(whole?.contents ?? new Uint8Array());
    const [, subject, spki] = readParts(info?.contents ?? new Uint8Array());
    if (!subject || !spki) throw new RangeError('not a request');
    return {
      publicKey: createPublicKey({ key: Buffer.from(spki.whole), format: 'der', type: 'spki' }),
      spki: spki.whole,
      subject: subject.whole,
      commonName: request.subjectName.getField('CN')[0] ?? '',
      names: readNames(x509, request),
    };
  } catch (thrown) {
    if (thrown instanceof KeywardenError) throw thrown;
    throw new KeywardenError('invalid-request', 'the csr could not be parsed', { cause: thrown });
  }
}

/** Makes a request, signed with the key that it is for. @returns DER. */
export function makeRequest(
  wanted: { readonly subject: Der; readonly spki: Der; readonly extensions: readonly Der[] },
  key: KeyObject,
): Der {
  const asked = sequence(objectIdentifier('1.2.840.113549.1.9.14'), set(sequence(...wanted.extensions)));
  const attributes = explicit(0, ...(wanted.extensions.length === 0 ? [] : [asked]));
  return signDer(sequence(integer(0), wanted.subject, wanted.spki, attributes), key);
}

/** Loaded when the first request comes: it takes longer than all the rest, and most never see one. */
async function loadX509(): Promise<X509> {
  // It is put together by a container that cannot start without it.
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}

/** SECURITY: taken out of its PEM here. The parser's own pattern for that takes for ever on some headers. */
function readPem(pem: string): Uint8Array<ArrayBuffer> {
  const [, , body] =
    /-----BEGIN (NEW )?CERTIFICATE REQUEST-----([^-]*)-----END \1CERTIFICATE REQUEST-----/.exec(pem) ?? [];
  if (body === undefined) throw unreadable(new TypeError('not PEM'));
  return new Uint8Array(Buffer.from(body, 'base64'));
}

function parse(x509: X509, der: Uint8Array<ArrayBuffer>): Pkcs10CertificateRequest {
  try {
    return new x509.Pkcs10CertificateRequest(der);
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): KeywardenError {
  const message = 'the csr could not be parsed: PEM of a PKCS #10 request is wanted';
  return new KeywardenError('invalid-request', message, { cause });
}

/** Names of other kinds than ours would be lost in silence, so they are refused. */
function readNames(x509: X509, request: Pkcs10CertificateRequest): AltNames {
  const names = { dns: [] as string[], email: [] as string[], ip: [] as string[], uri: [] as string[] };
  const extension = request.getExtension('2.5.29.17');
  if (!extension) return names;
  for (const { type, value } of new x509.SubjectAlternativeNameExtension(extension.rawData).names.items) {
    if (type === 'dns') names.dns.push(value);
    else if (type === 'email') names.email.push(value);
    else if (type === 'ip') names.ip.push(value);
    else if (type === 'url') names.uri.push(value);
    else
      throw new KeywardenError(
        'invalid-request',
        `the csr asks for a kind of name that is not supported: ${type}`,
      );
  }
  return names;
}
