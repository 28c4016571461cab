import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

const block = 512;

/**
 * Copies one member of a .tgz to a file and feeds the compressed bytes to `hash`. The archive that we read holds two
 * plain files, so a walk over the 512-byte headers is enough and no dependency is needed.
 */
export async function untarMember(archive, member, target, hash) {
  const compressed = createReadStream(archive, { highWaterMark: 1 << 20 });
  compressed.on('data', (bytes) => hash.update(bytes));
  const unpacked = compressed.pipe(createGunzip({ chunkSize: 1 << 20 }));
  compressed.on('error', (error) => unpacked.destroy(error));

  const file = await open(target, 'w');
  try {
    let found = false;
    let rest = Buffer.alloc(0);
    let entry = null; // the member that the stream is inside of: { wanted, left, padding }
    for await (const chunk of unpacked) {
      rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
      while (rest.length) {
        if (!entry) {
          if (rest.length < block) break;
          entry = readHeader(rest.subarray(0, block), member);
          rest = rest.subarray(block);
          found ||= entry?.wanted ?? false;
        } else if (entry.left > 0) {
          const part = rest.subarray(0, entry.left);
          if (entry.wanted) await file.writeFile(part);
          entry.left -= part.length;
          rest = rest.subarray(part.length);
        } else {
          if (rest.length < entry.padding) break;
          rest = rest.subarray(entry.padding);
          entry = null;
        }
        if (entry?.left === 0 && entry.padding === 0) entry = null;
      }
    }
    if (!found) throw new Error(`${member} is not in the archive`);
  } finally {
    await file.close();
  }
}

/** Name, size and padding of the member that a header announces; null for the zero blocks at the end. */
function readHeader(header, member) {
  const text = (from, to) => header.toString('utf8', from, to).replace(/\0.*$/s, '').trim();
  const name = text(0, 100);
  if (!name) return null;
  const size = Number.parseInt(text(124, 136), 8);
  return { wanted: name === member, left: size, padding: (block - (size % block)) % block };
}
