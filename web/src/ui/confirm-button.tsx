import { useState } from 'react';
import { announce } from './announcer';

interface ConfirmButtonProps {
  readonly label: string;
  /** What the button says once it was pressed. */
  readonly question: string;
  readonly onConfirm: () => void;
  readonly isSmall?: boolean;
}

/** Acts when it is pressed a second time, so that nothing is lost by a slip. Whoever goes elsewhere takes it back. */
export function ConfirmButton({ label, question, onConfirm, isSmall = false }: ConfirmButtonProps) {
  const [isAsked, setAsked] = useState(false);
  const press = () => {
    setAsked(!isAsked);
    if (isAsked) onConfirm();
    else announce(question);
  };
  return (
    <button
      type="button"
      className={`button button-bad ${isSmall ? 'button-small' : ''}`}
      onBlur={() => setAsked(false)}
      onClick={press}
    >
      {isAsked ? question : label}
    </button>
  );
}
