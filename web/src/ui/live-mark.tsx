const WORDS = { connecting: 'Connecting', live: 'Live', lost: 'Reconnecting' } as const;

/** Whether what is shown follows what happens. */
export function LiveMark({ state }: { state: keyof typeof WORDS }) {
  return (
    <span className="live-mark" data-state={state}>
      {WORDS[state]}
    </span>
  );
}
