import { z } from 'zod';

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const decode = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));

/** Base64url without padding, the one encoding of its bytes: the last symbol can hold bits that no byte has. */
const base64urlText = z.string().refine((text) => text !== '' && encode(decode(text)) === text);

/** Bytes, as base64url in JSON. At least one. */
export const base64urlBytes = base64urlText.transform(decode);
/** 32 bytes of them. */
export const base64urlKey = base64urlBytes.refine((bytes) => bytes.length === 32);
/** A salt of 32 bytes, as the text that it is. */
export const base64urlSalt = base64urlText.refine((text) => text.length === 43);
