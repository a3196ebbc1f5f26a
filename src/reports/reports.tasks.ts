/** The kind of the task that compiles a report. The task's id is that of the report. */
export const COMPILE_REPORT = 'compile-report';

export interface CompileReport {
  readonly reportId: string;
}
