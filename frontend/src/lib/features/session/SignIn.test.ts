import { goto } from '$app/navigation';
import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, expect, test, vi } from 'vitest';
import { session } from '$lib/api/session.svelte';
import { toasts } from '$lib/ui/toasts.svelte';
import { serve } from '../../../../tests/make';
import SignIn from './SignIn.svelte';

const used: [number, unknown] = [410, { code: 'link-used', status: 410, title: 'x', detail: 'x' }];
const unknown: [number, unknown] = [401, { code: 'not-signed-in', status: 401, title: 'x', detail: 'x' }];
const me = { id: 1, email: 'ann@example.org', name: 'Ann', language: 'en', memberships: [] };

beforeEach(() => {
  session.me = null;
});

test('a link signs in by one click, not by being opened', async () => {
  const calls = serve(() => [201, me]);
  render(SignIn, { token: 'abc', next: '/' });
  expect(calls).toEqual([]);
  await fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  await vi.waitFor(() => expect(goto).toHaveBeenCalledWith('/', { replaceState: true }));
  expect(calls[0]?.body).toEqual({ token: 'abc' });
});

test('a used link says so and offers a new one', async () => {
  serve(({ path }) => (path.endsWith('/me') ? unknown : used));
  render(SignIn, { token: 'abc', next: '/' });
  await fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  await vi.waitFor(() => screen.getByText(/has been used or is too old/));
  screen.getByRole('textbox', { name: 'E-mail address' });
});

test('a used link lets those in who are signed in already, and says as whom', async () => {
  serve(({ path }) => (path.endsWith('/me') ? me : used));
  render(SignIn, { token: 'abc', next: '/' });
  await fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  const told = 'You were signed in already, as ann@example.org.';
  await vi.waitFor(() => expect(toasts.map((toast) => toast.text)).toContain(told));
  expect(goto).toHaveBeenLastCalledWith('/', { replaceState: true });
});

test('the code of the message signs in, with or without spaces', async () => {
  const calls = serve(({ path }) => (path.endsWith('links') ? [202, {}] : [201, me]));
  render(SignIn, { token: null, next: '/events/3' });
  await fireEvent.input(screen.getByRole('textbox', { name: 'E-mail address' }), { target: { value: 'ann@example.org' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Send me a link' }));
  await vi.waitFor(() => screen.getByRole('textbox', { name: 'Six-digit code' }));
  await fireEvent.input(screen.getByRole('textbox', { name: 'Six-digit code' }), { target: { value: '123 456' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  await vi.waitFor(() => expect(goto).toHaveBeenCalledWith('/events/3', { replaceState: true }));
  expect(calls.at(-1)?.body).toEqual({ email: 'ann@example.org', code: '123456' });
});

const problem = (status: number, code: string, more = {}): [number, unknown] => [
  status,
  { code, status, title: 'x', detail: 'x', ...more }
];

async function enterCode() {
  await fireEvent.input(screen.getByRole('textbox', { name: 'E-mail address' }), { target: { value: 'ann@example.org' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Send me a link' }));
  await vi.waitFor(() => screen.getByRole('textbox', { name: 'Six-digit code' }));
  await fireEvent.input(screen.getByRole('textbox', { name: 'Six-digit code' }), { target: { value: '123456' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
}

test('a wrong code says how many attempts are left', async () => {
  serve(({ path }) => (path.endsWith('links') ? [202, {}] : problem(422, 'wrong-code', { attempts_left: 3 })));
  render(SignIn, { token: null, next: '/' });
  await enterCode();
  await vi.waitFor(() => screen.getByText(/not right.* 3 attempts left/));
});

test('a code that no longer works says so, and one click asks for another', async () => {
  const calls = serve(({ path }) => (path.endsWith('links') ? [202, {}] : problem(410, 'code-expired')));
  render(SignIn, { token: null, next: '/' });
  await enterCode();
  await vi.waitFor(() => screen.getByText(/no longer works here/));
  await fireEvent.click(screen.getByRole('button', { name: 'Send a new code' }));
  await vi.waitFor(() => expect(toasts.map((toast) => toast.text)).toContain('Look in your mailbox'));
  expect(screen.queryByText(/no longer works here/)).toBeNull();
  expect(calls.at(-1)).toMatchObject({ path: '/api/v1/sign-in/links', body: { email: 'ann@example.org' } });
});

test('after too many attempts the page says when to try again', async () => {
  const until = new Date(2027, 0, 1, 15, 40).toISOString();
  serve(() => problem(429, 'too-many', { retry_at: until }));
  render(SignIn, { token: null, next: '/' });
  await fireEvent.input(screen.getByRole('textbox', { name: 'E-mail address' }), { target: { value: 'ann@example.org' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Send me a link' }));
  await vi.waitFor(() => screen.getByText(/try again at 15:40/));
});
