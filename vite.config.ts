import { join } from 'node:path'
import preact from '@preact/preset-vite'
import { defineConfig } from 'vite'

/** The page: `npx vite build` writes it to dist/web; `npx vite` serves it beside an API on port 8080. */
export default defineConfig({
  root: join(import.meta.dirname, 'api/web'),
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    // No data: URLs, so that the page lives under `default-src 'self'`.
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/v1': 'http://127.0.0.1:8080' } },
  plugins: [preact({ prefreshEnabled: false, devToolsEnabled: false })],
})
