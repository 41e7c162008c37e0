import type { HandleClientError } from '@sveltejs/kit';
import { Problem } from '$lib/api/problem';

export const handleError: HandleClientError = ({ error, status, message }) => {
  if (status === 404) return { message, code: 'not-found' };
  const problem = Problem.from(error);
  return { message: problem.message || message, code: problem.code };
};
