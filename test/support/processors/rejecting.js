const { DomainError, Problem } = require('../../../dist/platform/errors/domain-error');

class PoemExpected extends DomainError {}
Problem({ code: 'poem_expected', status: 422, title: 'No poem', meaning: 'For tests.' })(PoemExpected);

/** Refuses every content for good. */
exports.run = ({ filename }) => {
  throw new PoemExpected('The lines do not rhyme.', { extensions: { filename } });
};
