import type { ImageExif, ImageResult, JobStatus } from '@filemill/sdk';
import { Facts } from '../../ui/facts';
import { formatNumber } from '../../ui/format';
import { Picture } from './picture';

export function ImageView({ job, result }: { job: JobStatus; result: ImageResult }) {
  const megapixels = (result.width * result.height) / 1e6;
  return (
    <div className="media">
      <Picture job={job} names={['web.webp', 'thumbnail.webp']} alt={`${job.filename}, as processed`} />
      <div>
        <Facts
          facts={[
            ['Size', `${result.width} × ${result.height}`],
            ['Megapixels', megapixels >= 0.1 ? megapixels.toFixed(1) : null],
            ['Format', result.format.toUpperCase()],
            ['Colour', `${result.color_space}, ${result.bit_depth} bit${result.has_alpha ? ', alpha' : ''}`],
            ['Main colour', result.dominant_color && <Swatch key="swatch" color={result.dominant_color} />],
            [result.is_animated ? 'Frames' : 'Pages', result.pages > 1 ? formatNumber(result.pages) : null],
            ['Fingerprint', <code key="hash">{result.perceptual_hash}</code>],
          ]}
        />
        {result.exif && <Exif exif={result.exif} />}
      </div>
    </div>
  );
}

function Swatch({ color }: { color: string }) {
  return (
    <span className="swatch">
      <span style={{ background: color }} /> {color}
    </span>
  );
}

function Exif({ exif }: { exif: ImageExif }) {
  const { exposure_seconds: exposure, gps } = exif;
  return (
    <>
      <h3>Taken with</h3>
      <Facts
        facts={[
          ['Camera', [exif.camera_make, exif.camera_model].filter(Boolean).join(' ') || null],
          ['Lens', exif.lens_model],
          ['Taken', exif.taken_at?.replace('T', ' ')],
          ['Exposure', exposure === null ? null : exposureWords(exposure)],
          ['Aperture', exif.f_number === null ? null : `f/${exif.f_number}`],
          ['ISO', exif.iso],
          ['Focal length', exif.focal_length_mm === null ? null : `${exif.focal_length_mm} mm`],
          ['Place', gps && `${gps.latitude.toFixed(5)}, ${gps.longitude.toFixed(5)}`],
        ]}
      />
    </>
  );
}

/** As photographers write it: `1/250 s`. */
function exposureWords(seconds: number): string {
  return seconds > 0 && seconds < 0.5 ? `1/${Math.round(1 / seconds)} s` : `${formatNumber(seconds)} s`;
}
