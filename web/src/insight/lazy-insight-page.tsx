import { useQuery } from '@tanstack/react-query';
import { ErrorNotice, Loading } from '../ui/states';

/** Charts are large, so they come when somebody wants to see them. What has not arrived is asked for again. */
export function LazyInsightPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ['insight-page'],
    queryFn: () => import('./insight-page'),
    staleTime: Infinity,
  });
  if (data) return <data.InsightPage />;
  return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading lines={8} />;
}
