import { render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { aParticipant, aStatement } from '../../../../tests/make';
import Statements from './Statements.svelte';

test('beside each offer and need stand its kind and whom it is for, where that was said', () => {
  const offers = [aStatement(1, 'Cold chain'), aStatement(2, 'Rounds of 5 million', { audience: ['start-up'], kind: 'funding' })];
  const needs = [aStatement(3, 'A trial in Liège', { audience: ['hospital', 'CRO'], kind: 'clinical_site' })];
  render(Statements, { of: aParticipant({ offers, needs }) });
  const words = screen.getAllByRole('listitem').map((line) => line.textContent?.replace(/[\s\u00a0]+/g, ' ').trim());
  expect(words.filter((each) => !each?.includes(' en'))).toEqual(['Funding', 'For: Start-up', 'Clinical site', 'Could help: Hospital', 'CRO']);
  expect(screen.getAllByRole('list')).toHaveLength(4); // offers, needs, and what was said of two of them
});
