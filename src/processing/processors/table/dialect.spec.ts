import { detectDialect, type Delimiter } from './dialect';

const detect = (text: string, preferred: Delimiter = ',', isWhole = true) =>
  detectDialect(Buffer.from(text), isWhole, preferred);

describe('the delimiter', () => {
  it.each<[text: string, delimiter: Delimiter]>([
    ['a,b,c\n1,2,3\n', ','],
    ['a;b;c\n1;2;3\n', ';'],
    ['a\tb\tc\n1\t2\t3\n', '\t'],
    ['a|b|c\n1|2|3\n', '|'],
    ['1,5;2,5;3,5\n4,5;5,5;6,5\n', ';'],
    ['name;price\nA, B and C;1,5\nD;2,25\n', ';'],
    ['name,note\nx,"a;b;c"\ny,"d;e;f"\n', ','],
    ['name,note\nx,a;b\ny,c\n', ','],
    ['time,path\n10:15,/a|b\n10:16,/c|d\n', ','],
    ['"a;b","c;d"\n"e","f"\n', ','],
    ['a,b\n"x\ny;z",2\n', ','],
    ['one\ntwo\nthree\n', ','],
    ['', ','],
    ['\n\n', ','],
    ['a;b', ';'],
    ['Mr, Mrs;x\n', ','],
  ])('of %j is %j', (text, delimiter) => {
    expect(detect(text)).toMatchObject({ delimiter, decimalComma: delimiter === ';' });
  });

  it('is the preferred one when nothing tells', () => {
    expect(detect('one\ntwo\n', '\t').delimiter).toBe('\t');
    expect(detect('a,b\tc,d\ne\tf\n', '\t').delimiter).toBe('\t');
    expect(detect('a,b\tc\n', '\t').delimiter).toBe('\t');
    expect(detect('a,b\tc\n', ',').delimiter).toBe(',');
  });

  it('leaves a last row out that the sample has cut', () => {
    const cut = 'a;b\n1;2\n3;x,,,,,,,,,,,,,';
    expect(detect(cut, ',', false).delimiter).toBe(';');
    expect(detect('a;b;c', ',', false).delimiter).toBe(';');
  });
});

describe('the header', () => {
  it.each([
    ['id,name\n1,Ann\n2,Bob\n', true],
    ['name,city\nAnn,Paris\nBob,Rome\n', true],
    ['name,age', true],
    ['No,Name\n1,Ann\n', true],
    ['a,a\n1,2\n', true],
    [',name,price\n0,x,1.5\n', true],
    ['1,Ann\n2,Bob\n', false],
    ['Ann,1\nBob,2\n', false],
    ['1,2,3', false],
    ['2024-01-01,x\n2024-01-02,y\n', false],
    ['x,y\nx,z\n', false],
    ['x,x\ny,z\n', false],
    ['yes,Ann\nno,Bob\n', false],
    ['NA,Ann\n5,Bob\n', false],
    [',\n1,2\n', false],
    ['', false],
  ])('of %j: %s', (text, hasHeader) => {
    expect(detect(text).hasHeader).toBe(hasHeader);
  });
});
