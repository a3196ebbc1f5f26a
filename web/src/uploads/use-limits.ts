import { useQuery } from '@tanstack/react-query';
import { filemill } from '../api/client';

/** What the service accepts; it never changes while it runs. */
export function useLimits() {
  return useQuery({ queryKey: ['limits'], queryFn: () => filemill.getLimits(), staleTime: Infinity });
}

export function useProcessors() {
  return useQuery({
    queryKey: ['processors'],
    queryFn: () => filemill.listProcessors(),
    staleTime: Infinity,
  });
}
