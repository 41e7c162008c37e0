import { api, unwrap } from './client';
import { Problem } from './problem';
import type { Event, Me } from './types';

class Session {
  me = $state.raw<Me | null>(null);
  event = $state.raw<Event | null>(null);

  /** Who is signed in; null where nobody is. Throws `Problem` where that cannot be known. */
  async read(): Promise<Me | null> {
    if (this.me) return this.me;
    try {
      this.me = await unwrap(api.GET('/api/v1/me'));
    } catch (thrown) {
      if (!(thrown instanceof Problem) || thrown.status !== 401) throw thrown;
      this.me = null;
    }
    return this.me;
  }

  /** Reads anew who is signed in: the events they belong to changed. */
  async reread(): Promise<void> {
    this.me = await unwrap(api.GET('/api/v1/me'));
  }

  async open(eventId: number): Promise<Event> {
    if (this.event?.id === eventId) return this.event;
    this.event = await unwrap(api.GET('/api/v1/events/{event_id}', { params: { path: { event_id: eventId } } }));
    return this.event;
  }

  /** Reads the event again: its name, colour or published schedule changed. */
  async refresh(): Promise<void> {
    if (!this.event) return;
    const path = { event_id: this.event.id };
    this.event = await unwrap(api.GET('/api/v1/events/{event_id}', { params: { path } }));
  }

  async signOut(): Promise<void> {
    await unwrap(api.DELETE('/api/v1/sign-in/sessions/current'));
    this.me = null;
    this.event = null;
  }
}

export const session = new Session();

/** The event whose pages are open; only these pages ask for it. */
export function event(): Event {
  if (!session.event) throw new Error('No event is open.');
  return session.event;
}

/** The signed-in person's own participant in it. */
export function ownId(): number {
  const id = event().membership.participant_id;
  if (id == null) throw new Problem(403, 'forbidden', 'Not a participant of this event.');
  return id;
}

export const organises = (open: Event | null) => open?.membership.role === 'owner' || open?.membership.role === 'organiser';
