import createClient from 'openapi-fetch';
import { locale } from '$lib/i18n/index.svelte';
import { Problem } from './problem';
import type { paths } from './schema';

export const BASE = '/api/v1';

/** The API, typed by its OpenAPI description. The session is a cookie of the same origin. */
export const api = createClient<paths>({
  baseUrl: location.origin,
  credentials: 'same-origin',
  fetch: (request) => {
    // The server words its sentences in the language of the page.
    request.headers.set('Accept-Language', locale.language);
    // Looked up at each call, so that tests and the browser's tools can replace it.
    return globalThis.fetch(request);
  }
});

export type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The data of an answer. Throws `Problem`. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  let settled: Answer<T>;
  try {
    settled = await answer;
  } catch (thrown) {
    throw Problem.from(thrown);
  }
  const { data, error, response } = settled;
  if (!response.ok) throw Problem.of(response.status, error);
  return data as T;
}

/** Sends a file by `multipart/form-data` under the name `file`. */
export const multipart = (file: File) => ({
  body: { file } as never,
  bodySerializer: () => {
    const form = new FormData();
    form.append('file', file);
    return form;
  }
});

type Given<T> = { [K in keyof T]?: Exclude<T[K], '' | null | undefined> };

/** Query values without those that are empty. */
export function query<T extends Record<string, unknown>>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '' && value != null)) as Given<T>;
}
