const { readFileSync, writeFileSync } = require('node:fs');

/** Never ends. When the content is the path of a file, it is made: then the run has begun. */
exports.run = ({ path }) => {
  const marker = readFileSync(path, 'utf8');
  if (marker.startsWith('/')) writeFileSync(marker, '');
  for (;;);
};
