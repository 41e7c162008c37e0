import { sveltekit } from '@sveltejs/kit/vite';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

const backend = process.env.MATCHMAKER_BACKEND ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [sveltekit(), svelteTesting()],
  build: {
    // Small chunks are joined: fewer requests, and they compress better together.
    rollupOptions: { output: { experimentalMinChunkSize: 6_000 } }
  },
  server: { proxy: { '/api': backend, '/health': backend } },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts']
  }
});
