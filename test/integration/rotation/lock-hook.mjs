/**
 * A hook for tests: a lock in a file, which opens for one value or, with `two`, for the former one as well until that is
 * retired. What it was told is in the file too. Usage: lock-hook.mjs FILE [two]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const [file, overlap] = process.argv.slice(2);
let text = '';
for await (const chunk of process.stdin) text += chunk;
const call = JSON.parse(text);
const lock = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : { opens: [], told: [], refuses: false, environment: [] };
lock.told.push(`${call.step} ${call.rotation}`);
lock.environment = Object.keys(process.env);
const opens = (value) => lock.opens.includes(value);
let exit = 0;
if (call.step === 'set' && !opens(call.new.value)) {
  lock.opens = overlap === 'two' && call.old ? [call.old.value, call.new.value] : [call.new.value];
}
if (call.step === 'test' && (lock.refuses || !opens(call.new.value))) exit = 3;
if (call.step === 'revert') lock.opens = [call.old.value];
if (call.step === 'retire') lock.opens = lock.opens.filter((value) => value !== call.old?.value);
writeFileSync(file, JSON.stringify(lock));
process.exit(exit);
