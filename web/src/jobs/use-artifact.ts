import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { filemill } from '../api/client';

/** The bytes of an artifact; it never changes while its attempt is the last one. */
export function useArtifact(jobId: string, name: string | undefined, attempt: number) {
  return useQuery({
    queryKey: ['artifact', jobId, attempt, name],
    enabled: name !== undefined,
    staleTime: Infinity,
    queryFn: ({ signal }) => fetchArtifact(jobId, name!, signal),
  });
}

export function fetchArtifact(jobId: string, name: string, signal?: AbortSignal): Promise<Blob> {
  return filemill.downloadArtifact({ path: { job_id: jobId, name }, parseAs: 'blob', signal });
}

/** An address for bytes in memory, as long as it is shown. */
export function useBlobUrl(blob: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!blob) return undefined;
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return blob && url;
}
