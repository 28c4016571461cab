import { expect, test } from './desktop-fixture.ts';

test('P1: the user interface comes from app://keywarden', async ({ desktop }) => {
  const page = await desktop.window();
  const place = await page.evaluate(() => ({ origin: location.origin, protocol: location.protocol }));
  expect(place).toEqual({ origin: 'app://keywarden', protocol: 'app:' });
});

test('P1: file: is refused, even when the main process itself asks for it', async ({ desktop }) => {
  const outcome = await desktop.app.evaluate(async ({ BrowserWindow }) => {
    const { session } = BrowserWindow.getAllWindows()[0]?.webContents ?? {};
    if (!session) return 'no window';
    const extra = new BrowserWindow({ show: false, webPreferences: { session } });
    const result = await extra.loadURL('file:///etc/hostname').then(
      () => 'loaded',
      (error: Error) => error.message,
    );
    extra.destroy();
    return result;
  });
  expect(outcome).toMatch(/ERR_BLOCKED_BY_CLIENT|ERR_FAILED/);
});

test('P1: an encoded .. and everything else that is no file of the interface gets 404', async ({
  desktop,
}) => {
  const statuses = await desktop.app.evaluate(async ({ BrowserWindow }) => {
    const session = BrowserWindow.getAllWindows()[0]?.webContents.session;
    const found: Record<string, number | undefined> = {};
    for (const path of [
      '',
      '..%2fmain/index.js',
      '..%2Fpreload%2Findex.cjs',
      '%2e%2e%2fmain%2findex.js',
      '%2e%2e/main/index.js',
      '../main/index.js',
      '..%5cmain%5cindex.js',
      'assets/..%2f..%2fmain/index.js',
      'no-such-file.js',
      'index.html%00.js',
      'assets/',
    ]) {
      found[path] = (await session?.fetch(`app://keywarden/${path}`))?.status;
    }
    return found;
  });
  const { '': index, ...others } = statuses;
  expect(index).toBe(200);
  expect(others).toEqual(Object.fromEntries(Object.keys(others).map((path) => [path, 404])));
});

test('P2: the policy is a header, strict, with a nonce that no two responses share', async ({ desktop }) => {
  const [first, second] = await desktop.app.evaluate(async ({ BrowserWindow }) => {
    const session = BrowserWindow.getAllWindows()[0]?.webContents.session;
    const look = async () => {
      const response = await session?.fetch('app://keywarden/');
      return {
        policy: response?.headers.get('content-security-policy') ?? '',
        page: (await response?.text()) ?? '',
      };
    };
    return [await look(), await look()];
  });
  const nonce = (policy: string) => /'nonce-([^']+)'/.exec(policy)?.[1];
  for (const { policy, page } of [first, second]) {
    for (const directive of [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ]) {
      expect(policy.split('; ')).toContain(directive);
    }
    expect(policy).not.toContain('unsafe');
    expect(page).not.toContain('__CSP_NONCE__');
  }
  expect(nonce(first.policy)).toMatch(/^[A-Za-z0-9+/]{22}==$/);
  expect(nonce(first.policy)).not.toBe(nonce(second.policy));
});

test('P2: no inline script, handler, text-as-code, foreign style or frame runs', async ({ desktop }) => {
  const page = await desktop.window();
  const ran = await page.evaluate(async () => {
    const marks: string[] = [];
    Object.assign(globalThis, { mark: (what: string) => marks.push(what) });
    const script = document.createElement('script');
    script.textContent = 'mark("inline script")';
    document.head.append(script);
    const data = document.createElement('script');
    data.src = 'data:text/javascript,mark("data script")';
    document.head.append(data);
    const blob = document.createElement('script');
    blob.src = URL.createObjectURL(new Blob(['mark("blob script")'], { type: 'text/javascript' }));
    document.head.append(blob);
    const button = document.createElement('button');
    button.setAttribute('onclick', 'mark("inline handler")');
    document.body.append(button);
    button.click();
    const link = document.createElement('a');
    link.href = 'javascript:mark("javascript address")';
    document.body.append(link);
    link.click();
    const style = document.createElement('style');
    style.textContent = ':root { --mark: inline-style }';
    document.head.append(style);
    const frame = document.createElement('iframe');
    frame.srcdoc = '<script>parent.mark("frame")</script>';
    document.body.append(frame);
    // The loads above are refused or finished once a later, allowed one has come.
    const allowed = document.createElement('script');
    allowed.type = 'module';
    allowed.src = document.querySelector<HTMLScriptElement>('script[src]')?.src ?? '';
    await new Promise((done) => {
      allowed.onload = done;
      allowed.onerror = done;
      document.head.append(allowed);
    });
    if (getComputedStyle(document.documentElement).getPropertyValue('--mark') !== '')
      marks.push('inline style');
    for (const made of [script, data, blob, button, link, style, frame, allowed]) made.remove();
    return marks;
  });
  expect(ran).toEqual([]);
});

test('P2: the interface itself breaks no rule of the policy', async ({ desktop }) => {
  const page = await desktop.window();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await page.reload();
  await page.waitForFunction(() => (document.getElementById('root')?.childElementCount ?? 0) > 0);
  expect(said.filter((text) => /Content Security Policy|Refused to/i.test(text))).toEqual([]);
});
