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
  // What fails again may be gone: the service may be a newer one than the page.
  const retry = () => refetch().then(({ isError }) => isError && window.location.reload());
  return error ? <ErrorNotice error={error} onRetry={() => void retry()} /> : <Loading lines={8} />;
}
