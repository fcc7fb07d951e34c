import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The console is bundled whole: an intranet has no CDN. The server replaces `__CSP_NONCE__` in every
// answer, so the strict content security policy holds for scripts and for the styles of Ant Design.
export default defineConfig({
  root: fileURLToPath(new URL('src/console', import.meta.url)),
  base: '/',
  plugins: [react()],
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2_000,
  },
})
