import { expect, test, vi } from 'vitest';
import { Saver } from './saver.svelte';

test('only the newest of several changes is saved', async () => {
  vi.useFakeTimers();
  const saver = new Saver();
  const saved: string[] = [];
  for (const text of ['a', 'ab', 'abc']) saver.soon(async () => void saved.push(text));
  expect(saver.state).toBe('waiting');
  await vi.advanceTimersByTimeAsync(1000);
  expect(saved).toEqual(['abc']);
  expect(saver.state).toBe('saved');
});

test('a change made while saving is saved after it, never beside it', async () => {
  vi.useFakeTimers();
  const saver = new Saver();
  let running = 0;
  const order: number[] = [];
  const save = (n: number) => async () => {
    expect(++running).toBe(1);
    await new Promise((done) => setTimeout(done, 500));
    order.push(n);
    running -= 1;
  };
  saver.soon(save(1), 0);
  await vi.advanceTimersByTimeAsync(100);
  saver.soon(save(2), 0);
  await vi.advanceTimersByTimeAsync(2000);
  expect(order).toEqual([1, 2]);
});

test('what failed is told, kept, and saved by trying again', async () => {
  const saver = new Saver();
  let works = false;
  const save = vi.fn(async () => {
    if (!works) throw new TypeError('Failed to fetch');
  });
  saver.soon(save, 0);
  await saver.flush();
  expect([saver.state, saver.problem?.code, saver.unsaved]).toEqual(['failed', 'offline', true]);
  works = true;
  await saver.flush();
  expect(saver.state).toBe('saved');
  expect(save).toHaveBeenCalledTimes(2);
});
