import { api, BASE, unwrap } from '$lib/api/client';
import type { Schedule } from '$lib/api/types';

export type Point = { seconds: number; value: number; bound: number };

export const isOpen = (schedule: Pick<Schedule, 'state'>) => schedule.state === 'queued' || schedule.state === 'running';

/** A schedule while it is made: its newest state, and how the value came to its bound. */
export class Watch {
  schedule = $state.raw() as Schedule;
  /** The stream broke; the browser is connecting again. */
  lost = $state(false);
  points = $state.raw<Point[]>([]);
  #stream: EventSource | undefined;

  constructor(
    schedule: Schedule,
    private readonly ended: (schedule: Schedule) => void
  ) {
    this.schedule = schedule;
    this.#take(schedule);
  }

  /** Listens until the run ends or the function returned is called. */
  listen(): () => void {
    const stream = new EventSource(`${BASE}/schedules/${this.schedule.id}/progress`);
    this.#stream = stream;
    stream.addEventListener('progress', (message) => this.#take(JSON.parse(message.data) as Schedule));
    stream.addEventListener('done', (message) => {
      stream.close();
      this.#take(JSON.parse(message.data) as Schedule);
      this.ended(this.schedule);
    });
    stream.onopen = () => (this.lost = false);
    stream.onerror = () => {
      this.lost = true;
      // Closed for good (an answer that was no stream): what became of the run is asked once, plainly.
      if (stream.readyState === EventSource.CLOSED) void this.#ask();
    };
    return () => stream.close();
  }

  async cancel(): Promise<void> {
    const path = { schedule_id: this.schedule.id };
    const left = await unwrap(api.POST('/api/v1/schedules/{schedule_id}/cancel', { params: { path } }));
    this.#take(left);
    if (!isOpen(left)) {
      this.#stream?.close();
      this.ended(left);
    }
  }

  async #ask(): Promise<void> {
    try {
      const path = { schedule_id: this.schedule.id };
      this.#take(await unwrap(api.GET('/api/v1/schedules/{schedule_id}', { params: { path } })));
      if (!isOpen(this.schedule)) this.ended(this.schedule);
    } catch {
      // Still out of reach: the notice that the connection is lost stands.
    }
  }

  #take(schedule: Schedule): void {
    this.schedule = schedule;
    const goal = schedule.progress.goals.find((one) => one.goal === 'value');
    if (!goal) return;
    const point = { seconds: schedule.progress.seconds, value: goal.value, bound: goal.bound };
    const last = this.points.at(-1);
    if (!last || point.seconds > last.seconds) this.points = [...this.points, point];
  }
}
