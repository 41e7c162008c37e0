import { expect, test, vi } from 'vitest';
import { speak } from '$lib/i18n/index.svelte';
import { api } from './client';

test('the server is asked in the language of the page', async () => {
  const asked: (string | null)[] = [];
  vi.stubGlobal('fetch', (request: Request) => {
    asked.push(request.headers.get('Accept-Language'));
    return Promise.resolve(Response.json({}));
  });
  await api.GET('/api/v1/me');
  await speak('nl');
  await api.GET('/api/v1/me');
  expect(asked).toEqual(['en', 'nl']);
});
