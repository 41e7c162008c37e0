import { onDestroy } from 'svelte';
import { api, unwrap } from '$lib/api/client';
import { event } from '$lib/api/session.svelte';
import type { StatementDraft, StatementPreview } from '$lib/api/types';

const PAUSE = 400; // milliseconds without a key, after which what was typed is looked up
const SLOW = 300; // milliseconds after which it is shown that an answer is awaited
const AGAIN = 1500; // milliseconds between two looks while the server reads the event
const LOOKS = 20;

/** What an offer or a need finds while it is written: of several requests only the last one counts. */
export class Finding {
  preview = $state.raw<StatementPreview>();
  /** The answer is awaited for longer than one would notice. */
  slow = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #slow: ReturnType<typeof setTimeout> | undefined;
  #request: AbortController | undefined;

  /** Looks up `draft` of a participant, in a moment or (`now`) at once; an empty text finds nothing. */
  look(participantId: number, draft: StatementDraft, now = false): void {
    this.stop();
    if (draft.text) this.#timer = setTimeout(() => void this.#ask(participantId, draft, LOOKS), now ? 0 : PAUSE);
    else this.preview = undefined;
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#slow);
    this.#request?.abort();
    this.slow = false;
  }

  async #ask(participantId: number, body: StatementDraft, looks: number): Promise<void> {
    const request = (this.#request = new AbortController());
    const params = { path: { event_id: event().id, participant_id: participantId } };
    const { signal } = request;
    if (!this.slow) this.#slow = setTimeout(() => (this.slow = true), SLOW);
    let preview: StatementPreview | undefined;
    try {
      preview = await unwrap(
        api.POST('/api/v1/events/{event_id}/participants/{participant_id}/statements/preview', { params, body, signal })
      );
    } catch {
      // The text is saved all the same, and a failure to save is told: what it finds is a help that may be missing.
    }
    if (signal.aborted) return;
    if (preview?.reading && looks) {
      this.#timer = setTimeout(() => void this.#ask(participantId, body, looks - 1), AGAIN);
      return;
    }
    clearTimeout(this.#slow);
    this.slow = false;
    this.preview = preview;
  }
}

/** A finding that ends with its component. */
export function finding(): Finding {
  const made = new Finding();
  onDestroy(() => made.stop());
  return made;
}
