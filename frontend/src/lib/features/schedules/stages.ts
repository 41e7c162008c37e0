import { t, type Key } from '$lib/i18n/index.svelte';

const STAGES: [RegExp, Key][] = [
  [/^queued/, 'schedules.stageQueued'],
  [/^match/, 'schedules.stageMatching'],
  [/^select/, 'schedules.stageSelection'],
  [/^(quick|plac)/, 'schedules.stagePlacing'],
  [/^(chain|compact|improv|kempe|eject)/, 'schedules.stageImproving'],
  [/^(exact|proof|prov)/, 'schedules.stageProving']
];

/** What the scheduler is at, in words; one that is not known here is simply work. */
export function stageName(stage: string): string {
  return t(STAGES.find(([pattern]) => pattern.test(stage))?.[1] ?? 'schedules.stageWorking');
}
