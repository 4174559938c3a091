import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { worksOffline } from './worker/works_offline.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const OUT = process.env.LANDLINIE_CONSOLE_BUILD ?? resolve(HERE, '../../../build/console');
const GATEWAY = process.env.LANDLINIE_GATEWAY_URL ?? 'http://127.0.0.1:8080';

const COMPRESSIBLE = /\.(?:css|html|js|json|svg)$/;
const TOO_SMALL_BYTES = 1024;

/** Writes `.br` and `.gz` beside what shrinks, so that the gateway never compresses the same file twice. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async writeBundle() {
      const found = await readdir(OUT, { recursive: true, withFileTypes: true });
      const files = found.filter((entry) => entry.isFile() && COMPRESSIBLE.test(entry.name));
      for (const entry of files) {
        const path = join(entry.parentPath, entry.name);
        const bytes = await readFile(path);
        if (bytes.length < TOO_SMALL_BYTES) continue;
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
        await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, quality));
        await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), worksOffline('driver'), compressed()],
  resolve: { alias: { '@': resolve(HERE, 'src') } },
  // Names in tests and stack traces stay those of the sources.
  css: { modules: { generateScopedName: '[name]__[local]__[hash:base64:4]' } },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    // Pages for phones are entries of their own, so that they are light.
    rolldownOptions: {
      input: {
        index: resolve(HERE, 'index.html'),
        driver: resolve(HERE, 'driver.html'),
        ride: resolve(HERE, 'ride.html'),
      },
    },
    manifest: 'manifest.json',
    // The content security policy allows no data: scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The map engine is one file of that size; what the first page loads is counted by a test.
    chunkSizeWarningLimit: 1200,
  },
  // Plain functions, tested without a browser: they may share their workers.
  test: { isolate: false, environment: 'node', css: { include: [/tokens\.css/] } },
  server: { proxy: { '/v1': GATEWAY, '/open': GATEWAY, '^/yard(/|$)': GATEWAY } },
});
