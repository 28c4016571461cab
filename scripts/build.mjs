import { main, withoutDesktop } from './setup.mjs';

await main(withoutDesktop, () => 0);
