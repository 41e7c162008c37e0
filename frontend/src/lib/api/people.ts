import { api, unwrap, type Answer } from './client';
import { event } from './session.svelte';

const path = (participantId: number) => ({ params: { path: { event_id: event().id, participant_id: participantId } } });

export const readParticipant = (id: number) =>
  unwrap(api.GET('/api/v1/events/{event_id}/participants/{participant_id}', path(id)));

export const readAvailability = (id: number) =>
  unwrap(api.GET('/api/v1/events/{event_id}/participants/{participant_id}/availability', path(id)));

export const readAgenda = (id: number) =>
  unwrap(api.GET('/api/v1/events/{event_id}/participants/{participant_id}/agenda', path(id)));

export const readSlots = () =>
  unwrap(api.GET('/api/v1/events/{event_id}/slots', { params: { path: { event_id: event().id } } }));

type Part = 'about' | 'offers' | 'needs' | 'availability';

/**
 * The saves of one profile: one after the other, each with the version that its part of the page shows (`If-Match`),
 * so that it overwrites nothing that was never seen. After a conflict, that part has seen what is stored.
 */
export class ProfileEdits {
  #tags: Record<Part, string | null>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(version: number | null | undefined) {
    const tag = version == null ? null : `"${version}"`;
    this.#tags = { about: tag, offers: tag, needs: tag, availability: tag };
  }

  /** The answer to `call`, which sends the headers it is given. Throws `Problem`. */
  save<T>(part: Part, call: (headers: Record<string, string>) => Promise<Answer<T>>): Promise<T> {
    const saved = this.#last.then(() => this.#send(part, call));
    this.#last = saved.catch(() => undefined);
    return saved;
  }

  async #send<T>(part: Part, call: (headers: Record<string, string>) => Promise<Answer<T>>): Promise<T> {
    const seen = this.#tags[part];
    const answer = call(seen ? { 'If-Match': seen } : {});
    const data = unwrap(answer);
    const { response } = await answer.catch(() => ({ response: undefined }));
    const tag = response?.headers.get('etag');
    if (tag) {
      // An edit of ours is news to no other part that was up to date.
      if (response?.ok) for (const other of Object.keys(this.#tags) as Part[]) if (this.#tags[other] === seen) this.#tags[other] = tag;
      this.#tags[part] = tag;
    }
    return data;
  }
}
