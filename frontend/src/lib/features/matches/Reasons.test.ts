import { render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import type { Reason } from '$lib/api/types';
import Reasons from './Reasons.svelte';

const reason: Reason = {
  kind: 'need_offer',
  need: 'Vials',
  need_language: 'en',
  offer: 'Sterile filling',
  offer_language: 'en',
  themes: [],
  text: { en: 'They fill <b>your</b> vials.', fr: 'Votre besoin…' },
  model_language: 'en'
};

test('what a model wrote is shown as plain text and named as such, in the language it was written in', () => {
  const { unmount } = render(Reasons, { reasons: [reason] });
  expect(screen.getByText('They fill <b>your</b> vials.')).toBeTruthy();
  expect(screen.getByText('Written by a language model that read both texts')).toBeTruthy();
  unmount();
  render(Reasons, { reasons: [{ ...reason, model_language: 'fr' }] });
  expect(screen.queryByText('They fill <b>your</b> vials.')).toBeNull();
  expect(screen.getByText('Sterile filling')).toBeTruthy();
});
