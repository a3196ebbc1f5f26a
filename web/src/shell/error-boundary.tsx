import { Component, type ReactNode } from 'react';
import { ErrorNotice } from '../ui/states';

/** Says what went wrong where a page cannot be shown. Trying again is no reload, which would end what is being sent. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return <ErrorNotice error={this.state.error} onRetry={() => this.setState({ error: undefined })} />;
  }
}
