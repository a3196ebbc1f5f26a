/** Never ends. */
exports.run = () => {
  for (;;);
};
