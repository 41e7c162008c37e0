import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { session } from '$lib/api/session.svelte';
import { anEvent, serve } from '../../../../tests/make';
import Rules from './Rules.svelte';

const rules = {
  may_not_meet: [],
  country_bonus: 0,
  theme_bonus: 10,
  met_before_penalty: 50,
  popularity_damping: 100,
  learning: true,
  reranking: false
};

test('rules are saved by themselves, once for several changes, and only what changed', async () => {
  session.event = anEvent({ types: ['investor', 'start-up'] });
  const calls = serve(({ body }) => ({ rules: body, ranking: null, state: 'queued', reranking: null }));
  const saved = vi.fn();
  render(Rules, { of: rules, metBefore: 0, onsaved: saved });
  await fireEvent.input(screen.getByLabelText('Bonus for two countries'), { target: { value: '20' } });
  await fireEvent.click(screen.getByRole('checkbox', { name: 'Start-up with Investor' }));
  await fireEvent.click(screen.getByRole('checkbox', { name: 'Learning from answers' }));
  await vi.waitFor(() => expect(saved).toHaveBeenCalled(), { timeout: 3000 });
  expect(calls.map((call) => call.body)).toEqual([
    { may_not_meet: [['start-up', 'investor']], country_bonus: 20, learning: false }
  ]);
});
