/** Gives back what it was asked for. */
exports.run = ({ options }) => ({ processor: 'wishing', options });
