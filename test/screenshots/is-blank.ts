import type { ElectronApplication } from '@playwright/test';

/** Fewer colours than this are no screen of ours: an empty window, or one whose styles were refused. */
const FEWEST_COLOURS = 24;

/** How many different colours a PNG has, looked at every few pixels by the app's own decoder. */
export async function colourCount(app: ElectronApplication, png: Buffer): Promise<number> {
  return await app.evaluate(({ nativeImage }, base64) => {
    const bitmap = nativeImage.createFromBuffer(Buffer.from(base64, 'base64')).toBitmap();
    const colours = new Set<number>();
    for (let at = 0; at + 3 < bitmap.length; at += 4 * 7) colours.add(bitmap.readUInt32LE(at));
    return colours.size;
  }, png.toString('base64'));
}

/** Whether a picture shows nothing. */
export async function isBlank(app: ElectronApplication, png: Buffer): Promise<boolean> {
  return (await colourCount(app, png)) < FEWEST_COLOURS;
}
