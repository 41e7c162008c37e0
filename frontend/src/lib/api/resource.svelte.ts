import { locale } from '$lib/i18n/index.svelte';
import { Problem } from './problem';

/** Something read from the API: what is known, whether more is on its way, and what went wrong. */
export class Resource<T> {
  data = $state.raw<T>();
  loading = $state(true);
  problem = $state.raw<Problem>();
  #latest = 0;

  /** Reads it by `read`; an answer that a later reading overtook is dropped. What was known stays until then. */
  async load(read: () => Promise<T>): Promise<void> {
    const mine = ++this.#latest;
    this.loading = true;
    try {
      const data = await read();
      if (mine !== this.#latest) return;
      this.data = data;
      this.problem = undefined;
    } catch (thrown) {
      if (mine !== this.#latest) return;
      this.problem = Problem.from(thrown);
    }
    this.loading = false;
  }
}

/**
 * A resource that is read again whenever something `read` depends on changes, the language of the page (and so of the
 * server's sentences) among it, or by `again`. Call it in a component.
 */
export function resource<T>(read: () => Promise<T>): Resource<T> & { again(): void } {
  const made = new Resource<T>() as Resource<T> & { again(): void };
  made.again = () => void made.load(read);
  $effect(() => {
    void locale.language;
    void made.load(read);
  });
  return made;
}
