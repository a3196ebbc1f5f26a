import { compose } from './letter';

const HOSTILE = `<img src=x onerror="alert('1')">&amp;`;
const ESCAPED = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;';

describe('compose', () => {
  it('says the same in text and HTML', () => {
    const { subject, text, html } = compose({
      subject: 'Done',
      heading: 'Your file is done',
      blocks: [
        { paragraph: 'It took a while.' },
        {
          facts: [
            ['File', 'a.txt'],
            ['Processor', 'text'],
          ],
        },
        { list: ['one', 'two'] },
      ],
    });
    expect(subject).toBe('Done');
    expect(text).toBe(
      'Your file is done\n\nIt took a while.\n\nFile:      a.txt\nProcessor: text\n\n- one\n- two\n\n' +
        '-- \nSent by Filemill. Nobody reads replies to this address.\n',
    );
    for (const part of ['Your file is done', 'It took a while.', 'a.txt', '<li>one</li>'])
      expect(html).toContain(part);
  });

  it('escapes every value in HTML, and leaves text as it is', () => {
    const { text, html } = compose({
      subject: HOSTILE,
      heading: HOSTILE,
      blocks: [{ paragraph: HOSTILE }, { facts: [[HOSTILE, HOSTILE]] }, { list: [HOSTILE] }],
    });
    expect(html).not.toContain('<img');
    expect(html.split(ESCAPED)).toHaveLength(7);
    expect(text.split(HOSTILE)).toHaveLength(6);
  });
});
