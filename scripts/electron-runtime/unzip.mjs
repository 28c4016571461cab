import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);
const endOfDirectory = Buffer.from('504b0506', 'hex');
const longestTail = 65_557; // the end record and the longest comment after it
const parallel = 4;

/**
 * Unpacks a zip into a folder. `rename` maps an entry's name to its path below the folder, or to null to leave it out.
 * Entries inflate on the thread pool, the largest first; sizes and checksums are verified.
 */
export async function unzip(archive, folder, rename) {
  const file = await open(archive);
  try {
    const entries = [];
    for (const entry of await readDirectory(file)) {
      const path = entry.name.endsWith('/') ? null : rename(entry.name);
      if (path === null) continue;
      if (path.startsWith('/') || path.split('/').includes('..'))
        throw new Error(`Unsafe path in zip: ${path}`);
      entries.push({ ...entry, target: join(folder, path) });
    }
    entries.sort((a, b) => b.size - a.size);
    const next = entries.values();
    const work = async () => {
      for (const entry of next) await unpack(file, entry);
    };
    await Promise.all(Array.from({ length: parallel }, work));
  } finally {
    await file.close();
  }
}

async function readDirectory(file) {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - longestTail), Math.min(size, longestTail));
  const end = tail.lastIndexOf(endOfDirectory);
  if (end < 0) throw new Error('Not a zip file.');
  const offset = tail.readUInt32LE(end + 16);
  if (offset === 0xffffffff) throw new Error('zip64 is not supported.');
  const directory = await readAt(file, offset, tail.readUInt32LE(end + 12));

  const entries = [];
  for (let at = 0; at < directory.length; ) {
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    entries.push({
      deflated: directory.readUInt16LE(at + 10) === 8,
      crc: directory.readUInt32LE(at + 16),
      packedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      mode: (directory.readUInt32LE(at + 38) >>> 16) & 0o777,
      offset: directory.readUInt32LE(at + 42),
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
    });
    at += 46 + nameLength + extraLength;
  }
  return entries;
}

async function unpack(file, entry) {
  const header = await readAt(file, entry.offset, 30);
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = await readAt(file, start, entry.packedSize);
  const data = entry.deflated ? await inflate(packed, { maxOutputLength: entry.size || 1 }) : packed;
  if (data.length !== entry.size || crc32(data) !== entry.crc)
    throw new Error(`Damaged in zip: ${entry.name}`);
  await mkdir(dirname(entry.target), { recursive: true });
  await writeFile(entry.target, data, { mode: entry.mode || 0o644 });
}

async function readAt(file, position, length) {
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, position);
  return bytes;
}
