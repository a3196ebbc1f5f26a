import { JobsSection } from '../jobs/jobs-section';
import { UploadPanel } from '../uploads/upload-panel';
import { usePageTitle } from './use-route';

export function HomePage() {
  const heading = usePageTitle('');
  return (
    <>
      <UploadPanel>
        <h1 id="upload-title" ref={heading} tabIndex={-1}>
          Hand in files
        </h1>
        <p className="lead">They are stored safely, processed, and every step can be followed below.</p>
      </UploadPanel>
      <JobsSection />
    </>
  );
}
