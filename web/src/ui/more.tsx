import { useEffect, useEffectEvent, useRef } from 'react';

interface MoreProps {
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly onMore: () => void;
}

/** Loads what follows as the reader gets there; a button too, for those who do not scroll. */
export function More({ hasMore, isLoading, onMore }: MoreProps) {
  const button = useRef<HTMLButtonElement>(null);
  const reach = useEffectEvent(() => {
    if (hasMore && !isLoading) onMore();
  });
  useEffect(() => {
    if (!button.current) return undefined;
    const observer = new IntersectionObserver(([entry]) => entry.isIntersecting && reach(), {
      rootMargin: '400px',
    });
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [hasMore]);
  if (!hasMore) return null;
  return (
    <button ref={button} type="button" className="button more" disabled={isLoading} onClick={onMore}>
      {isLoading ? 'Loading' : 'Show more'}
    </button>
  );
}
