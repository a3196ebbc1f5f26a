import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { packAssets } from './pack-assets.ts';

/** The service, when the page is developed with `npm run dev`. */
const SERVICE = 'http://127.0.0.1:3000';
const API =
  '^/(upload|jobs|files|processors|capacity|limits|users|auth|api-keys|stats|activity|reports|webhooks|notifications|docs|admin)';

export default defineConfig({
  base: './', // at whatever path a proxy serves it
  plugins: [react(), packAssets()],
  build: { target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: { proxy: { [API]: SERVICE } },
});
