import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Plugin, type Rolldown, transformWithOxc } from 'vite';

/** Letters of other alphabets are fetched when a text has them. */
const FONT = /\/assets\/[\w-]*-latin-(?:ext-)?wght[\w-]*\.woff2/g;
const ALWAYS = ['/icon.svg', '/driver.webmanifest'];

/**
 * Writes `<page>-worker.js`, the service worker that keeps a page on the phone, with the list of what that page is
 * made of.
 */
export function worksOffline(page: string): Plugin {
  const source = fileURLToPath(new URL(`${page}-worker.ts`, import.meta.url));
  return {
    name: 'works-offline',
    apply: 'build',
    enforce: 'post',
    async generateBundle(_, bundle) {
      const files = [...filesOf(page, bundle), ...ALWAYS].sort();
      const html = bundle[`${page}.html`];
      const build = createHash('sha256')
        .update(JSON.stringify(files))
        .update(html?.type === 'asset' ? html.source : '')
        .digest('hex')
        .slice(0, 16);
      const { code } = await transformWithOxc(await readFile(source, 'utf8'), source);
      this.emitFile({
        type: 'asset',
        fileName: `${page}-worker.js`,
        source: code
          .replaceAll('__PAGE__', JSON.stringify(`/${page}`))
          .replaceAll('__FILES__', JSON.stringify(files))
          .replaceAll('__BUILD__', JSON.stringify(build)),
      });
    },
  };
}

/** Scripts, styles and fonts that the page needs before anything is pressed. */
function filesOf(page: string, bundle: Rolldown.OutputBundle): Set<string> {
  const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
  const entry = chunks.find((chunk) => chunk.isEntry && chunk.name === page);
  if (!entry) throw new Error(`no entry named ${page}`);
  const found = new Set<string>();
  const open = [entry.fileName];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const chunk = chunks.find((each) => each.fileName === name);
    if (!chunk || found.has(`/${name}`)) continue;
    found.add(`/${name}`);
    open.push(...chunk.imports);
    for (const style of chunk.viteMetadata?.importedCss ?? []) {
      found.add(`/${style}`);
      const css = bundle[style];
      const text = css?.type === 'asset' ? String(css.source) : '';
      for (const [font] of text.matchAll(FONT)) found.add(font);
    }
  }
  return found;
}
