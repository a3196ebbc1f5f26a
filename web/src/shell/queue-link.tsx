import { useQuery } from '@tanstack/react-query';
import { BASE_URL } from '../api/base-url';
import { filemill } from '../api/client';
import { showTrouble } from '../ui/toasts';

const HREF = `${BASE_URL}/admin/queues/`;

/** The pages of the queue, in a tab of their own. A tab that navigates sends no token, so a cookie has to open them. */
export function QueueLink() {
  const { data: isThere = false } = useQuery({
    queryKey: ['queue-pages'],
    queryFn: hasPages,
    staleTime: Infinity,
  });
  if (!isThere) return null;
  return (
    <a
      href={HREF}
      target="_blank"
      onClick={(event) => {
        event.preventDefault();
        void open();
      }}
    >
      Queue
    </a>
  );
}

/** Whether tasks lie in Redis, which is what the pages show. */
async function hasPages(): Promise<boolean> {
  const { checks } = await filemill.readyz();
  return 'redis' in checks;
}

/** The tab comes first: browsers refuse one that does not follow from the click at once. */
async function open(): Promise<void> {
  const tab = window.open('about:blank');
  try {
    await filemill.openQueues();
    if (tab) tab.location.replace(HREF);
  } catch (error) {
    tab?.close();
    showTrouble(error);
  }
}
